"""How many events a second one projector folds, on one core. Figures, not a test.

In: a database URL with the ledger and the views, empty. Out: events a second, and rows written.
Never here: an assertion about time.

Run it with `python -m tests.views.throughput [READS]`, which starts a server of its own.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from contracts.base import Category
from contracts.concern import ConcernRaised
from contracts.consent import ConsentGiven
from contracts.disclosure import DisclosureMade
from contracts.enquiry import EvidenceAdded
from contracts.triage import RoleAssigned, S42Decision
from hub.rulebook import shipped
from hub.views import tables
from hub.views.runner import Projector, connect
from tests.support.ledger_rows import START_S, Posted, append, event, registered, uid
from tests.support.postgres import FAST, SCHEMAS, data_folder, embedded

AGENCIES = {
    "council-a": "council",
    "police-a": "police",
    "trust-a": "nhs_trust",
    "gp-a": "gp",
    "home-a": "provider",
}
"""The partners of every case."""


def case(number: int, items: int) -> list[Posted]:
    """Return one case: every agency has a part in it, and all but the first events are items."""
    subject = uid(f"case {number}")

    def post(by: str, name: str, kind: Any, /, **fields: Any) -> Posted:  # noqa: ANN401
        payload = kind.model_validate({"about": "adult", "case": f"C-{number}", **fields})
        at = START_S - 86_400 * (items - len(events))
        return event(by, payload, subject, jti=uid(f"{number} {name}"), occurred_at=at)

    events: list[Posted] = []
    setting = f"1-{number % 50 + 1}"
    facts = {"at_risk": "yes", "care_needs": "yes", "setting": setting}
    events.append(post("trust-a", "concern", ConcernRaised, addressed_to=("council-a",), **facts))
    events.extend(
        post("council-a", f"role {agency}", RoleAssigned, agency=agency, role="partner")
        for agency in AGENCIES
    )
    consent = {"recipients": tuple(AGENCIES)}
    events.append(post("council-a", "consent", ConsentGiven, **consent))
    tests = dict.fromkeys(("care_and_support_needs", "abuse_or_risk", "cannot_protect_self"), "yes")
    events.append(post("council-a", "s42", S42Decision, decision="s42_enquiry", **tests))
    posters = tuple(AGENCIES)
    events.extend(
        post(posters[n % 5], f"evidence {n}", EvidenceAdded, kind="record", setting=setting)
        for n in range(items - len(events))
    )
    return events


def answers(count: int) -> list[Posted]:
    """Return the register's events for answers of 20 items each, which every read adds."""
    shown = tuple(
        {"position": n, "categories": (Category.EXISTENCE, Category.CONCERN), "decision": "0" * 64,
         "rules": ("s42-enquiry@1", "s42-cooperation@1")}
        for n in range(10, 30)
    )  # fmt: skip
    head = {
        "about": "agency",
        "partner": "gp-a",
        "purpose": "direct_care",
        "channel": "timeline",
        "rulebook": "0" * 64,
        "fact_position": 1,
        "body_digest": "A" * 43,
        "items": shown,
    }
    payload = DisclosureMade.model_validate(head)
    agency = uid("agency gp-a")
    return [event("hub", payload, agency, jti=uid(f"answer {n}")) for n in range(count)]


def measure(url: str, *, cases: int = 400, items: int = 25, reads: int = 0) -> dict[str, float]:
    """Fill the ledger with cases whose events come interleaved, project them, and say how fast.

    Args:
        url: an empty database with the ledger and the views.
        cases: how many cases, each with a part for every agency.
        items: how many events each case has.
        reads: how many answers of 20 items stand in the ledger besides.
    """
    with connect(url) as connection:
        append(
            connection,
            [registered(slug, kind) for slug, kind in AGENCIES.items()],
            at_ms=START_S * 1000,
        )
        streams = [case(number, items) for number in range(cases)]
        for batch in range(0, cases, 100):
            together = streams[batch : batch + 100]
            rows = [events[n] for n in range(items) for events in together]
            append(connection, rows, at_ms=(START_S + 60) * 1000)
        if reads:
            append(connection, answers(reads), at_ms=(START_S + 60) * 1000)
        connection.execute("ANALYZE")
        projector = Projector(shipped(), now_ms=lambda: START_S * 1000)
        before, cpu = time.perf_counter(), time.process_time()
        position = projector.catch_up(connection)
        seconds, cpu = time.perf_counter() - before, time.process_time() - cpu
        return {
            "events": position,
            "seconds": round(seconds, 2),
            "python_seconds": round(cpu, 2),
            "events_per_second": round(position / seconds),
            "notices": _count(connection, "notice"),
            "entitlements": _count(connection, "entitlement"),
            "classes": _count(connection, "item_class"),
        }


def _count(connection: psycopg.Connection[Any], table: str) -> int:
    statement = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(tables.SCHEMA, table))
    row = connection.execute(statement).fetchone()
    return row[0] if row else 0


def main() -> None:
    """Measure on an embedded server and print the figures."""
    with tempfile.TemporaryDirectory(dir=data_folder(), ignore_cleanup_errors=True) as folder:
        engine = embedded(Path(folder))
        try:
            url = engine.get_uri("postgres")
            with psycopg.connect(url, autocommit=True) as connection:
                for statement in FAST:
                    connection.execute(statement)
                connection.execute(SCHEMAS[0].read_bytes())
                tables.create(connection)
            reads = int(sys.argv[1]) if len(sys.argv) > 1 else 0
            sys.stdout.write(f"{measure(url, reads=reads)}\n")
        finally:
            engine.cleanup()


if __name__ == "__main__":
    main()
