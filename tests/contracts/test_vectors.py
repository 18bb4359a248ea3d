"""The published files, judged by a JSON Schema validator and JOSE libraries not our own."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from joserfc import jws as joserfc_jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import ECKey, OKPKey
from jsonschema import Draft202012Validator
from jwcrypto import jwk as jwcrypto_jwk
from jwcrypto import jws as jwcrypto_jws
from nhs_number.validate import is_valid as passes_check_digit

from contracts.catalogue import EVENT_TYPES, PayloadError, read
from contracts.envelope import ALGORITHMS, MAX_HEADER_BYTES, MAX_TOKEN_BYTES, Claims
from contracts.generate import artifacts
from contracts.golden import ALSO_ES256, compact
from contracts.publish import file_name

ROOT = Path(__file__).parents[2]
FILES = artifacts()


def stems(folder: str) -> list[str]:
    """Return the stems of the generated files of a folder."""
    return [Path(path).stem for path in FILES if Path(path).parent.as_posix().endswith(folder)]


def vector(folder: str, stem: str) -> dict[str, Any]:
    """Return one vector, as published."""
    made: dict[str, Any] = json.loads(FILES[f"contracts/vectors/{folder}/{stem}.json"])
    return made


def schema(type_uri: str) -> Draft202012Validator:
    """Return the validator of a type's payload, as published."""
    path = f"contracts/schema/{file_name(type_uri)}.schema.json"
    return Draft202012Validator(json.loads(FILES[path]))


