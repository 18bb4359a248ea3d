"""The only way out: decide again, record, then release.

In: an Ask from a signed-in partner. Out: Released or Refused, each with the receipt that proves it.
Never here: an answer without a record, a reason that tips somebody off, a rule of law (rulebook).
"""
