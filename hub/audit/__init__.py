"""The register of disclosures, read by those who answer for it.

In: filters from an information-governance officer. Out: entries, who saw what, reasons in words.
Never here: content of any event; a reading of the register that is not itself in the register.
"""
