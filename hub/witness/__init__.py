"""A witness: run by a partner or the regulator, it signs that the log it sees only ever grew.

In: a checkpoint and a proof that it continues the last one seen. Out: a cosignature, or a refusal.
Never here: anything of the hub. A witness that shared the hub's code would share its mistakes, so
this room reads notes and checks proofs by itself, and keeps its own key and its own state.
"""
