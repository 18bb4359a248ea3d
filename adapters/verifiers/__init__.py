"""What checks an evidence pack without the hub: one file of Python, one of JavaScript.

In: a pack that `hub export` wrote. Out: a plain report and an exit code; every pack carries both.
Never here: an import of anything of ours, or one from the other: they are two opinions.
"""
