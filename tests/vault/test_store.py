"""The vault and a store that was away: it goes on by itself, and no question is lost on the way."""

from tests.disclosure.scene import ADVOCATE, consented
from tests.support.parts import NHS_NUMBERS, Parts, concern, person

CUT = (
    "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
    " WHERE usename = 'hub_vault' AND datname = current_database()"
)


def test_the_first_question_after_the_store_was_away_is_answered(parts: Parts) -> None:
    subject = consented(parts)
    before = parts.timeline(ADVOCATE, subject)
    ((cut,),) = parts.rows(CUT)
    assert cut >= 2
    assert parts.timeline(ADVOCATE, subject).body == before.body
    parts.rows(CUT)
    assert parts.post("gp-c", concern(), person(NHS_NUMBERS[3])).position
