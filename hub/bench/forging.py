"""Writes a part of a made-up ledger: signs, seals, drafts and copies, chunk by chunk.

In: one line of JSON (a Job). Out: rows by COPY; one line of JSON, how many and how long.
Never here: an event at the front door, or a row a live hub could come to hold: the database is the
bench's own and nobody else's is connected to it.

Run as a process of its own, several side by side. A chunk's persons are in that chunk alone, and
its positions and partners' numbers follow from its place, so no chunk waits for another.
"""

import json
import struct
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Final
from uuid import UUID

import psycopg

from contracts.base import Payload
from hub.assembly import signer_of
from hub.audit.dealt import dealt
from hub.bench import copying
from hub.bench.answers import Answers, reader, shown, told
from hub.bench.forged import PEOPLE, Agency, Job, Person, Place, Rows, Values
from hub.bench.mould import NAMED, Mould, Poster, mould
from hub.bench.nonces import giving_away
from hub.bench.shape import dice_of, history, places
from hub.bench.steps import Case, Step
from hub.bench.supposing import Supposed
from hub.collector import settle_down
from hub.ids import Source, SystemSource
from hub.intake.agencies import HUB_SLUG, issuer_uri
from hub.intake.identifiers import Identifier, IdentifierKind, urn
from hub.intake.signing import Signer
from hub.ledger.sealing import Sealer
from hub.rulebook import shipped
from hub.settings import Settings
from hub.vault.parts import master_keys
from hub.views.rows import HeaderRow

_DAY_S: Final = 86_400
_TEN, _NINES, _NUMBERS = 10, 999_000_000, 1_000_000
_Q: Final = struct.Struct(">q")


