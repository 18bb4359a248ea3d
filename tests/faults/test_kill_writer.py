"""Kill -9 of the writer under load: another takes over, and nothing acknowledged is lost."""

import os
import random
import signal
import time

from tests.faults.faulty import Faulty
from tests.faults.load import under_load, verify
from tests.support.writers import writer_of

LEADS = '"writer.leads"'


def test_killing_the_writer_loses_and_doubles_nothing(faulty: Faulty) -> None:
    dice = random.Random(4)  # noqa: S311 - the moments of a test
    with under_load(faulty.hub) as load:
        for _ in range(2):
            load.wait(2)
            time.sleep(dice.uniform(0, 0.2))
            led = faulty.hub.log("serve").count(LEADS)
            os.kill(writer_of(faulty.hub), signal.SIGKILL)
            faulty.hub.until(lambda led=led: faulty.hub.log("serve").count(LEADS) > led)  # type: ignore[misc] # a default binds it now
        load.wait(2)
    assert verify(load) > 0
