"""What an agency knew on a day that has passed, with a clock that moves."""

import json
from datetime import date
from typing import Any
from uuid import UUID

from contracts.integrity import Disputed, Retracted
from hub.clock import FixedClock, london_day
from tests.intake.world import NOW
from tests.support.parts import Enrolled, Parts, concern, opened
from tests.support.parts import known as by_id

DAY_S = 86_400
IG_OFFICE = "council-a"


def asked(parts: Parts, subject: UUID, day: date) -> list[dict[str, Any]]:
    """Return what the council knew."""
    answer = parts.run(parts.hub.auditor.known(IG_OFFICE, "ig-1", subject, by="council-a", day=day))
    items: list[dict[str, Any]] = json.loads(answer.body)["items"]
    return items


def test_a_day_ends_what_counts_and_later_corrections_stand_beside_it(
    enrolled: Enrolled, fresh_hub: str
) -> None:
    first_day = london_day(NOW)
    with opened(fresh_hub, enrolled.keys_dir) as parts:
        jti = parts.jti()
        record = parts.post("gp-c", concern(), jti=jti)
        parts.project()
        assert parts.timeline("council-a", record.subject).outcome == "released"
        parts.project()
        (item,) = asked(parts, record.subject, first_day)
        assert (item["jti"], item["how"], item["since"]) == (jti, "shown", [])
    with opened(fresh_hub, enrolled.keys_dir, clock=FixedClock((NOW + 2 * DAY_S) * 1000)) as later:
        disputed = Disputed(about="adult", item=jti, by="family")
        retracted = Retracted(about="adult", item=jti, reason="wrong_person")
        for payload in (disputed, retracted):
            later.post("gp-c", payload, by_id(record.subject), jti=UUIDS[payload.TYPE])
        later.project()
        (item,) = asked(later, record.subject, first_day)
        assert [c["type"].split("/")[-2] for c in item["since"]] == ["disputed", "retracted"]


UUIDS = {
    Disputed.TYPE: "11111111-1111-4111-8111-111111111111",
    Retracted.TYPE: "22222222-2222-4222-8222-222222222222",
}
