"""Derived tables: what each partner may see, what each setting shows, who must hear of it.

In: header rows of the ledger, in order, and the rulebook.
Out: tables in one schema (`tables.SCHEMA`), read through `read`, rebuilt by `rebuild`.
Never here: a sealed payload, personal data, a release (an entitlement only says who may ask),
or a value of "now" in a row: the same ledger under the same rulebook gives the same rows.

Follow one row: runner reads it -> load fetches what it touches -> fold changes the World ->
store writes the changes and the position in one transaction -> read.
"""
