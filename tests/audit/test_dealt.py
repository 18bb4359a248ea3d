"""Every hand is dealt every event, and each answer goes to one of them."""

from hub.audit.dealt import answered, dealt, facts, routed
from hub.views.load import rows_after
from hub.views.runner import connect
from tests.disclosure.scene import enquiry
from tests.support.parts import Parts

KEPT = ("position", "agency", "type_uri", "recorded_at_ms", "partner")
OF_EVENTS = ("jti", "subject")


def test_hands_are_dealt_all_rows_between_them(parts: Parts) -> None:
    subject = enquiry(parts, "home-e")
    for partner in ("home-e", "gp-c", "council-a", "police-b", "gp-c"):
        parts.timeline(partner, subject)
    with connect(parts.hub.settings.database_url) as connection:
        every = {row.position: row for row in rows_after(connection, 0, 10_000)}
        one, other = (list(dealt(connection, hand, 2)) for hand in (0, 1))
        alone = list(dealt(connection, 0, 1))
        early = [row.position for row in dealt(connection, 0, 1, 3)]
    assert [row.position for row in alone] == sorted(every)
    assert early == [1, 2, 3]
    events = {n for n, row in every.items() if row.partner is None}
    shares = [{row.position for row in hand} - events for hand in (one, other)]
    assert all(events < {row.position for row in hand} for hand in (one, other))
    assert shares[0] | shares[1] == every.keys() - events
    assert not shares[0] & shares[1]
    for row in alone:
        whole = every[row.position]
        names = KEPT + (OF_EVENTS if row.partner is None else ())
        assert [getattr(row, name) for name in names] == [getattr(whole, name) for name in names]
        if row.partner is None:
            assert row.facts == [tuple(fact) for fact in whole.facts]
        assert row.routing.items() >= {
            (name, value) for name, value in whole.routing.items() if name in ("purpose", "channel")
        }
        assert [item["position"] for item in row.routing.get("items", ())] == [
            item["position"] for item in whole.routing.get("items", ())
        ]


def test_what_nobody_asks_for_is_passed_over() -> None:
    said = '{"purpose":"direct_care","rules":["a","b"],"items":[{"position":7,"decision":"d",'
    said += '"categories":["concern"],"rules":["care-act-s42"]}],"subject":null}'
    assert answered(said) == {
        "purpose": "direct_care",
        "items": [{"position": 7, "decision": "d"}],
        "subject": None,
    }
    assert facts('[["s:1","at_risk","yes",null]]') == [("s:1", "at_risk", "yes", None)]


def test_events_that_name_items_otherwise_are_read_all_the_same() -> None:
    """As break-glass does, which lists positions: a ledger that has one is read."""
    said = '{"about":"council","addressees":["gp-c"],"items":[3,4],"partner":"council-a"}'
    assert routed(said) == {"about": "council", "addressees": ["gp-c"]}
