"""Programs that run beside an agency's own systems and speak to the hub for it.

In: what an agency's systems know. Out: signed events to the hub, and the hub's proven answers.
Never here: anything of the hub's own; an adapter knows the contracts and the public surface only.
"""
