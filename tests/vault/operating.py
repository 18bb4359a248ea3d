"""What operators have the vault do, put on record first, as the commands do.

In: a hub's parts, the operators' socket. Out: the vault's answer. Never here: a judgement.
"""

from hub.audit.openings import live_keys, said
from hub.vault.client import Operating
from hub.vault.wire import Rekeyed
from tests.support.parts import Parts


def rekey(parts: Parts, operator: Operating, *, destroy_old: bool) -> Rekeyed:
    """Change the master key, once that is on record."""
    keys = parts.run(live_keys(parts.hub.pool))
    dis = parts.run(said(parts.hub.door, "rekey", items=keys))
    return operator.rekey(destroy_old=destroy_old, dis=dis)
