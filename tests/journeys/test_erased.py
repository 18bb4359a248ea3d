"""Somebody is erased while the hub runs: what each way of asking says then, and who is told."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from typer.testing import CliRunner

from adapters.kit import opaque, sign_event
from adapters.kit.jws import open_token
from adapters.kit.notices import Notice
from adapters.kit.receipts import HubKeys
from contracts.concern import ConcernRaised
from contracts.integrity import ClearedForRelease
from contracts.telling import SubjectAccessRequested
from hub.audit.certificate import CERTIFICATE_TYP
from hub.cli import app
from hub.disclosure.receipt import digest
from tests.disclosure.scene import claims
from tests.journeys.people import UNSAID, concern, person, seen
from tests.support.hub_process import IG, RunningHub, environment
from tests.support.signed_in import EVENT, HUB_URI, SignedIn, new_id

WHY = {"Hub-Purpose": "safeguarding_enquiry"}
RIGHTS = {"Hub-User": "rights-1"}
OFFICER = {"Hub-User": "officer-1"}


@dataclass(slots=True)
class Erased:
    """Somebody who was told of, shown to one council, and erased."""

    hub: RunningHub
    folder: Path
    reader: str
    idle: str
    number: str
    subject: str
    receipt: str
    """The id of an answer that the reader was given before."""
    item: str
    """What they were told of."""
    cursor: str
    """Where the next page of their timeline began."""
    posted: bytes
    """An event about the person, by the hub's id, that was taken before."""
    stated: dict[str, Any]
    """A request that was answered before."""
    asking: SignedIn
    answers: list[httpx.Response] = field(default_factory=list)

    def send(self, method: str, path: str, **sent: Any) -> httpx.Response:  # noqa: ANN401
        """Ask as the reader, and keep the answer."""
        answer = self.asking.send(method, path, **sent)
        self.answers.append(answer)
        return answer

    def shred(self) -> str:
        """Run the command; return the certificate in words that it wrote."""
        before = set(self.folder.iterdir())
        words = ["shred", self.subject, "--reason", "court_order"]
        words += ["--approved-by", "officer-1", "--approved-by", "officer-2"]
        settings = {**environment(self.hub.settings), "HUB_OWNER_URL": ""}
        done = CliRunner().invoke(
            app, [*words, "--certificate", str(self.folder / "paper")], env=settings
        )
        assert done.exit_code == 0, done.output
        (new,) = {p for p in self.folder.iterdir() if p.suffix == ".txt"} - before
        return new.read_text("utf-8")

    def erasures(self, agency: str) -> list[Notice]:
        """Return the notices of an erasure that wait for an agency."""
        polled = self.hub.client(agency).poll(max_events=1000)
        # A notice that something is due is of no item, so it has no type.
        typed = [n for n in polled.notices if n.body.get("item_type")]
        return [n for n in typed if str(n.body["item_type"]).endswith("key-shred/v1")]


def by_id(session: SignedIn, subject: str, *, jti: str = "") -> bytes:
    """Return an event of an agency about a person whom it names by the hub's id."""
    now = int(time.time())
    return sign_event(
        ConcernRaised(about="adult", harm="named by id"), opaque(subject), key=session.key,
        issuer=f"{HUB_URI}/agencies/{session.agency}", audience=HUB_URI, iat=now, toe=now,
        jti=jti or new_id(),
    )  # fmt: skip


@pytest.fixture(scope="module")
def gone(hub: RunningHub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Erased]:
    reader, idle = hub.enrol("council"), hub.enrol("council")
    number = hub.nhs_number()
    item = concern(hub, number, addressed_to=(reader, idle), narrative=UNSAID)
    hub.post("oak-gp", ClearedForRelease(about="adult", item=item), person(number))
    hub.settle()
    assert UNSAID in str(seen(hub, reader, number))
    subject = hub.find(reader, number)
    gp = hub.signed_in("oak-gp")
    token = by_id(gp, subject)
    assert gp.send("POST", "/events", content=token, headers=EVENT).status_code == 202
    concern(hub, number, by=reader, addressed_to=())
    access = SubjectAccessRequested(about="adult", received_on="2026-03-02")
    hub.post(reader, access, person(number))
    hub.settle()
    stated = {
        "id": new_id(), "purpose": "safeguarding_enquiry", "subject": subject, "necessary": True,
        "reason": "a made-up enquiry",
    }  # fmt: skip
    asking = hub.signed_in(reader)
    answer = asking.send("POST", "/disclosures", json=stated)
    assert answer.status_code == 201, answer.text
    assert asking.send("GET", f"/subjects/{subject}/bundle", headers=RIGHTS).status_code == 200
    page = asking.send(
        "GET", f"/subjects/{subject}/timeline", headers=WHY, params={"limit": "1"}
    ).json()
    receipt = hub.client(reader).timeline_page(subject, purpose="safeguarding_enquiry").receipt
    erased = Erased(
        hub, tmp_path_factory.mktemp("papers"), reader, idle, number, subject, receipt.dis, item,
        page["next"], token, stated, asking,
    )  # fmt: skip
    assert "NOT acknowledged" in erased.shred()
    hub.settle()
    yield erased
    # Whatever was answered since, none of it had a word of the person's in it.
    assert [a.url.path for a in erased.answers if UNSAID in a.text] == []


