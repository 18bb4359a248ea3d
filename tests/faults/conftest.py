"""A hub of its own for faults: a durable server that may be killed, real processes over it."""

from collections.abc import Iterator

import pytest

from tests.faults.faulty import Faulty, faulty_hub


@pytest.fixture(scope="module")
def faulty() -> Iterator[Faulty]:
    with faulty_hub() as started:
        yield started
