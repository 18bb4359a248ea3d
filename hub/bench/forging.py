"""Writes a part of a made-up ledger: signs, seals, drafts and copies, chunk by chunk.

In: one line of JSON (a Job). Out: rows by COPY; one line of JSON, how many and how long.
Never here: an event at the front door, or a row a live hub could come to hold: the database is the
bench's own and nobody else's is connected to it.

Run as a process of its own, several side by side. A chunk's persons are in that chunk alone, and
its positions and partners' numbers follow from its place, so no chunk waits for another.
"""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from hashlib import sha256
from random import Random
from typing import Final
from uuid import UUID

import psycopg
from nacl.signing import SigningKey

from contracts.base import Category, Payload
from contracts.disclosure import DisclosedItem, DisclosureMade
from hub.assembly import signer_of
from hub.bench import copying
from hub.bench.forged import PEOPLE, Agency, Job, Place, Rows
from hub.bench.mould import NAMED, SUBJECT, Mould, Poster, mould
from hub.bench.shape import history
from hub.ids import SystemSource
from hub.intake.agencies import HUB_SLUG, issuer_uri
from hub.intake.identifiers import read_sub_id
from hub.ledger.frontdoor import agency_sub_id
from hub.ledger.sealing import Sealer
from hub.rulebook import shipped
from hub.settings import Settings
from hub.vault.parts import master_keys

READ_BY: Final = (
    *("area-council",) * 8, *("area-police",) * 4, *("area-cqc",) * 2, *("area-trust",) * 2,
    *("area-children",) * 2, "area-gp-1", "area-hospital",
)  # fmt: skip
"""Who reads, in turn: a council eight times of twenty."""
ITEMS: Final = 5
"""Items that a recorded answer names, at most."""
OFFICERS: Final = 40
"""Officers of each agency that reads, in turn."""
_OFFICER: Final = "officer-in-turn"
_PLACE: Final = 1_333_333_330
_DAY_S: Final = 86_400
_TEN, _NINES, _NUMBERS = 10, 999_000_000, 1_000_000