READS: dict[str, tuple[str, dict[str, str], dict[str, str]]] = {
    "timeline": ("timeline", WHY, {}),
    "timeline of a time": ("timeline", WHY, {"since": "2026-01-01", "until": "2030-01-01"}),
    "timeline as then": ("timeline", WHY, {"as_known_on": "2030-01-01"}),
    "next page": ("timeline", WHY, {"after": "as given"}),
    "bundle": ("bundle", RIGHTS, {}),
}


@pytest.mark.parametrize("body", ["stated before", "stated anew", *READS])
def test_a_read_of_what_was_shown_before_is_410_and_on_record(gone: Erased, body: str) -> None:
    if body in READS:
        way, headers, query = READS[body]
        query = {**query, "after": gone.cursor} if "after" in query else query
        answer = gone.send("GET", f"/subjects/{gone.subject}/{way}", headers=headers, params=query)
    else:
        again = {} if body == "stated before" else {"id": new_id()}
        answer = gone.send("POST", "/disclosures", json={**gone.stated, **again})
    assert answer.status_code == 410
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 410
    said = claims(answer.headers["Hub-Receipt"])
    assert (said["outcome"], said["bd"]) == ("refused", digest(answer.content))


def test_a_search_finds_nobody_and_a_stranger_learns_nothing_new(gone: Erased) -> None:
    found = gone.send(
        "POST", "/subjects/find",
        json={
            "purpose": "safeguarding_enquiry",
            "identifiers": [{"kind": "nhs_number", "value": gone.number}],
        },
    )  # fmt: skip
    assert found.json() == {"subjects": []}
    stranger = gone.hub.signed_in(gone.hub.enrol("provider"))
    ask = [f"/subjects/{s}/timeline" for s in (gone.subject, new_id())]
    erased, unknown = (stranger.send("GET", path, headers=WHY) for path in ask)
    assert (erased.status_code, erased.content) == (unknown.status_code, unknown.content)
    assert erased.status_code == 404


def test_receipts_and_the_register_outlive_the_person(gone: Erased) -> None:
    receipt = gone.send("GET", f"/receipts/{gone.receipt}")
    assert receipt.status_code == 200
    office = gone.hub.signed_in(IG, "read ig")
    saw = office.send("GET", f"/subjects/{gone.subject}/disclosures")
    assert saw.status_code == 200, saw.text
    entries = saw.json()["disclosures"]
    assert gone.receipt in {entry["jti"] for entry in entries}
    assert {entry["partner"] for entry in entries} >= {gone.reader}
    assert UNSAID not in saw.text
    assert gone.number not in saw.text
    entry = office.send("GET", f"/disclosures/{gone.receipt}")
    assert (entry.status_code, UNSAID in entry.text) == (200, False)


