"""The independent monitor: holds what the hub recorded against everything else that knows of it.

In: the ledger (read only), the proxy's log, kept checkpoints. Out: a report of what does not agree.
Never here: the hub's code, a key that opens anything, a write.

A log proves that nothing was removed. That nothing was left out shows only by comparison: with the
partners' own words, with what the vault opened, and with what went out through the proxy. So this
shares no line with the hub, and is run by somebody who does not run the hub.
"""
