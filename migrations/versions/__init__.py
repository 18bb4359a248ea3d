"""One file per change, forward only.

In: nothing. Out: statements on `ops`. Never here: a downgrade.
"""
