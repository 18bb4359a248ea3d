"""The hub: signed events in, lawful views out, every disclosure on record.

In: bytes an agency signed. Out: what a partner may lawfully see, with a receipt.
Never here: a release without a record, a second way to write, a person's name in a log.

Follow one event: intake.verify -> ledger.append -> views.fold + rulebook.decide -> disclosure.desk
-> receipt -> audit. Imports point the other way only.
"""
