"""Settings: read from HUB_ variables alone, frozen, and silent about nothing that is secret."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from hub.settings import Settings, load


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"HUB_{name.upper()}", raising=False)


def test_without_variables_it_is_a_hub_on_this_machine() -> None:
    found = load()
    assert found.hub_uri == "https://hub.example"
    assert (found.host, found.port, found.workers) == ("127.0.0.1", 8000, 1)
    assert found.officers == ("officer-1", "officer-2")
    assert (found.vault, found.kek) == (Path("keys/vault.sock"), "file")
    assert (found.receipts, found.checkpoint_ms) == ("await", 200)


def test_every_field_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "HUB_DATABASE_URL": "postgresql://app@db/x",
        "HUB_OWNER_URL": "postgresql://owner@db/x",
        "HUB_HUB_URI": "https://other.example",
        "HUB_PUBLIC_URL": "https://api.example",
        "HUB_HOST": "0.0.0.0",  # noqa: S104 - a value, not a socket
        "HUB_PORT": "9000",
        "HUB_WORKERS": "3",
        "HUB_KEYS_DIR": "/keys/here",
        "HUB_APPROVERS": "one, two ,,three",
        "HUB_ANCHOR_FILE": "/elsewhere/anchor",
        "HUB_WITNESSES": "https://witness.example witness+1+key",
        "HUB_WITNESS_QUORUM": "1",
        "HUB_RECEIPTS": "commit",
        "HUB_TSA_URL": "https://tsa.example/",
        "HUB_TSA_CA": "/etc/tsa.pem",
        "HUB_CHECKPOINT_MS": "50",
        "HUB_OIDC_ISSUER": "https://people.example",
        "HUB_OIDC_CLIENT_ID": "hub",
        "HUB_OIDC_CLIENT_SECRET": "known to two",
        "HUB_OIDC_AGENCY_CLAIM": "agency",
        "HUB_OIDC_ROLES_CLAIM": "roles",
        "HUB_WRITER_SOCKET": "/run/writer/socket",
        "HUB_VAULT_SOCKET": "/run/vault/socket",
        "HUB_VAULT_DIR": "/vault",
        "HUB_HOLDS_FILE": "/etc/holds",
        "HUB_RETENTION_YEARS": "adult=8,child=25,professional=25,setting=25",
        "HUB_VAULT_DATABASE_URL": "postgresql://vault@db/x",
        "HUB_KEK": "pkcs11",
        "HUB_PKCS11_MODULE": "/usr/lib/module.so",
        "HUB_PKCS11_TOKEN": "master",
        "HUB_PKCS11_PIN_FILE": "/run/secrets/pin",
        "HUB_RUN_BY": "Northshire Council",
        "HUB_CONTACT": "help@northshire.example",
        "HUB_SECURITY_CONTACT": "mailto:holes@northshire.example",
    }
    assert {f"HUB_{name.upper()}" for name in Settings.model_fields} == set(given)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    found = load()
    assert (found.port, found.workers, found.keys_dir) == (9000, 3, Path("/keys/here"))
    assert found.owner == "postgresql://owner@db/x"
    assert (found.anchor, found.witness_quorum) == (Path("/elsewhere/anchor"), 1)
    assert (found.receipts, found.checkpoint_ms) == ("commit", 50)
    assert (found.vault, found.kek) == (Path("/run/vault/socket"), "pkcs11")
    assert found.pkcs11_pin_file == Path("/run/secrets/pin")
    assert found.officers == ("one", "two", "three")
    assert "known to two" not in repr(found)


def test_without_an_owner_the_application_owns_its_database() -> None:
    assert Settings(database_url="postgresql://app@db/x").owner == "postgresql://app@db/x"


def test_settings_do_not_change_once_read() -> None:
    with pytest.raises(ValidationError):
        load().port = 1  # type: ignore[misc] # that it is refused is the point


def test_without_an_anchor_file_the_anchor_lies_with_the_keys() -> None:
    assert Settings(keys_dir=Path("/keys/here")).anchor == Path("/keys/here/anchor")


def test_a_port_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_PORT", "many")
    with pytest.raises(ValidationError):
        load()


def test_what_is_not_ours_in_the_environment_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_NO_SUCH_SETTING", "x")
    assert not hasattr(load(), "no_such_setting")


def test_a_writer_is_of_one_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hubs that share a folder of keys must not hand their drafts to each other's writer."""
    one, other = Settings(database_url="postgresql:///a"), Settings(database_url="postgresql:///b")
    assert one.writer.parent == other.writer.parent == Path("keys")
    assert one.writer != other.writer
    monkeypatch.setenv("HUB_WRITER_SOCKET", "/run/hub/w.sock")
    assert load().writer == Path("/run/hub/w.sock")
