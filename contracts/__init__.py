"""What crosses the hub's wire: the envelope's limits and every event type, each field labelled.

In: nothing of ours; pydantic and the standard library.
Out: `catalogue.read` turns bytes into a payload; `labels.redact` turns a payload into what may be
    shown of it; `subject`, `codes` and `base` hold the closed values everyone shares.
Never here: a rule about who may see what, a clock, an id, a key, storage, a network. The hub and
    the adapters both import this; it imports neither.
"""
