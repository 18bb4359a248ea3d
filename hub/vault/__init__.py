"""The one process that can read what is sealed. It holds the master keys, and nobody else does.

In: questions on a socket of this machine. Out: seals, and answers whose record is committed.
Never here: a decision who may see what (disclosure), a network.
"""