def test_each_way_to_ask_of_a_subject_has_its_answer_for_one_who_is_erased(gone: Erased) -> None:
    order = {
        "partner": gone.reader, "covers": "records", "court": "a made-up court",
        "reference": "MADE-UP-1", "made_on": "2026-03-02",
    }  # fmt: skip
    wrong = {
        "approved_by": "officer-2", "reason": "mistaken_identity",
        "items": [{"agency": "oak-gp", "jti": gone.item}],
    }  # fmt: skip
    office = gone.hub.signed_in(IG, "read ig")
    head = gone.hub.ready()["position"]
    asked: dict[str, tuple[int, SignedIn, str, dict[str, Any]]] = {
        "/timeline": (410, gone.asking, "GET", {"headers": WHY}),
        "/bundle": (410, gone.asking, "GET", {"headers": RIGHTS}),
        # The register outlives the person: who had what, of ids and kinds, and no word of it.
        "/disclosures": (200, office, "GET", {}),
        "/known": (200, office, "GET", {"params": {"agency": gone.reader, "day": "2030-01-01"}}),
        "/orders": (410, office, "POST", {"json": order, "headers": OFFICER}),
        "/separations": (410, office, "POST", {"json": wrong, "headers": OFFICER}),
    }
    paths = httpx.get(f"{gone.hub.url}/openapi.json").json()["paths"]
    ways = {p.removeprefix("/subjects/{subject}") for p in paths if p.startswith("/subjects/{")}
    assert ways == asked.keys(), "a way that nobody thought of"
    for path, (status, who, method, sent) in asked.items():
        answer = who.send(method, f"/subjects/{gone.subject}{path}", **sent)
        assert (path, answer.status_code) == (path, status), answer.text
        gone.answers.append(answer)
        assert gone.number not in answer.text
    assert gone.hub.ready()["position"] == head + 4, "the four reads, and nothing about the person"


def test_an_event_by_the_erased_id_is_refused_by_name_and_the_same_one_again_is_not(
    gone: Erased,
) -> None:
    session, jti = gone.hub.signed_in("oak-gp"), new_id()
    token = by_id(session, gone.subject, jti=jti)
    head = gone.hub.ready()["position"]
    refused = session.send("POST", "/events", content=token, headers=EVENT)
    assert refused.status_code == 410
    assert refused.json() == {"err": "invalid_request", "description": "the subject was erased"}
    batch = session.send("POST", "/events/batch", json={"sets": {jti: token.decode()}})
    assert batch.json()["setErrs"][jti]["description"] == "the subject was erased"
    assert gone.hub.ready()["position"] == head
    again = session.send("POST", "/events", content=gone.posted, headers=EVENT)
    assert (again.status_code, "Hub-Receipt" in again.headers) == (202, True)
    assert gone.hub.ready()["position"] == head


def test_whoever_was_shown_it_is_told_once_the_others_are_not_and_the_certificate_says_so(
    gone: Erased,
) -> None:
    assert f"- {gone.reader}: NOT told yet" in gone.shred()
    (notice,) = gone.erasures(gone.reader)
    assert (notice.body["cause"], notice.body["acknowledge"]) == ("correction", True)
    assert notice.subject == {"format": "opaque", "id": gone.subject}
    others = gone.hub.client(gone.idle).poll(max_events=1000).notices
    assert [n for n in others if n.subject == notice.subject] == []
    told = gone.shred()
    assert f"- {gone.reader}, told " in told
    assert "NOT acknowledged" in told.partition("Who was told")[2]
    partner = gone.hub.client(gone.reader)
    assert partner.acknowledge() > 0
    partner.flush(batch=50)
    said = gone.shred().partition("Who was told")[2]
    assert said.count(f"- {gone.reader}, told ") == 1
    assert "NOT acknowledged" not in said
    signed = sorted(p for p in gone.folder.iterdir() if p.suffix != ".txt")
    assert len(signed) == len({p.read_bytes() for p in signed}) > 3


def test_the_certificate_is_signed_by_the_hub_and_what_it_says_stands_in_the_log(
    gone: Erased,
) -> None:
    gone.shred()
    papers = (p for p in gone.folder.iterdir() if p.suffix != ".txt")
    newest = max(papers, key=lambda p: p.stat().st_mtime_ns)
    said = open_token(
        newest.read_bytes(),
        typ=CERTIFICATE_TYP,
        keys=HubKeys(gone.hub.client(IG).hub_jwks).trusted(),
    )
    leaf = said["leaf"]
    with psycopg.connect(gone.hub.settings.owner) as connection:
        row = connection.execute(
            "SELECT kind, jti::text, routing->>'certificate' FROM ledger.header"
            " WHERE position = %s",
            [leaf["position"]],
        ).fetchone()
    assert row == ("shred", leaf["jti"], leaf["certificate"])
    first = (gone.folder / "paper").read_bytes()
    assert leaf["certificate"] == hashlib.sha256(first).hexdigest()
    assert {one["partner"] for one in said["told"]} == {gone.reader}
