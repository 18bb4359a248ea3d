"""`python -m hub`: the command line, and nothing more.

In: arguments. Out: an exit code: 0 done, 1 found a fault, 2 used wrongly. Never here: work.
"""

from hub.cli import main

if __name__ == "__main__":
    main()
