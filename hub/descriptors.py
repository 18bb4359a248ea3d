"""Lets a process hold as many connections as the machine allows it, not as many as it is given.

In: nothing. Out: nothing. Never here: a process that gives its limit to another program.

A process is given 1,024 open files unless somebody says otherwise, and allowed far more. With the
last of them an API stops taking connections, for a second at a time, from everybody.
"""

import resource
from typing import Final

ENOUGH: Final = 65_536


def hold_many() -> None:
    """Raise the number of files that this process may have open to what it may ask for."""
    given, allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if allowed == resource.RLIM_INFINITY else min(ENOUGH, allowed)
    if given != resource.RLIM_INFINITY and given < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, allowed))
