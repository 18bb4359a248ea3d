"""A proposal is shown against the law it follows, also once it is itself the law in force."""

import asyncio
import hashlib
import json
from types import SimpleNamespace
from typing import Any, cast

from hub.audit.lawmaking import Proposal
from hub.audit.lawroom import Lawroom, laid_in
from hub.clock import FixedClock
from hub.rulebook import Rulebook, shipped
from hub.rulebook.asfile import as_file
from hub.rulebook.build import canonical
from hub.rulebook.loader import shipped_folder, tables
from hub.rulebook.releases import Releases, read_release
from tests.intake.world import NOW

RULE = "s42-enquiry"
TEXT = canonical(tables(shipped_folder()))
DAY = "2026-01-01"


def released(law: Rulebook, text: str, **more: str) -> dict[str, Any]:
    digest = hashlib.sha256(text.encode()).hexdigest()
    said = {"release": law.release, "sha256": law.sha256, "text_sha256": digest, "canonical": text}
    return {**said, "effective_from": DAY, **more}


def test_a_release_in_force_is_compared_with_the_law_it_followed() -> None:
    file = as_file(json.loads(TEXT)["rules"][RULE])
    wider = file.replace('["council", "police"]', '["council", "police", "gp"]')
    _, text = laid_in(TEXT, wider, "wider")
    law = read_release(text)
    said = released(law, text, report=json.dumps({"live": shipped().sha256}))
    rows = Releases().add(1, NOW - 20, released(shipped(), TEXT))
    rows = rows.add(2, NOW - 10, {**said, "proposal": "p"})
    standing = SimpleNamespace(directory=SimpleNamespace(now=SimpleNamespace(law=rows)))
    room = Lawroom(door=cast("Any", standing), clock=FixedClock(NOW * 1000))
    assert room.in_force.name == "wider"
    proposal = Proposal(jti="p", position=2, said=said, approved_by=(), released=True)
    changes = asyncio.run(room.compared(proposal))
    assert {(one.rule, one.way) for one in changes} == {(RULE, "wider")}