class Forge:
    """Makes chunks. Holds the vault's keys: in a bench there is nobody to keep them from."""

    def __init__(self, job: Job) -> None:
        settings = Settings(**job.settings)
        self._job = job
        self._source = SystemSource()
        self._keys = master_keys(settings, self._source)
        self._sealer = Sealer(self._keys, self._source)
        self._uri = settings.hub_uri
        self._law = shipped()
        self._moulds: dict[tuple[str, int], tuple[Payload, Mould]] = {}
        self._posters = {a.slug: _poster(a, self._uri) for a in job.agencies}
        signer = signer_of(settings, self._source)
        self._hub = Poster(HUB_SLUG, HUB_SLUG, self._uri, signer.kid, signer.raw)
        self._agencies = {a.slug: a for a in job.agencies}
        self._answers: dict[tuple[str, int], Mould] = {}
        self._before = {slug: _before(slug) for slug in set(READ_BY)}

    def chunk(self, number: int) -> Rows:
        """Return the rows of one chunk."""
        job, rows = self._job, Rows()
        events, asked = job.sizes(number)
        position = job.first + number * job.chunk + asked
        dice = Random(number)  # noqa: S311 - a repeatable load, and no secret
        people: dict[int, tuple[UUID, str, int, list[int]]] = {}
        for agency in job.agencies:
            self._sealer.admit(
                UUID(agency.subject), bytes.fromhex(agency.wrapped), agency.kek_version
            )
        for at, (person, (poster, payload)) in enumerate(history(dice, events)):
            if person not in people:
                people[person] = self._person(rows, number * (job.chunk // PEOPLE) + person)
            key, named, version, items = people[person]
            people[person] = (key, named, version + 1, items)
            made = self._mould(poster, payload)
            self._event(rows, made, (key, named, version + 1), position, dice.randrange(_DAY_S))
            items.append(position)
            position += 1
            until = int((number * job.chunk + at + 1) * job.reads)
            while asked < until:
                self._answer(rows, READ_BY[asked % len(READ_BY)], asked, (key, items), position)
                asked, position = asked + 1, position + 1
        rows.close()
        return rows

    def _person(self, rows: Rows, number: int) -> tuple[UUID, str, int, list[int]]:
        """Return a new subject, with its key and its identifier's place in the index."""
        subject = self._source.uuid()
        wrapped = self._sealer.new_key(subject)
        rows.tables["subject_key"].append(
            copying.key(subject.bytes, self._sealer.kek_version, wrapped)
        )
        named = nhs_urn(number) or f"urn:hub:ref:area-council:P{number}"
        one = read_sub_id({"format": "uri", "uri": named})[0]
        mac = self._sealer.blind(one.kind.value, one.value)
        rows.tables["subject_index"].append(copying.index(mac, subject.bytes))
        return subject, named, 0, []

    def _mould(self, poster: str, payload: Payload) -> Mould:
        # Payloads are made once (steps), so an id stands for one as long as it is kept here.
        found = self._moulds.get((poster, id(payload)))
        if found is None:
            made = mould(
                payload,
                self._posters[poster],
                {"format": "uri", "uri": NAMED},
                audience=self._uri,
                vocabulary=self._law.vocabulary,
            )
            found = self._moulds[poster, id(payload)] = (payload, made)
        return found[1]

    def _event(
        self, rows: Rows, made: Mould, whose: tuple[UUID, str, int], position: int, ago_s: int
    ) -> None:
        subject, named, version = whose
        recorded = self._recorded(position)
        toe = recorded // 1000 - ago_s
        jti = self._source.uuid()
        token = made.token(recorded // 1000, toe, str(jti), named)
        facts_json, facts = made.stated(str(subject), str(jti), toe)
        rows.state(facts, position)
        place = Place(jti, subject, version, position, recorded, toe)
        self._store(rows, made, place, token=token, routing=made.routing, facts=facts_json)

    def _answer(
        self, rows: Rows, slug: str, number: int, about: tuple[UUID, list[int]], position: int
    ) -> None:
        """Write the record of an answer that was given to an agency about somebody."""
        agency, shown = self._agencies[slug], about[1][-ITEMS:]
        made = self._answers.get((slug, len(shown)))
        if made is None:
            made = self._answers[slug, len(shown)] = self._answer_mould(slug, len(shown))
        told = {
            str(SUBJECT): str(about[0]),
            _OFFICER: f"{slug}.{number // len(READ_BY) % OFFICERS}",
        }
        told |= {str(_PLACE + n): str(place) for n, place in enumerate(shown)}
        claims, routing = _written(made.claims, told), _written(made.routing, told)
        recorded = self._recorded(position)
        jti = self._source.uuid()
        named = f"urn:hub:agency:{slug}"
        token = made.token(recorded // 1000, recorded // 1000, str(jti), named, body=claims)
        facts_json, _ = made.stated(agency.subject, str(jti), recorded // 1000)
        # Its facts are folded once, at the end: they say only that an agency is one.
        turn, left = divmod(number, len(READ_BY))
        pseq = turn * self._before[slug][-1] + self._before[slug][left] + 1
        place = Place(
            jti, UUID(agency.subject), agency.versions + pseq, position, recorded, recorded // 1000
        )
        self._store(rows, made, place, token=token, routing=routing, facts=facts_json, pseq=pseq)

    def _answer_mould(self, slug: str, items: int) -> Mould:
        payload = DisclosureMade(
            about="agency",
            partner=slug,
            subject=str(SUBJECT),
            user=_OFFICER,
            purpose="safeguarding_enquiry",
            channel="timeline",
            rulebook=self._law.sha256,
            fact_position=1,
            body_digest="A" * 43,
            items=tuple(
                DisclosedItem(
                    position=_PLACE + n,
                    categories=(Category.CONCERN, Category.HEALTH),
                    withheld=(Category.THIRD_PARTY,),
                    decision="0" * 64,
                    rules=("care-act-s42",),
                )
                for n in range(items)
            ),
        )
        return mould(
            payload, self._hub, agency_sub_id(slug), audience=self._uri,
            vocabulary=self._law.vocabulary,
        )  # fmt: skip

    def _recorded(self, position: int) -> int:
        return self._job.start_ms + (position - self._job.first) * self._job.step_us // 1000

    def _store(
        self,
        rows: Rows,
        made: Mould,
        at: Place,
        *,
        token: bytes,
        routing: str,
        facts: str,
        pseq: int | None = None,
    ) -> None:
        envelope, commitment = self._sealer.seal(
            at.subject, token, agency=made.slug, jti=at.jti, kind=made.kind
        )
        put, topic = copying.text, copying.text(made.type_uri.encode())
        subject = at.subject.bytes
        rows.tables["events"].append(
            copying.event(subject, at.version, topic, envelope, at.position)
        )
        cells = (
            copying.count(16), copying.int8(at.position), put(made.slug.encode()),
            put(at.jti.bytes), put(sha256(token.rpartition(b".")[0]).digest()), put(subject),
            topic, put(made.kind.encode()), copying.int8(at.toe), copying.int8(at.recorded_ms),
            copying.int4(made.categories), put(copying.JSONB + routing.encode()),
            put(copying.JSONB + facts.encode()), put(commitment), put(subject),
            copying.NULL if made.partner is None else put(made.partner.encode()),
            copying.int8(pseq),
        )  # fmt: skip
        rows.tables["header"].append(b"".join(cells))


def nhs_urn(number: int) -> str | None:
    """Return the how-manyth NHS number of the range kept for tests; None where there is none."""
    if number >= _NUMBERS:
        return None
    nine = str(_NINES + number)
    digit = -sum(int(c) * w for c, w in zip(nine, range(_TEN, 1, -1), strict=True)) % 11
    return f"urn:nhs:number:{nine}{digit}" if digit < _TEN else None


def _before(slug: str) -> list[int]:
    """Return how often an agency reads before each turn of READ_BY, and in all of it."""
    return [READ_BY[:turn].count(slug) for turn in range(len(READ_BY) + 1)]


def _written(text: str, told: Mapping[str, str]) -> str:
    for place, value in told.items():
        text = text.replace(place, value)
    return text


def _poster(agency: Agency, uri: str) -> Poster:
    key = SigningKey(bytes.fromhex(agency.seed))
    return Poster(
        agency.slug, agency.kind, issuer_uri(uri, agency.slug), agency.kid,
        lambda message: key.sign(message).signature,
    )  # fmt: skip


def write(job: Job) -> Iterator[float]:
    """Write each chunk in a transaction of its own; yield when each was committed."""
    forge = Forge(job)
    with psycopg.connect(job.settings["owner_url"]) as connection:
        yield 0.0
        for number in job.chunks:
            rows = forge.chunk(number)
            with connection.cursor() as cursor:
                for table, made in rows.tables.items():
                    copying.put(cursor, table, made)
            connection.commit()
            yield time.perf_counter()


def main() -> None:
    """Do one job: read it, say ready, wait for the word, write, say how long it took."""
    said = json.loads(sys.stdin.readline())
    agencies = [Agency(*agency) for agency in said["agencies"]]
    work = write(Job(**{**said, "agencies": agencies}))
    next(work)
    sys.stdout.write("{}\n")
    sys.stdout.flush()
    sys.stdin.readline()
    started, cpu = time.perf_counter(), time.process_time()
    done = list(work)
    took = {"seconds": (done or [started])[-1] - started, "cpu_s": time.process_time() - cpu}
    sys.stdout.write(json.dumps(took) + "\n")


if __name__ == "__main__":
    main()
