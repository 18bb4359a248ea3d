"""Withdrawal against release: nothing leaves after the place at which consent was withdrawn."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from uuid import UUID

import pytest

from contracts.consent import ConsentGiven
from hub.disclosure.ask import Answer
from tests.disclosure.scene import ADVOCATE, consented, numbered, recorded, withdrawal
from tests.support.parts import Enrolled, Parts, items_of, known, opened

SUBJECTS = 10


@pytest.fixture
def other(enrolled: Enrolled, parts: Parts) -> Iterator[Parts]:
    """Another process's parts, over the same database."""
    with opened(parts.owner, enrolled.keys_dir) as hub:
        yield hub


def consent_again(parts: Parts, subjects: list[UUID]) -> None:
    payload = ConsentGiven.model_validate({"about": "adult", "recipients": (ADVOCATE,)})
    jtis = [parts.jti() for _ in subjects]
    tokens = {
        jti: parts.sign("gp-c", payload, known(s), jti=jti)
        for jti, s in zip(jtis, subjects, strict=True)
    }
    parts.run(parts.hub.door.post_many(tokens, "gp-c"))
    parts.project()


async def read_all(parts: Parts, subjects: list[UUID], pauses: list[float]) -> list[Answer]:
    async def one(subject: UUID, pause_s: float) -> Answer:
        await asyncio.sleep(pause_s)
        return await parts.hub.desk.timeline(parts.ask(ADVOCATE, subject))

    return await asyncio.gather(*map(one, subjects, pauses))


async def withdraw_all(parts: Parts, tokens: list[bytes], pauses: list[float]) -> None:
    async def one(token: bytes, pause_s: float) -> None:
        await asyncio.sleep(pause_s)
        await parts.hub.door.post(token, "gp-c")

    await asyncio.gather(*map(one, tokens, pauses))


def race(
    readers: Parts, writers: Parts, subjects: list[UUID], chance: Random, lead_s: float
) -> list[Answer]:
    """Let everybody's record be read while everybody withdraws consent, `lead_s` later."""
    tokens = [writers.sign("gp-c", withdrawal(), known(s), jti=readers.jti()) for s in subjects]
    pauses = [chance.uniform(0, 0.03) + max(0.0, -lead_s) for _ in subjects]
    later = [chance.uniform(0, 0.03) + max(0.0, lead_s) for _ in subjects]
    if readers is writers:

        async def both() -> list[Answer]:
            read, _ = await asyncio.gather(
                read_all(readers, subjects, pauses), withdraw_all(writers, tokens, later)
            )
            return read

        return readers.run(both())
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(writers.run, withdraw_all(writers, tokens, later))
        answers = readers.run(read_all(readers, subjects, pauses))
        done.result(60)
    return answers


def violations(parts: Parts, subjects: list[UUID]) -> tuple[int, int, int]:
    """Return how often something left after a withdrawal, while consent stood, and was refused."""
    bad = released = refused = 0
    for subject in subjects:
        stands = False
        for kind, items in parts.rows(
            "SELECT type, jsonb_array_length(coalesce(routing->'items', '[]')) FROM ledger.header"
            " WHERE (subject = %s AND type LIKE '%%/consent-%%')"
            " OR routing->>'subject' = %s ORDER BY position",
            subject, str(subject),
        ):  # fmt: skip
            if "consent" in kind:
                stands = "given" in kind
            elif "disclosure-made" in kind:
                bad += bool(items) and not stands
                released += stands
            else:
                refused += not stands
    return bad, released, refused


def run(readers: Parts, writers: Parts, rounds: int, seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - the order of a test
    subjects = [consented(readers, numbered(n)) for n in range(SUBJECTS)]
    answers: list[Answer] = []
    lead_s, step_s = 0.0, 0.01
    for _ in range(rounds):
        told = race(readers, writers, subjects, chance, lead_s)
        # Let each side win about as often, whatever the machine's speed: on a crowded one a read
        # takes a second, so the step doubles while one side wins, and halves when the other does.
        towards = 1 if sum(bool(items_of(a)) for a in told) < SUBJECTS / 2 else -1
        step_s = min(2 * abs(step_s), 1.0) if step_s * towards > 0 else max(abs(step_s) / 2, 0.005)
        step_s *= towards
        lead_s += step_s
        answers += told
        consent_again(readers, subjects)
    bad, released, refused = violations(readers, subjects)
    assert bad == 0
    assert released + refused == len(answers) == rounds * SUBJECTS
    assert min(released, refused) > rounds, "both ways it can end must have happened"
    for answer in answers:
        assert bool(recorded(readers, answer).get("items")) is bool(items_of(answer))


def test_in_one_process_nothing_leaves_after_the_withdrawal(parts: Parts) -> None:
    run(parts, parts, rounds=20, seed=1)


def test_in_two_processes_nothing_leaves_after_the_withdrawal(parts: Parts, other: Parts) -> None:
    run(parts, other, rounds=15, seed=2)


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_in_many_more_races_nothing_leaves_after_the_withdrawal(parts: Parts, other: Parts) -> None:
    run(parts, other, rounds=100, seed=3)
