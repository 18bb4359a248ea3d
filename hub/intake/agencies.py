"""The register of agencies, as a fold over the events that fill it.

In: AgencyRegistered events, in log order. Out: an immutable AgencyRegister. Never here: a database
or a way to change an entry other than by one more event.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from contracts.base import Payload
from contracts.governance import AgencyRegistered

HUB_SLUG: Final = "hub"
_AGENCIES_PATH: Final = "/agencies/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """One agency's entry, as last registered."""

    slug: str
    name: str
    kind: str
    scopes: frozenset[str]
    prevent_specified: bool
    public_authority: bool


_HUB: Final = Agency(
    slug=HUB_SLUG,
    name="The hub",
    kind=HUB_SLUG,
    scopes=frozenset(),
    prevent_specified=False,
    public_authority=False,
)


@dataclass(frozen=True, slots=True)
class AgencyRegister:
    """Which agencies there are. The hub itself always is one, and no event can replace it."""

    _agencies: Mapping[str, Agency] = field(
        default_factory=lambda: MappingProxyType({HUB_SLUG: _HUB})
    )

    @classmethod
    def empty(cls) -> "AgencyRegister":
        """Return a register in which only the hub stands."""
        return cls()

    def apply(self, payload: Payload) -> "AgencyRegister":
        """Return the register after `payload`, which most events leave as it is."""
        return self.apply_all((payload,))

    def apply_all(self, payloads: Iterable[Payload]) -> "AgencyRegister":
        """Return the register after many events, copying it once."""
        agencies = dict(self._agencies)
        for payload in payloads:
            if isinstance(payload, AgencyRegistered) and payload.agency != HUB_SLUG:
                agencies[payload.agency] = _entry(payload)
        return AgencyRegister(MappingProxyType(agencies))

    def find(self, slug: str) -> Agency | None:
        """Return the agency of that slug, if it is registered."""
        return self._agencies.get(slug)

    def by_issuer(self, issuer: str, hub_uri: str) -> Agency | None:
        """Return the agency that signs as `issuer`, if it is registered. Never the hub."""
        slug = issuer.removeprefix(hub_uri + _AGENCIES_PATH)
        agency = self._agencies.get(slug)
        # Compared whole: removeprefix leaves a bare slug as it is.
        if agency is None or agency is _HUB or issuer_uri(hub_uri, slug) != issuer:
            return None
        return agency

    def all(self) -> tuple[Agency, ...]:
        """Return every agency, by slug."""
        return tuple(self._agencies[slug] for slug in sorted(self._agencies))


def issuer_uri(hub_uri: str, slug: str) -> str:
    """Return what an agency's events and assertions state as `iss`. The hub's is its own URI."""
    return hub_uri if slug == HUB_SLUG else f"{hub_uri}{_AGENCIES_PATH}{slug}"


def _entry(payload: AgencyRegistered) -> Agency:
    return Agency(
        slug=payload.agency,
        name=payload.name,
        kind=payload.kind,
        scopes=frozenset(payload.scopes),
        prevent_specified=payload.prevent_specified == "yes",
        public_authority=payload.public_authority == "yes",
    )
