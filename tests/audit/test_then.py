"""What was known then is the same however often, and in whatever order, it is asked for."""

from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from contracts.concern import ConcernRaised
from hub.audit.then import NOTHING, Then
from hub.views.rows import HeaderRow

ANN = "0b5c6c0e-4a55-4c3e-9b6f-0d1f2a3b4c5d"
KEYS = (f"s:{ANN}", f"r:{ANN}:council", "a:gp")
Asserted: TypeAlias = tuple[str, str, str, int | None]
Looked: TypeAlias = tuple[str, int]
ASSERTED = st.tuples(
    st.sampled_from(KEYS),
    st.sampled_from(("at_risk", "consent", "item_status")),
    st.sampled_from(("yes", "no", "retracted")),
    st.none() | st.integers(0, 20),
)
LOOKED = st.tuples(st.sampled_from(KEYS), st.integers(0, 21))


def event(position: int, *facts: tuple[str, str, str, int | None], agency: str = "gp") -> HeaderRow:
    return HeaderRow(
        position=position,
        agency=agency,
        jti=f"{position:08d}-4a55-4c3e-9b6f-0d1f2a3b4c5d",
        subject=ANN,
        type_uri=ConcernRaised.TYPE,
        occurred_at=0,
        recorded_at_ms=0,
        categories=0,
        routing={"addressees": ["council"]},
        facts=facts,
        partner=None,
        pseq=None,
    )


@given(st.lists(ASSERTED | LOOKED, max_size=40))
def test_what_is_kept_is_what_would_be_worked_out_anew(steps: list[Asserted | Looked]) -> None:
    then, said = Then(), []
    numbers: dict[frozenset[tuple[str, str]], int] = {frozenset(): NOTHING.number}
    for position, step in enumerate(steps):
        if len(step) == 4:
            said.append(event(position, step))
            then.learn(said[-1])
            continue
        key, now_s = step
        found, anew = then.under(key, now_s), Then()
        for row in said:
            anew.learn(row)
        assert found.facts == anew.under(key, now_s).facts
        assert all(end is None or end > now_s or name not in found.facts
                   for name, end in _latest(said, key).items())  # fmt: skip
        same = frozenset(found.facts.items())
        if same:
            assert numbers.setdefault(same, found.number) == found.number
    assert len(set(numbers.values())) == len(numbers), "what differs has another number"


def _latest(said: list[HeaderRow], key: str) -> dict[str, int | None]:
    """Return when each fact under a key ends, as last stated; a retracted one is not restated."""
    held: dict[str, tuple[str, int | None]] = {}
    for row in said:
        for about, fact, value, end in row.facts:
            if about == key and (fact, held.get(fact, ("",))[0]) != ("item_status", "retracted"):
                held[fact] = (value, end)
    return {fact: end for fact, (_, end) in held.items()}


def test_events_alike_to_a_rule_are_of_one_kind() -> None:
    then = Then()
    for row in (event(1), event(2), event(3, agency="trust")):
        then.learn(row)
    one, two, three = (then.items[n].kind for n in (1, 2, 3))
    assert one is two
    assert one.number != three.number


def test_an_answer_is_no_event_that_anything_is_asked_about() -> None:
    then = Then()
    then.learn(event(1, ("a:gp", "sender_kind", "gp", None))._replace(partner="council"))
    assert (then.items, then.under("a:gp", 0)) == ({}, NOTHING)


def test_what_goes_on_apart_leaves_the_other_as_it_was() -> None:
    then = Then()
    then.learn(event(1, ("a:gp", "sender_kind", "gp", None)))
    other = then.apart()
    other.learn(event(2, ("a:gp", "sender_kind", "pharmacy", None), (KEYS[0], "at_risk", "yes", 9)))
    assert then.under("a:gp", 0).facts == {"sender_kind": "gp"}
    assert then.under(KEYS[0], 0) == NOTHING
    assert list(then.items) == [1]
    assert len(then.of[ANN]) == 1
    assert other.under("a:gp", 0).facts == {"sender_kind": "pharmacy"}
    then.learn(event(2, ("a:gp", "sender_kind", "pharmacy", None)))
    assert then.under("a:gp", 0).number == other.under("a:gp", 0).number
