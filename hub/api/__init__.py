"""HTTP: translates requests into calls, and answers into status codes. Nothing else.

In: requests from signed-in agencies. Out: answers with receipts, problem details, health, metrics.
Never here: whether something may be shown (rulebook), how it is recorded (desk), a token's content
in an error. An `if` about sharing does not belong in this package.
"""
