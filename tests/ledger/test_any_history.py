"""Whatever two processes write, resend, contradict and guard, the ledger derives to itself."""

from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from hub.clock import FixedClock
from hub.ledger.record import Draft, Guard, JtiReusedError, Record, StaleError
from tests.ledger.made import Writer, about_item, check, made, nhs, stated, writer
from tests.support.ledger_rows import START_S, uid
from tests.support.postgres import Postgres

PEOPLE = st.integers(0, 3)
AGENCIES = st.sampled_from(["gp-c", "trust-d"])
STATUS = st.sampled_from(["disputed", "retracted", "live"])
EMPTY = (
    "TRUNCATE ledger.events, ledger.header, ledger.fact_current, ledger.fact_scope,"
    " ledger.subject_key, ledger.subject_index, ledger.partner_counter"
)


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    name = postgres.create(postgres.template(views=False))
    yield postgres.url(name)
    postgres.drop(name)


class Histories(RuleBasedStateMachine):
    """Two writers over one ledger, one with a clock that runs back."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        with psycopg.connect(self.url, autocommit=True) as owner:
            owner.execute(EMPTY)
        self.stack = ExitStack()
        self.clocks = FixedClock(START_S * 1000), FixedClock(START_S * 1000)
        self.writers: list[Writer] = [
            self.stack.enter_context(writer(self.url, clock=clock)) for clock in self.clocks
        ]
        self.stored: list[tuple[Draft, Record]] = []
        self.count = 0

    def teardown(self) -> None:
        self.stack.close()

    def name(self) -> str:
        self.count += 1
        return f"e{self.count}"

    def keep(self, draft: Draft, answer: Record | BaseException) -> None:
        assert isinstance(answer, Record), answer
        self.stored.append((draft, answer))

    @rule(by=st.integers(0, 1), who=PEOPLE, agency=AGENCIES, value=st.sampled_from(["yes", "no"]))
    def post(self, by: int, who: int, agency: str, value: str) -> None:
        draft = made(
            self.name(), agency=agency, named=(nhs(who),), facts=(stated("at_risk", value),)
        )
        self.keep(draft, self.writers[by].one(draft))

    @rule(by=st.integers(0, 1), who=st.lists(PEOPLE, min_size=2, max_size=6), linked=st.booleans())
    def post_a_batch(self, by: int, who: list[int], linked: bool) -> None:  # noqa: FBT001
        named = [(nhs(n), nhs(n + 1)) if linked else (nhs(n),) for n in who]
        drafts = [made(self.name(), named=row, partner=f"p{len(row)}") for row in named]
        for draft, answer in zip(drafts, self.writers[by].put(*drafts), strict=True):
            self.keep(draft, answer)

    @rule(by=st.integers(0, 1), item=st.integers(0, 2), said=st.lists(STATUS, min_size=1))
    def judge_an_item(self, by: int, item: int, said: list[str]) -> None:
        drafts = [made(self.name(), facts=(about_item(s, uid(f"item {item}")),)) for s in said]
        for draft, answer in zip(drafts, self.writers[by].put(*drafts), strict=True):
            self.keep(draft, answer)

    @rule(by=st.integers(0, 1), pick=st.integers(0, 10_000))
    def send_again(self, by: int, pick: int) -> None:
        if self.stored:
            draft, first = self.stored[pick % len(self.stored)]
            again = self.writers[by].one(draft)
            assert (again.position, again.pseq, again.seen) == (first.position, first.pseq, True)

    @rule(by=st.integers(0, 1), pick=st.integers(0, 10_000))
    def contradict(self, by: int, pick: int) -> None:
        if self.stored:
            draft, _ = self.stored[pick % len(self.stored)]
            name = next(n for n in range(1, self.count + 1) if uid(f"e{n}") == str(draft.jti))
            (answer,) = self.writers[by].put(
                made(f"e{name}", agency=draft.agency, content="other", named=(nhs(0),))
            )
            assert isinstance(answer, JtiReusedError)

    @rule(by=st.integers(0, 1), who=PEOPLE, late=st.booleans())
    def disclose(self, by: int, who: int, late: bool) -> None:  # noqa: FBT001
        one = self.writers[by]
        subject = one.one(made(self.name(), named=(nhs(who),), facts=(stated("x", "1"),))).subject
        key = f"s:{subject}"
        ((position,),) = one.rows("SELECT position FROM ledger.fact_scope WHERE key = %s", key)
        guard = Guard(key, position - late)
        draft = made(self.name(), subject=subject, guards=(guard,), partner="p1", kind="disclosure")
        (answer,) = one.put(draft)
        if late:
            assert isinstance(answer, StaleError)
        else:
            self.keep(draft, answer)

    @rule(which=st.integers(0, 1), by_s=st.integers(-100, 100))
    def clocks_differ(self, which: int, by_s: int) -> None:
        self.clocks[which].advance(by_s)

    @invariant()
    def the_ledger_derives_to_itself(self) -> None:
        check(self.url)


def run(url: str, *, examples: int, steps: int) -> None:
    machine = type("HistoriesHere", (Histories,), {"url": url})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_after_every_step_the_ledger_derives_to_itself(database: str) -> None:
    run(database, examples=12, steps=15)


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_after_every_step_of_many_histories_the_ledger_derives_to_itself(database: str) -> None:
    run(database, examples=80, steps=25)