def strings(value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Yield every string in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


def decoded(part: str) -> bytes:
    """Return what base64url without padding holds."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_the_files_are_the_same_on_each_run_and_as_committed() -> None:
    kept = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for folder in ("contracts/schema", "contracts/vectors")
        for path in (ROOT / folder).rglob("*.json")
    }
    assert kept.keys() == FILES.keys()
    assert [path for path in kept if kept[path] != FILES[path]] == []


@pytest.mark.parametrize("path", [path for path in FILES if path.endswith(".schema.json")])
def test_every_schema_is_valid_under_2020_12(path: str) -> None:
    published = json.loads(FILES[path])
    assert published["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(published)


def test_every_schema_says_which_category_governs_each_field() -> None:
    for uri in EVENT_TYPES:
        published = schema(uri).schema
        for name, field in published["properties"].items():
            inner = json.dumps(field)
            assert "x-hub-category" in field or "$ref" in inner, (uri, name)


@pytest.mark.parametrize("stem", stems("good"))
def test_a_good_vectors_payload_passes_its_schema_and_ours(stem: str) -> None:
    good = vector("good", stem)
    claims = good["claims"]
    Draft202012Validator(json.loads(FILES["contracts/schema/envelope.schema.json"])).validate(
        claims
    )
    Claims.model_validate_json(compact(claims))
    ((uri, payload),) = claims["events"].items()
    assert uri == good["type"]
    schema(uri).validate(payload)
    read(uri, compact(payload))


def joserfc_reads(made: dict[str, Any], token: str) -> Any:  # noqa: ANN401 - JSON
    """Return the claims of a token that joserfc verifies, or raise as it does."""
    key = (OKPKey if made["jwk"]["kty"] == "OKP" else ECKey).import_key(made["jwk"])
    signed = joserfc_jws.deserialize_compact(token, key, algorithms=list(ALGORITHMS))
    return json.loads(signed.payload)


def jwcrypto_reads(made: dict[str, Any], token: str) -> Any:  # noqa: ANN401 - JSON
    """Return the claims of a token that jwcrypto verifies, or raise as it does.

    jwcrypto knows Ed25519 by its older name only, so its algorithm is asked, not its reader.
    """
    key = jwcrypto_jwk.JWK(**{k: v for k, v in made["jwk"].items() if k not in {"alg", "use"}})
    head, body, signature = token.split(".")
    assert key.thumbprint() == json.loads(decoded(head))["kid"]
    name = {"Ed25519": "EdDSA"}.get(made["jwk"]["alg"], made["jwk"]["alg"])
    core = jwcrypto_jws.JWSCore(name, key, json.dumps({"alg": name}), body)
    core.engine.verify(key, f"{head}.{body}".encode(), decoded(signature))
    return json.loads(decoded(body))


@pytest.mark.parametrize("reads", [joserfc_reads, jwcrypto_reads])
@pytest.mark.parametrize("stem", stems("good"))
def test_a_good_vectors_signature_verifies_with_other_libraries(
    stem: str, reads: Callable[[dict[str, Any], str], Any]
) -> None:
    good = vector("good", stem)
    assert reads(good, good["token"]) == good["claims"]


@pytest.mark.parametrize("reads", [joserfc_reads, jwcrypto_reads])
@pytest.mark.parametrize("stem", ["concern-raised-v1", "concern-raised-v1-es256"])
def test_other_libraries_refuse_a_good_vector_with_another_body(
    stem: str, reads: Callable[[dict[str, Any], str], Any]
) -> None:
    good = vector("good", stem)
    head, _, signature = good["token"].split(".")
    body = base64.urlsafe_b64encode(compact({**good["claims"], "toe": 0})).decode().rstrip("=")
    with pytest.raises((BadSignatureError, InvalidSignature)):
        reads(good, f"{head}.{body}.{signature}")


@pytest.mark.parametrize("stem", stems("good"))
def test_a_good_vector_keeps_within_the_envelopes_limits(stem: str) -> None:
    token = vector("good", stem)["token"]
    assert len(token) <= MAX_TOKEN_BYTES
    assert len(token.split(".")[0]) <= MAX_HEADER_BYTES


def test_there_is_a_good_vector_of_each_type_and_both_algorithms() -> None:
    made = set(stems("good"))
    assert made == {file_name(uri) for uri in EVENT_TYPES} | {f"{s}-es256" for s in ALSO_ES256}
    algs = {vector("good", stem)["jwk"]["alg"] for stem in made}
    assert algs == set(ALGORITHMS)


PAYLOAD_FAULTS = [s for s in stems("bad") if vector("bad", s)["fault"] == "payload"]


@pytest.mark.parametrize("stem", PAYLOAD_FAULTS)
def test_a_bad_payload_is_refused_by_its_schema_and_by_us(stem: str) -> None:
    bad = vector("bad", stem)
    assert not schema(bad["type"]).is_valid(bad["payload"])
    with pytest.raises(PayloadError):
        read(bad["type"], compact(bad["payload"]))


@pytest.mark.parametrize("stem", stems("bad"))
def test_a_bad_vector_says_what_must_come_of_it(stem: str) -> None:
    bad = vector("bad", stem)
    assert bad["name"] == stem
    assert bad["err"] in {"invalid_request", "invalid_key", "invalid_issuer", "invalid_audience"}
    assert bad["why"]


@pytest.mark.parametrize("stem", [s for s in stems("bad") if vector("bad", s)["fault"] == "claims"])
def test_a_bad_claim_is_the_only_fault_of_its_vector(stem: str) -> None:
    bad = vector("bad", stem)
    good = vector("good", "concern-raised-v1")
    claims = json.loads(decoded(bad["token"].split(".")[1]))
    changed = {name for name in claims if claims[name] != good["claims"].get(name)}
    assert len(changed) == 1
    key = OKPKey.import_key(good["jwk"])
    joserfc_jws.deserialize_compact(bad["token"], key, algorithms=list(ALGORITHMS))


def test_people_in_published_files_are_made_up() -> None:
    named = 0
    for path, content in FILES.items():
        for text in strings(json.loads(content)):
            for number in re.findall(r"(?<![0-9A-Za-z])[0-9]{10}(?![0-9A-Za-z])", text):
                named += 1
                assert number.startswith("999"), path
                assert passes_check_digit(number) or "check-digit" in path, path
    assert named > 50


def test_the_index_lists_every_type_once() -> None:
    index = json.loads(FILES["contracts/schema/index.json"])
    assert {row["type"] for row in index["types"]} == set(EVENT_TYPES)
    assert len(index["types"]) == len(EVENT_TYPES)
