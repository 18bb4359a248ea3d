"""The only place that reads the environment.

In: variables named HUB_*. Out: one frozen Settings. Never here: a secret in a repr or a log.
"""

from hashlib import sha256
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """How this hub is set up. Every field may be given as `HUB_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="HUB_", frozen=True, extra="ignore")

    database_url: str = "postgresql://hub_app@127.0.0.1:5432/hub"
    """What the API connects as: may read, and append through one function."""
    owner_url: str = ""
    """What installs schemas and runs the projector. Empty: the same as `database_url`."""
    hub_uri: str = "https://hub.example"
    """`aud` of every event, `iss` of the hub's own."""
    public_url: str = "http://127.0.0.1:8000"
    """What partners reach the API as: DPoP proofs are bound to it."""
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    keys_dir: Path = Path("keys")
    """The hub's signing key, and other keys of the API and the sequencer. Mode 0700."""
    writer_socket: str = ""
    """Where the writer of this machine listens; another for each hub. Empty: in `keys_dir`, under a
    name that its database has alone."""
    vault_socket: str = ""
    """Where the vault listens. Empty: `vault.sock` in `keys_dir`."""
    vault_dir: Path = Path("vault")
    """The keys that wrap every subject's key. For the vault alone. Mode 0700."""
    vault_database_url: str = "postgresql://hub_vault@127.0.0.1:5432/hub"
    """What the vault connects as: may read what is sealed, and add to its own log."""
    kek: Literal["file", "pkcs11"] = "file"
    """Where the vault's master keys are: in `vault_dir`, or in a hardware module."""
    pkcs11_module: str = ""
    """The module's library."""
    pkcs11_token: str = "hub"  # noqa: S105 - a label
    """The label of the token in it."""
    pkcs11_pin_file: Path = Path("pin")
    """A file that holds the PIN of the token's user."""
    anchor_file: str = ""
    """Where the last checkpoint is kept outside the database, on another volume than it: what is
    restored from a backup cannot take this along. Empty: `anchor` in `keys_dir`."""
    witnesses: str = ""
    """Who cosigns checkpoints: `URL VKEY`, several by comma."""
    witness_quorum: int = 0
    """How many witnesses must have cosigned a checkpoint before it is served."""
    receipts: Literal["await", "commit"] = "await"
    """When an answer leaves: once a signed checkpoint covers its entry in the log, or as soon as
    the entry is durable, with a receipt that promises the checkpoint."""
    checkpoint_ms: int = Field(default=200, ge=20, le=1000)
    """How long the sequencer pauses between checkpoints: what an answer waits, at most."""
    tsa_url: str = ""
    """Who stamps the checkpoint in an evidence pack with the time (RFC 3161). Empty: nobody."""
    tsa_ca: str = ""
    """A file with the certificates that the stamp's signature leads to (PEM); packs carry it."""
    holds_file: str = ""
    """What must not be erased: a line for each hold, an id (or `*` for all) and for what."""
    retention_years: str = Field(
        default="adult=8,child=25,professional=25,setting=25",
        pattern=r"^(adult|child|professional|setting)=[1-9][0-9]{0,2}"
        r"(,(adult|child|professional|setting)=[1-9][0-9]{0,2})*$",
    )
    """For how many years after its last entry a record of each kind is kept; of a kind that is not
    named, as long as the longest. Strength of the default: C, from memory of the NHS Records
    Management Code of Practice (2021), appendix II, unconfirmed. A records manager has to set it: a
    looked-after child's record, for one, is kept far longer (75 years; C as well)."""
    approvers: str = "officer-1,officer-2"
    """Two officers who stand for the hub's own keys and registrations, as opaque ids."""

    run_by: str = "the partnership that runs this hub"
    """Who runs this hub, as the pages name them in the accessibility statement."""
    contact: str = "hub@hub.example"
    """The mail address for whoever needs help with the pages, or finds them inaccessible."""
    security_contact: str = "mailto:security@hub.example"
    """Where a hole is told, as a URI: it stands in security.txt."""

    oidc_issuer: str = ""
    """Who signs people in, by OpenID Connect. Empty: the hub serves its API and no pages."""
    oidc_client_id: str = ""
    oidc_client_secret: str = Field(default="", repr=False)
    oidc_agency_claim: str = "hub_agency"
    """The claim that names a person's agency by its slug."""
    oidc_roles_claim: str = "hub_roles"
    """The claim that lists a person's roles: liaison, practitioner, ig_officer, sab_analyst,
    agency_admin, auditor."""

    @property
    def owner(self) -> str:
        """Return the URL that may create schemas."""
        return self.owner_url or self.database_url

    @property
    def vault(self) -> Path:
        """Return where the vault listens."""
        return Path(self.vault_socket) if self.vault_socket else self.keys_dir / "vault.sock"

    @property
    def writer(self) -> Path:
        """Return where the writer listens.

        Named after its database: no API may ever hand its drafts to the writer of another.
        """
        if self.writer_socket:
            return Path(self.writer_socket)
        return self.keys_dir / f"writer-{sha256(self.database_url.encode()).hexdigest()[:8]}.sock"

    @property
    def anchor(self) -> Path:
        """Return where the anchor is."""
        return Path(self.anchor_file) if self.anchor_file else self.keys_dir / "anchor"

    @property
    def kept_years(self) -> dict[str, int]:
        """Return for how many years after its last entry each kind's record is kept."""
        pairs = (part.split("=") for part in self.retention_years.split(","))
        return {kind: int(years) for kind, years in pairs}

    @property
    def officers(self) -> tuple[str, ...]:
        """Return the approvers as separate ids."""
        return tuple(part.strip() for part in self.approvers.split(",") if part.strip())


def load() -> Settings:
    """Read the settings from the environment."""
    return Settings()