class Forge:
    """Makes chunks. Holds the vault's keys: in a bench there is nobody to keep them from."""

    def __init__(self, job: Job, standing: Iterable[HeaderRow]) -> None:
        """Take what to do, and the rows that stand before: the register of agencies."""
        settings = Settings(**job.settings)
        self._job = job
        self._source = SystemSource()
        self._keys = master_keys(settings, self._source)
        self._sealer = Sealer(self._keys, self._source)
        self._uri = settings.hub_uri
        self._law = shipped()
        self._moulds: dict[tuple[str, int], tuple[Payload, Mould]] = {}
        self._scripts: dict[tuple[Case, int], list[Mould]] = {}
        self._posters = {
            a.slug: poster(a, self._uri, self._source, kept=job.kept) for a in job.agencies
        }
        signer = signer_of(settings, self._source)
        by = Poster(HUB_SLUG, HUB_SLUG, self._uri, signer.kid, signer.raw)
        self._answers = Answers(by, self._law, audience=self._uri)
        self._agencies = {a.slug: (a, UUID(a.subject)) for a in job.agencies}
        self._supposed = Supposed(standing, self._law)

    def chunk(self, number: int) -> Rows:
        """Return the rows of one chunk."""
        job, rows = self._job, Rows()
        events, asked = job.sizes(number)
        position = job.first + number * job.chunk + asked
        dice = dice_of(number)
        for agency, subject in self._agencies.values():
            self._sealer.admit(subject, bytes.fromhex(agency.wrapped), agency.kek_version)
        people: dict[int, Person] = {}
        self._supposed.begin()
        said = history(dice, events, self._script, places(job.events))
        for at, (person, place, made) in enumerate(said, number * job.chunk + 1):
            whose = people.get(person)
            if whose is None:
                whose = self._person(rows, number * (job.chunk // PEOPLE) + person)
                people[person] = whose
            ago_s = int(dice.random() * _DAY_S)
            where = (place or "").encode()
            self._event(rows, made, whose, position=position, where=where, ago_s=ago_s)
            position += 1
            if not job.reads:
                continue
            whose.items.append(position - 1)
            until = int(at * job.reads)
            while asked < until:
                self._answer(rows, asked, whose, position)
                asked, position = asked + 1, position + 1
        rows.close(people.values())
        return rows

    def _person(self, rows: Rows, number: int) -> Person:
        """Return a new subject, with its key and its identifier's place in the index."""
        subject = self._source.uuid()
        wrapped = self._sealer.new_key(subject)
        rows.tables["subject_key"].append(
            copying.key(subject.bytes, self._sealer.kek_version, wrapped)
        )
        one = named(number)
        mac = self._sealer.blind(one.kind.value, one.value)
        rows.tables["subject_index"].append(copying.index(mac, subject.bytes))
        return Person(subject, urn(one).encode())

    def _script(self, case: Case, steps: Sequence[Step]) -> list[Mould]:
        """Return the moulds of a case's events."""
        # What is told of any case is a constant of `steps`, so an id stands for one.
        key = case.told_by(steps), id(steps)
        found = self._scripts.get(key)
        if found is None:
            said = (step.said(key[0]) for step in steps)
            found = self._scripts[key] = [self._mould(*one) for one in said]
        return found

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
        self, rows: Rows, made: Mould, whose: Person, *, position: int, where: bytes, ago_s: int
    ) -> None:
        recorded = self._recorded(position)
        issued = recorded // 1000
        toe = issued - ago_s
        jti = self._source.uuid()
        values = made.values(
            toe, b"%d" % issued, b"%d" % toe, str(jti).encode(), whose.named, whose.text, where,
            _Q.pack(position),
        )  # fmt: skip
        rows.state(made, whose, values)
        whose.version += 1
        place = Place(whose.key, whose.raw, jti, whose.version, position, recorded, toe)
        if self._job.reads:
            self._supposed.learn(made, place, values)
        self._store(rows, made, place, values)

    def _answer(self, rows: Rows, number: int, about: Person, position: int) -> None:
        """Write the record of an answer that was given to an agency about somebody."""
        slug = reader(number)
        agency, subject = self._agencies[slug]
        made, pseq = self._answers.mould(slug, about), self._answers.pseq(slug, number)
        recorded = self._recorded(position)
        issued = recorded // 1000
        now, jti = b"%d" % issued, self._source.uuid()
        decisions = self._supposed.ids(slug, recorded, shown(about))
        # Its facts are folded once, at the end: they say only that an agency is one.
        values = made.values(
            issued, now, now, str(jti).encode(), b"", agency.subject.encode(), b"",
            _Q.pack(position), *told(slug, number, about, decisions),
        )  # fmt: skip
        version = agency.versions + pseq
        place = Place(subject, subject.bytes, jti, version, position, recorded, issued)
        self._store(rows, made, place, values, copying.int8(pseq))

    def _recorded(self, position: int) -> int:
        return self._job.start_ms + (position - self._job.first) * self._job.step_us // 1000

    def _store(
        self, rows: Rows, made: Mould, at: Place, values: Values, pseq: bytes = copying.NULL
    ) -> None:
        """Sign and seal an event, and make its two rows."""
        signing, token = made.signed(values)
        envelope, commitment = self._sealer.seal(
            at.subject, token, agency=made.slug, jti=at.jti, kind=made.kind
        )
        rows.tables["events"].append(
            copying.event(at.raw, at.version, made.topic, envelope, at.position)
        )
        rows.tables["header"].append(made.cells % (
            _Q.pack(at.position), at.jti.bytes, sha256(signing).digest(), at.raw, _Q.pack(at.toe),
            _Q.pack(at.recorded_ms), copying.json(made.routing.of(values)),
            copying.json(made.facts.of(values)), commitment, at.raw, pseq,
        ))  # fmt: skip


def named(number: int) -> Identifier:
    """Return how the how-manyth person is named.

    By the NHS number of that place in the range kept for tests; by the council's own reference
    where there is none, as of every eleventh, and of all behind a million.
    """
    nine = str(_NINES + number)
    digit = -sum(int(c) * w for c, w in zip(nine, range(_TEN, 1, -1), strict=False)) % 11
    if number < _NUMBERS and digit < _TEN:
        return Identifier(IdentifierKind.NHS_NUMBER, f"{nine}{digit}")
    return Identifier(IdentifierKind.AGENCY_REF, f"area-council:P{number}")


def poster(agency: Agency, uri: str, source: Source, *, kept: bool) -> Poster:
    """Return an agency as a poster; where its ledger is kept, as one whose key stays its own."""
    seed = bytes.fromhex(agency.seed)
    sign = Signer(seed).raw if kept else giving_away(seed, source)
    return Poster(agency.slug, agency.kind, issuer_uri(uri, agency.slug), agency.kid, sign)


def write(job: Job) -> Iterator[float]:
    """Write each chunk in a transaction of its own; yield when each was committed."""
    with psycopg.connect(job.settings["owner_url"]) as connection:
        forge = Forge(job, dealt(connection, 0, 1, job.first - 1))
        # What is built last is waited for, and everything before it with it.
        connection.execute("SET synchronous_commit = off")
        settle_down()
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
