"""What the provider says is judged: every claim that does not fit refuses, whoever signed it."""

import asyncio
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from hub.clock import FixedClock
from hub.demo.idp import NotInTryoutError, TryoutProvider, configured
from hub.ids import SystemSource
from hub.web.claims import Attempt, Logout, Person, ProviderError, SignInError, opaque
from hub.web.oidc import Provider
from tests.intake.world import NOW

ISSUER = "http://127.0.0.1:9001"
LOGOUT: dict[str, Any] = {"http://schemas.openid.net/event/backchannel-logout": {}}
ATTEMPT = Attempt(state="s", nonce="n", verifier="v" * 43, to="/app/")


class Stub:
    """A provider that says in its ID token whatever a test wants."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", {"alg": "ES256", "use": "sig"})
        self.tryout = TryoutProvider(
            issuer=ISSUER, client_id="hub", client_secret="s", redirect_uri=f"{ISSUER}/back",  # noqa: S106
            people=[], clock=FixedClock(NOW * 1000), source=SystemSource(), key=self.key,
        )  # fmt: skip
        self.id_token = ""
        self.away = False

    def claims(self, **changed: object) -> dict[str, Any]:
        said = {
            "iss": ISSUER, "aud": "hub", "sub": "officer-7", "iat": NOW, "exp": NOW + 300,
            "nonce": "n", "auth_time": NOW, "hub_agency": "council-a", "hub_roles": ["liaison"],
        }  # fmt: skip
        return {k: v for k, v in {**said, **changed}.items() if v is not None}

    def signed(
        self, claims: dict[str, Any], key: ECKey | OctKey | None = None, alg: str = "ES256"
    ) -> str:
        self.key.ensure_kid()
        return jwt.encode(
            {"alg": alg, "kid": self.key.kid}, claims, key or self.key, algorithms=[alg]
        )

    async def handle(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            raise httpx.ConnectError("away")
        if request.url.path == "/token":
            return httpx.Response(200, json={"id_token": self.id_token})
        transport = httpx.ASGITransport(app=self.tryout.app())
        async with httpx.AsyncClient(transport=transport) as http:
            answer = await http.get(request.url)
            return httpx.Response(answer.status_code, content=answer.content)


@pytest.fixture
def stub() -> Stub:
    return Stub()


def provider(stub: Stub) -> Provider:
    return Provider(
        issuer=ISSUER, client_id="hub", client_secret="s", redirect_uri="x",  # noqa: S106
        agency_claim="hub_agency", roles_claim="hub_roles", clock=FixedClock(NOW * 1000),
        transport=httpx.MockTransport(stub.handle),
    )  # fmt: skip


async def finish(stub: Stub, attempt: Attempt = ATTEMPT) -> Person:
    return await provider(stub).finish({"state": "s", "code": "c", "iss": ISSUER}, attempt)


async def logout(stub: Stub, token: str) -> Logout:
    return await provider(stub).logout_of(token)


def test_what_fits_signs_somebody_in(stub: Stub) -> None:
    stub.id_token = stub.signed(stub.claims(sid="x"))
    person = asyncio.run(finish(stub))
    assert (person.user, person.agency, person.roles) == (
        "officer-7",
        "council-a",
        frozenset({"liaison"}),
    )
    assert person.sid == "x"


@pytest.mark.parametrize(
    "changed",
    [
        {"nonce": "another"}, {"nonce": None}, {"aud": "another"}, {"aud": ["hub", "b"]},
        {"iss": "http://127.0.0.1:9002"}, {"exp": NOW - 3600}, {"iat": NOW + 3600}, {"sub": None},
        {"hub_agency": None}, {"hub_agency": ["council-a"]}, {"hub_agency": "Not A Slug"},
    ],
    ids=str,
)  # fmt: skip
def test_what_does_not_fit_signs_nobody_in(stub: Stub, changed: dict[str, Any]) -> None:
    stub.id_token = stub.signed(stub.claims(**changed))
    with pytest.raises(SignInError):
        asyncio.run(finish(stub))


def test_only_a_key_that_the_provider_alone_holds_counts(stub: Stub) -> None:
    claims = stub.claims()
    another = ECKey.generate_key("P-256")
    shared = OctKey.import_key("for this test, of enough bytes to be taken")
    for token in (
        stub.signed(claims, another),
        stub.signed(claims, shared, "HS256"),
        stub.signed(claims)[:-4] + "AAAA",
        "e30.e30.",
        "",
    ):
        stub.id_token = token
        with pytest.raises(SignInError):
            asyncio.run(finish(stub))


def test_somebody_to_be_asked_again_must_have_been(stub: Stub) -> None:
    again = Attempt(state="s", nonce="n", verifier="v" * 43, to="/app/", max_age_s=600)
    stub.id_token = stub.signed(stub.claims(auth_time=NOW - 3600))
    assert asyncio.run(finish(stub)).auth_time == NOW - 3600
    for claims in (stub.claims(auth_time=NOW - 3600), stub.claims(auth_time=None)):
        stub.id_token = stub.signed(claims)
        with pytest.raises(SignInError):
            asyncio.run(finish(stub, again))


def test_an_issuer_that_others_could_speak_for_is_not_taken() -> None:
    with pytest.raises(ProviderError):
        Provider(
            issuer="http://people.example", client_id="hub", client_secret="s",  # noqa: S106
            redirect_uri="x", agency_claim="a", roles_claim="r", clock=FixedClock(0),
        )  # fmt: skip


def test_a_provider_that_is_away_is_said_to_be_away(stub: Stub) -> None:
    stub.away = True
    with pytest.raises(ProviderError):
        asyncio.run(finish(stub))


@pytest.mark.parametrize(
    ("changed", "ends"),
    [
        ({"sub": "officer-7"}, True),
        ({"sid": "x"}, True),
        ({}, False),
        ({"sub": "officer-7", "nonce": "n"}, False),
        ({"sub": "officer-7", "aud": "another"}, False),
        ({"sub": "officer-7", "iss": "http://127.0.0.1:9002"}, False),
        ({"sub": "officer-7", "iat": NOW - 3600}, False),
        ({"sub": "officer-7", "events": {"other": {}}}, False),
    ],
    ids=str,
)
def test_a_logout_token_ends_sessions_only_where_it_is_one(
    stub: Stub,
    changed: dict[str, Any],
    ends: bool,  # noqa: FBT001
) -> None:
    token = stub.signed({"iss": ISSUER, "aud": "hub", "iat": NOW, "events": LOGOUT, **changed})
    if ends:
        found = asyncio.run(logout(stub, token))
        assert (found.sub, found.sid) == (changed.get("sub"), changed.get("sid"))
        return
    with pytest.raises(SignInError):
        asyncio.run(logout(stub, token))


def test_an_id_that_is_no_opaque_id_is_kept_as_its_digest() -> None:
    assert opaque("officer-7") == "officer-7"
    kept = opaque("ann.other@council.example")
    assert "ann" not in kept
    assert len(kept) == 32


@pytest.mark.parametrize("line", ["", "{}", "[]", '{"issuer": "x"}'])
def test_the_tryouts_provider_starts_for_nobody_else(line: str) -> None:
    with pytest.raises(NotInTryoutError):
        configured(line)


def test_the_tryouts_provider_serves_this_machine_only() -> None:
    told = (
        '{"issuer": "https://people.example", "client_id": "hub", "client_secret": "s",'
        ' "redirect_uri": "http://127.0.0.1:1/app/signed-in", "people": []}'
    )
    with pytest.raises(NotInTryoutError):
        configured(told)
