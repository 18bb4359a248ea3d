"""What everybody may read: agencies, keys, contracts, the document, health, metrics."""

import json
import os
import signal

import jsonschema
import psycopg
import pytest
from jwcrypto.jwk import JWK
from psycopg import sql

from tests.journeys.people import concern
from tests.support.hub_process import CAST, IG, RunningHub, running
from tests.support.postgres import Postgres
from tests.support.writers import writer_of


def test_the_agencies_are_listed_with_their_kinds(hub: RunningHub) -> None:
    listed = hub.get("/agencies").json()["agencies"]
    kinds = {agency["id"]: agency["kind"] for agency in listed}
    assert kinds.items() >= {**CAST, IG: "other", "hub": "hub"}.items()


@pytest.mark.parametrize("agency", ["hub", "oak-gp"])
def test_the_keys_of_an_agency_are_public_keys_named_by_their_thumbprints(
    hub: RunningHub, agency: str
) -> None:
    answer = hub.get(f"/agencies/{agency}/jwks")
    assert answer.headers["content-type"] == "application/jwk-set+json"
    (key,) = answer.json()["keys"]
    assert "d" not in key
    assert JWK.from_json(json.dumps(key)).thumbprint() == key["kid"]


def test_an_agency_that_is_not_there_has_no_keys(hub: RunningHub) -> None:
    assert hub.get("/agencies/nobody-here/jwks").status_code == 404


def test_the_schema_of_an_event_type_checks_its_payload(hub: RunningHub) -> None:
    answer = hub.get("/contracts/concern-raised-v1")
    assert answer.headers["content-type"] == "application/schema+json"
    validator = jsonschema.Draft202012Validator(answer.json())
    assert not list(validator.iter_errors({"about": "adult"}))
    assert list(validator.iter_errors({"about": "nobody"}))


@pytest.mark.parametrize("kind", ["nothing-v1", "..%2f..%2fpyproject", "%00"])
def test_a_contract_that_is_not_there_is_404(hub: RunningHub, kind: str) -> None:
    assert hub.get(f"/contracts/{kind}").status_code == 404


def test_every_route_is_in_the_document_with_its_errors(hub: RunningHub) -> None:
    document = hub.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert (
        "application/secevent+jwt"
        in (document["paths"]["/events"]["post"]["requestBody"]["content"])
    )
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["responses"], (method, path)
            signed_in = operation.get("security") == [{"token": [], "proof": []}]
            assert ("401" in operation["responses"]) == (signed_in or path == "/oauth2/token")
            for status, answer in operation["responses"].items():
                assert answer.get("content") or status == "202", (method, path, status)
    assert "HTTPValidationError" not in json.dumps(document), "that form repeats what was sent"


def test_the_metrics_are_prometheus_text(hub: RunningHub) -> None:
    answer = hub.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    for name in ("hub_requests_total", "hub_events_stored_total", "hub_answers_total"):
        assert f"# TYPE {name.removesuffix('_total')}" in answer.text


def test_without_its_database_the_hub_says_so_and_comes_back_by_itself(postgres: Postgres) -> None:
    with running(postgres, {"oak-gp": "gp"}) as hub:
        gp = hub.signed_in("oak-gp")
        gp.access_token()
        database = hub.settings.owner_url.partition("?")[0].rpartition("/")[2]
        _allow(postgres, database, allowed=False)
        hub.until(lambda: hub.get("/health/ready").status_code == 503)
        assert hub.get("/health/live").status_code == 200
        answer = gp.send("POST", "/events/poll", json={})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        _allow(postgres, database, allowed=True)
        hub.until(lambda: hub.get("/health/ready").is_success)
        assert gp.send("POST", "/events/poll", json={}).is_success
        assert not hub.log("serve").partition("Traceback")[2]


def test_a_writer_that_starts_while_the_store_is_away_waits_for_it(postgres: Postgres) -> None:
    with running(postgres, {"oak-gp": "gp"}) as hub:
        database = hub.settings.owner_url.partition("?")[0].rpartition("/")[2]
        _allow(postgres, database, allowed=False)
        os.kill(writer_of(hub), signal.SIGKILL)
        hub.until(lambda: any(_waits(line) for line in hub.log("serve").splitlines()))
        _allow(postgres, database, allowed=True)
        hub.until(lambda: hub.get("/health/ready").is_success)
        concern(hub, hub.nhs_number(), addressed_to=())
        assert hub.log("serve").count('"writer.ended"') == 1, "it is not started over and over"
        assert not hub.log("serve").partition("Traceback")[2]


def _waits(line: str) -> bool:
    """Return whether a line of a log says that a writer waits for its store."""
    return '"store.unavailable"' in line and '"part": "writer"' in line


def _allow(postgres: Postgres, database: str, *, allowed: bool) -> None:
    """Let nobody connect to a database any more, and end who is; or let them again."""
    with psycopg.connect(postgres.root, autocommit=True) as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(
                sql.Identifier(database), sql.Literal(allowed)
            )
        )
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database]
        )
