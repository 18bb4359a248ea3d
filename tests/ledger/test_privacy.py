"""At rest nothing says who anybody is or what happened to them: not in any column of any table."""

import base64
import json
from uuid import UUID

from contracts.concern import ConcernRaised
from contracts.identity import SubjectDescribed
from hub.disclosure.ask import Search
from hub.intake.identifiers import Identifier, IdentifierKind
from tests.support.ledger_rows import uid
from tests.support.on_disk import spellings
from tests.support.parts import NHS_NUMBERS, Parts, both, concern, items_of, known, person

CANARIES = {
    "number": NHS_NUMBERS[0],
    "second number": NHS_NUMBERS[1],
    "family name": "Quillfeather",
    "given name": "Zephyrine",
    "birth date": "1931-12-05",
    "address": "17 Gannet Wharf",
    "postcode": "ZZ99 3VZ",
    "phone": "01632 960777",
    "narrative": "bruising seen below the left collarbone",
    "referrer": "Hespera Vantongeren",
    "wish": "wants her sister told first",
}


def everything(parts: Parts) -> str:
    """Return every row of every table that is ours, as text."""
    tables = parts.rows(
        "SELECT table_schema, table_name FROM information_schema.tables"
        " WHERE table_schema IN ('ledger', 'ops', 'public') OR table_schema LIKE 'views%'"
    )
    assert len(tables) > 20
    rows: list[str] = []
    for schema, table in tables:
        statement = f'SELECT t::text FROM "{schema}"."{table}" t'  # noqa: S608 - our own names
        rows += [row[0] for row in parts.rows(statement)]
    return "\n".join(rows).lower()


def tell(parts: Parts) -> UUID:
    """Let a person be described, a concern be raised, and both be asked for every way there is."""
    raised = concern(
        narrative=CANARIES["narrative"], harm=CANARIES["narrative"], wishes=CANARIES["wish"],
        referrer=CANARIES["referrer"], from_whistleblower="yes",
    )  # fmt: skip
    assert isinstance(raised, ConcernRaised)
    described = SubjectDescribed.model_validate(
        {
            "about": "adult",
            "family_name": CANARIES["family name"],
            "given_name": CANARIES["given name"],
            "birth_date": CANARIES["birth date"],
            "address": CANARIES["address"],
            "postcode": CANARIES["postcode"],
            "phone": CANARIES["phone"],
            "addressed_to": ("council-a",),
        }
    )
    subject = parts.post("gp-c", raised).subject
    parts.post("gp-c", described, both(person(), person(NHS_NUMBERS[1])))
    parts.post("gp-c", concern(narrative=CANARIES["narrative"]), known(subject))
    parts.project()
    return subject


def ask(parts: Parts, subject: UUID) -> str:
    """Ask in every way; return all that was answered."""
    number = Identifier(IdentifierKind.NHS_NUMBER, CANARIES["number"])
    search = Search(
        partner="council-a", user=None, purpose="safeguarding_enquiry", identifiers=(number,)
    )
    found = parts.run(parts.hub.finder.find(search))
    page = parts.timeline("gp-c", subject)
    stated = parts.request("gp-c", subject, request_id=UUID(uid("asked")))
    notices = parts.run(
        parts.hub.notices.poll("council-a", None, limit=10, wait_s=0, channel="poll")
    )
    assert json.loads(found.body)["subjects"]
    assert items_of(page)
    assert not isinstance(notices, bytes)
    return (found.body + page.body + stated.body + notices.body).decode()


def test_no_column_of_any_table_holds_a_persons_words_or_numbers(parts: Parts) -> None:
    subject = tell(parts)
    answered = ask(parts, subject)
    told = {name for name, canary in CANARIES.items() if canary in answered}
    assert {"narrative", "family name"} <= told, "the canaries must be in what was answered"
    parts.project()
    dump = everything(parts)
    assert str(subject) in dump
    assert {n for n, c in CANARIES.items() if any(s in dump for s in spellings(c))} == set()


def test_the_search_for_canaries_finds_one_that_is_there(parts: Parts) -> None:
    parts.rows("CREATE TABLE ops.leak (a text, b bytea, c text)")
    parts.rows(
        "INSERT INTO ops.leak VALUES (%s, %s, %s)",
        CANARIES["phone"],
        CANARIES["referrer"].encode(),
        base64.b64encode(b"{'x': '" + CANARIES["address"].encode() + b"'}").decode(),
    )
    dump = everything(parts)
    found = {n for n, c in CANARIES.items() if any(s in dump for s in spellings(c))}
    assert found == {"phone", "referrer", "address"}
