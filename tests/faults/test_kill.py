"""Kill -9 of API, projector or PostgreSQL under load: nothing lost, doubled or unrecorded."""

import random
import time

import pytest

from tests.faults.faulty import Faulty
from tests.faults.load import Load, under_load, verify

HOW = ("kill", "crash")
STARTED = '"hub.started"'


def kill_api(faulty: Faulty, load: Load, dice: random.Random) -> None:
    load.wait(2)
    time.sleep(dice.uniform(0, 0.2))
    faulty.kill("serve")
    time.sleep(dice.uniform(0, 0.3))
    faulty.start("serve")
    faulty.wait_ready()


def kill_projector(faulty: Faulty, load: Load, dice: random.Random) -> None:
    load.wait(2)
    time.sleep(dice.uniform(0, 0.2))
    faulty.kill("project")
    load.wait(1)
    before = faulty.hub.log("project").count(STARTED)
    faulty.start("project")
    # It makes sure of its schemas first, and gives up where it cannot: whoever starts it sees.
    faulty.hub.until(lambda: faulty.hub.log("project").count(STARTED) > before)


def kill_postgres(faulty: Faulty, load: Load, dice: random.Random, how: str) -> None:
    load.wait(2)
    time.sleep(dice.uniform(0, 0.2))
    getattr(faulty.server, how)()
    time.sleep(dice.uniform(0, 0.5))
    faulty.server.start()
    faulty.wait_ready()


def test_killing_the_api_loses_and_doubles_nothing(faulty: Faulty) -> None:
    dice = random.Random(1)  # noqa: S311 - the moments of a test
    with under_load(faulty.hub) as load:
        for _ in range(2):
            kill_api(faulty, load, dice)
        load.wait(2)
    assert verify(load) > 0


def test_killing_the_projector_loses_and_doubles_nothing(faulty: Faulty) -> None:
    dice = random.Random(2)  # noqa: S311
    with under_load(faulty.hub) as load:
        for _ in range(2):
            kill_projector(faulty, load, dice)
        load.wait(2)
    assert verify(load) > 0


@pytest.mark.parametrize("how", HOW)
def test_killing_postgresql_loses_and_doubles_nothing(faulty: Faulty, how: str) -> None:
    dice = random.Random(how)  # noqa: S311
    with under_load(faulty.hub) as load:
        kill_postgres(faulty, load, dice, how)
        load.wait(2)
    assert verify(load) > 0


@pytest.mark.heavy
@pytest.mark.timeout(1800)
def test_killing_everything_many_times_loses_and_doubles_nothing(faulty: Faulty) -> None:
    dice = random.Random(3)  # noqa: S311
    for _ in range(3):
        with under_load(faulty.hub) as load:
            for _ in range(4):
                kill_api(faulty, load, dice)
                kill_projector(faulty, load, dice)
                kill_postgres(faulty, load, dice, dice.choice(HOW))
            load.wait(3)
        verify(load)
