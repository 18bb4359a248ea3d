"""The ledger: the one place where anything is written, in order, for ever.

In: a Draft made from a Verified event. Out: a Record with its gap-free position.
Never here: a rule about who may see what, a plaintext at rest, a second writer.
"""
