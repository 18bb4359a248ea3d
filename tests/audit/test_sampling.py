"""A sample is drawn by its seed alone: the same seed and answers give the same sample for ever."""

from hypothesis import given
from hypothesis import strategies as st

from contracts.oversight import MOST_DRAWN, DrawnFor
from hub.audit.sampling import WEIGHTS, Candidate, by_chance, draw

MARKS: list[DrawnFor] = ["break_glass", *WEIGHTS]
CANDIDATES = st.lists(
    st.builds(
        Candidate,
        dis=st.uuids(version=4).map(str),
        marks=st.frozensets(st.sampled_from(MARKS), max_size=3),
    ),
    max_size=40,
    unique_by=lambda one: one.dis,
)


@given(CANDIDATES, st.text(max_size=8), st.integers(1, MOST_DRAWN))
def test_the_same_seed_draws_the_same_in_whatever_order_the_answers_come(
    among: list[Candidate], seed: str, size: int
) -> None:
    drawn = draw(seed, among, size)
    assert draw(seed, among[::-1], size) == drawn
    assert len({one.dis for one in drawn}) == len(drawn) <= MOST_DRAWN
    chance = {one.dis for one in drawn if "chance" in one.why}
    assert by_chance(seed, among, size) == chance


@given(CANDIDATES, st.text(max_size=8), st.integers(1, 10))
def test_broken_glass_is_always_drawn_comes_first_and_takes_nobody_elses_place(
    among: list[Candidate], seed: str, size: int
) -> None:
    drawn = draw(seed, among, size)
    glass = {one.dis for one in among if "break_glass" in one.marks}
    assert glass <= {one.dis for one in drawn}
    assert {one.dis for one in drawn[: len(glass)]} == glass
    assert len(drawn) == len(glass) + min(size, len(among) - len(glass))


@given(CANDIDATES, st.text(max_size=8), st.integers(1, 10))
def test_the_half_by_chance_is_the_same_whatever_was_marked_since(
    among: list[Candidate], seed: str, size: int
) -> None:
    bare = [
        Candidate(one.dis, one.marks & {"break_glass"}) for one in among
    ]  # as before anything was retracted
    assert by_chance(seed, bare, size) == by_chance(seed, among, size)


def test_what_is_marked_is_drawn_about_as_many_times_as_often_as_its_weight() -> None:
    plain = [Candidate(f"p{n}", frozenset()) for n in range(200)]
    marked = [Candidate(f"m{n}", frozenset({"rests_on_retracted"})) for n in range(200)]
    first = [one.dis[0] for seed in range(400) for one in draw(str(seed), [*plain, *marked], 1)]
    share = first.count("m") / first.count("p")
    weight = WEIGHTS["rests_on_retracted"]
    assert weight / 2 < share < weight * 2
