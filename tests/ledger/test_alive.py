"""A pool hands out no connection that has gone: the first question after an outage is answered."""

import psycopg
import pytest
from psycopg import OperationalError

from hub.ledger.alive import still_there
from tests.support.parts import Parts

CUT = (
    "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
    " WHERE usename = 'hub_app' AND datname = current_database() AND pid <> pg_backend_pid()"
)


def cut(parts: Parts) -> int:
    """End every connection of the API; return how many there were."""
    with psycopg.connect(parts.hub.settings.owner) as connection:
        row = connection.execute(CUT).fetchone()
    return 0 if row is None else int(row[0])


def test_each_of_the_apis_pools_answers_its_first_question_after_its_connections_went(
    parts: Parts,
) -> None:
    async def asked() -> int:
        answers = 0
        for pool in (parts.hub.pool, parts.hub.looking):
            for _ in range(3):
                async with pool.connection() as connection:
                    cursor = await connection.execute("SELECT 1")
                    answers += 1 if await cursor.fetchone() == (1,) else 0
        return answers

    assert parts.run(asked()) == 6
    for _ in range(3):
        assert cut(parts) >= 2
        assert parts.run(asked()) == 6


def test_a_connection_that_has_gone_is_refused_and_one_that_is_well_is_not(
    database_url: str,
) -> None:
    with psycopg.connect(database_url, autocommit=True) as one:
        still_there(one)
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [one.info.backend_pid])
        with pytest.raises(OperationalError):
            still_there(one)
