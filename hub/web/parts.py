"""What the pages reach: the parts of one process, and who signs people in.

In: parts that hub.assembly built. Out: one frozen record of them. Never here: how a part is made.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from hub.audit.auditor import Auditor
from hub.audit.breaching import Breaches
from hub.audit.exports import Exports
from hub.audit.lawroom import Lawroom
from hub.audit.oversight import Oversight
from hub.clock import Clock
from hub.disclosure.cursor import Cursors
from hub.disclosure.dashboard import Dashboard
from hub.disclosure.desk import Desk
from hub.disclosure.find import Finder
from hub.disclosure.inbox import Inbox
from hub.disclosure.notices import Notices
from hub.ids import Source
from hub.ledger.directory import Directory
from hub.ledger.keystore import Keystore
from hub.ledger.read import Pool
from hub.rulebook import Rulebook
from hub.settings import Settings
from hub.web.oidc import Provider
from hub.web.sessions import Sessions

MOUNTED_AT: Final = "/app"
CALLBACK: Final = "/signed-in"


class Shared(Protocol):
    """The parts of a process that pages share with the API."""

    @property
    def settings(self) -> Settings: ...  # noqa: D102 - each is the part of that name
    @property
    def clock(self) -> Clock: ...  # noqa: D102
    @property
    def source(self) -> Source: ...  # noqa: D102
    @property
    def directory(self) -> Directory: ...  # noqa: D102
    @property
    def keystore(self) -> Keystore: ...  # noqa: D102
    @property
    def rulebook(self) -> Rulebook: ...  # noqa: D102
    @property
    def pool(self) -> Pool: ...  # noqa: D102
    @property
    def cursors(self) -> Cursors: ...  # noqa: D102
    @property
    def desk(self) -> Desk: ...  # noqa: D102
    @property
    def finder(self) -> Finder: ...  # noqa: D102
    @property
    def notices(self) -> Notices: ...  # noqa: D102
    @property
    def inbox(self) -> Inbox: ...  # noqa: D102
    @property
    def dashboard(self) -> Dashboard: ...  # noqa: D102
    @property
    def auditor(self) -> Auditor: ...  # noqa: D102
    @property
    def oversight(self) -> Oversight: ...  # noqa: D102
    @property
    def lawroom(self) -> Lawroom: ...  # noqa: D102
    @property
    def breaches(self) -> Breaches: ...  # noqa: D102
    @property
    def exports(self) -> Exports: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """The parts that pages use."""

    hub: Shared
    provider: Provider
    sessions: Sessions


def with_provider(hub: Shared) -> Web:
    """Return the parts, with who signs people in as the settings say.

    Raises:
        ProviderError: the issuer is not one to trust.
    """
    settings = hub.settings
    provider = Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        redirect_uri=f"{settings.public_url}{MOUNTED_AT}{CALLBACK}",
        agency_claim=settings.oidc_agency_claim,
        roles_claim=settings.oidc_roles_claim,
        clock=hub.clock,
    )
    sessions = Sessions(hub.pool, hub.clock, hub.source)
    return Web(hub=hub, provider=provider, sessions=sessions)
