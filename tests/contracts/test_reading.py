"""Reading a payload: what is refused, how older versions read, and that names may change."""

import types
from typing import Annotated, Literal

import pytest

from contracts import catalogue, governance, triage
from contracts.base import Category, Label, Slug, label_of, type_uri
from contracts.catalogue import EVENT_TYPES, CatalogueError, PayloadError, UnknownTypeError, read
from contracts.examples import example
from contracts.golden import compact
from contracts.marks import ROUTED
from contracts.subject import SubjectEvent


def test_read_refuses_a_type_that_is_not_in_the_catalogue() -> None:
    with pytest.raises(UnknownTypeError):
        read(type_uri("concern-raised", 9), b"{}")
    with pytest.raises(UnknownTypeError):
        catalogue.latest("https://elsewhere.example/v1")


def test_a_refusal_names_the_place_and_never_what_stood_there() -> None:
    payload = b'{"about":"Ann Secret","types":["Physical Abuse","Ann Secret"],"ann-secret":1}'
    with pytest.raises(PayloadError) as refused:
        read(type_uri("concern-raised"), payload)
    assert "secret" not in str(refused.value).lower()
    assert set(refused.value.faults) == {
        ("/about", "literal_error"),
        ("/types/1", "enum"),
        ("/", "extra_forbidden"),
    }
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("broken", [b"", b"[]", b"null", b'{"about":"adult"', b"\xff"])
def test_read_refuses_what_is_not_one_json_object(broken: bytes) -> None:
    with pytest.raises(PayloadError):
        read(type_uri("concern-raised"), broken)


def test_read_refuses_a_day_that_no_calendar_has() -> None:
    day = {**example(EVENT_TYPES[type_uri("notice-deferred")]), "review_on": "2026-02-30"}
    with pytest.raises(PayloadError, match="`/review_on`"):
        read(type_uri("notice-deferred"), compact(day))


def test_a_payload_cannot_be_changed_once_read() -> None:
    concern = read(type_uri("concern-raised"), b'{"about":"adult"}')
    with pytest.raises(ValueError, match="frozen"):
        concern.about = "child"  # type: ignore[attr-defined]


# Versions and names


@pytest.mark.parametrize(
    ("risk", "level", "threat"),
    [("low", "low", None), ("high", "high", None), ("immediate", "high", "yes")],
)
def test_stored_v1_bytes_read_as_v2(risk: str, level: str, threat: str | None) -> None:
    stored = compact({"about": "adult", "case": "C-1", "risk": risk, "others_at_risk": "yes"})
    assessed = read(type_uri("risk-assessed", 1), stored)
    assert type(assessed) is triage.RiskAssessed
    assert (assessed.level, assessed.imminent_threat) == (level, threat)
    assert (assessed.case, assessed.others_at_risk) == ("C-1", "yes")
    assert catalogue.latest(type_uri("risk-assessed", 1)) == type_uri("risk-assessed", 2)


def test_a_lower_v1_risk_leaves_the_threat_unknown_rather_than_no() -> None:
    assessed = read(type_uri("risk-assessed", 1), b'{"about":"adult","risk":"low"}')
    assert "imminent_threat" not in {fact.name for fact in assessed.facts()}


def test_the_log_still_reads_when_a_class_is_renamed_and_moved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class PartGiven(SubjectEvent):
        """RoleAssigned under another name, in another module."""

        TYPE = triage.RoleAssigned.TYPE
        FAMILY = triage.RoleAssigned.FAMILY

        agency: Annotated[Slug, ROUTED]
        role: Annotated[Literal["lead", "asked_to_enquire", "partner", "none"], ROUTED]

    moved = types.ModuleType("contracts.elsewhere")
    PartGiven.__module__ = moved.__name__
    moved.__dict__["PartGiven"] = PartGiven
    others = [kind for kind in EVENT_TYPES.values() if kind is not triage.RoleAssigned]
    found = catalogue.by_uri([*others, *catalogue.declared([moved])])
    monkeypatch.setattr(catalogue, "EVENT_TYPES", found)
    stored = b'{"about":"adult","agency":"police-a","role":"partner"}'
    payload = read(type_uri("role-assigned"), stored)
    assert type(payload) is PartGiven
    assert payload.role == "partner"


def test_two_classes_cannot_share_a_uri() -> None:
    class Twin(SubjectEvent):
        """Takes another's URI."""

        TYPE = type_uri("concern-raised")
        FAMILY = "concern"

    with pytest.raises(CatalogueError, match="Twin"):
        catalogue.by_uri([*EVENT_TYPES.values(), Twin])


@pytest.mark.parametrize(
    ("uri", "family"),
    [
        (type_uri("Bad_Name"), "concern"),
        ("https://hub.example/events/x", "concern"),
        (type_uri("fine"), "gossip"),
    ],
)
def test_a_class_needs_a_proper_uri_and_a_known_family(uri: str, family: str) -> None:
    kind = type("Odd", (SubjectEvent,), {"TYPE": uri, "FAMILY": family, "__doc__": "Odd."})
    with pytest.raises(CatalogueError, match="Odd"):
        catalogue.by_uri([kind])


def test_an_older_version_must_say_how_it_reads_as_the_next() -> None:
    class First(SubjectEvent):
        """Has no upcast."""

        TYPE = type_uri("thing", 1)
        FAMILY = "concern"

    class Second(SubjectEvent):
        """The next version."""

        TYPE = type_uri("thing", 2)
        FAMILY = "concern"

    with pytest.raises(CatalogueError, match="First"):
        catalogue.newest_by_name(catalogue.by_uri([Second, First]))


# Governance


def test_a_key_is_refused_under_another_keys_id() -> None:
    key = example(governance.KeyRegistered)
    assert read(type_uri("key-registered"), compact(key)).model_dump()["kid"] == key["kid"]
    with pytest.raises(PayloadError):
        read(type_uri("key-registered"), compact({**key, "kid": "A" * 43}))


@pytest.mark.parametrize(
    "change", [{"alg": "ES256"}, {"crv": "P-256"}, {"kty": "EC"}, {"y": "A" * 43}]
)
def test_a_key_is_refused_when_its_members_do_not_fit_together(change: dict[str, str]) -> None:
    key = example(governance.KeyRegistered)
    with pytest.raises(PayloadError):
        read(type_uri("key-registered"), compact({**key, "jwk": {**key["jwk"], **change}}))


def test_a_key_is_refused_when_it_ends_before_it_begins() -> None:
    key = example(governance.KeyRegistered)
    with pytest.raises(PayloadError):
        read(type_uri("key-registered"), compact({**key, "exp": key["nbf"]}))


def test_a_field_shows_its_label_where_the_hub_reads_it() -> None:
    field = triage.RiskAssessed.model_fields["because"]
    assert label_of(field) == Label(
        Category.CONCERN, also=(Category.THIRD_PARTY, Category.WHISTLEBLOWER)
    )
