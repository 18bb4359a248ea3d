"""What an agency installs to take part: sign, send, be told, ask, and check what comes back.

In: the agency's events, its key file, the hub's address. Out: events that arrive once each, and
answers whose receipt was verified before anybody could read them.
Never here: the hub's code; an answer without its receipt; personal data outside the agency's own
file, in an error or in a log.

Copy this:

    from pathlib import Path
    from adapters.kit import AgencyKey, HubClient, urn
    from contracts.concern import ConcernRaised

    key = AgencyKey.load(Path("agency.pem"))  # python -m adapters.kit key new agency.pem
    with HubClient.open(
        "https://hub.example", agency="northshire-council", key=key, store=Path("hub.db")
    ) as hub:
        hub.outbox.add(ConcernRaised(about="adult"), urn("urn:nhs:number:9434765919"))
        print(hub.flush(wait_s=30))
        hub.handle_notices(lambda notice: print(notice.subject))
        hub.acknowledge()
        print(hub.chain.alarms())
"""

from adapters.kit.answers import Disclosed
from adapters.kit.chain import Alarm, Chain, Gap, Link
from adapters.kit.delivery import Flushed, Refused
from adapters.kit.edge import Edge, authorities, machine
from adapters.kit.errors import (
    HubBusyError,
    HubUnreachableError,
    KeyFileError,
    KitError,
    LogError,
    OutboxError,
    ProblemError,
    ReceiptError,
    SignInError,
    SigningError,
    StoreError,
    TokenShapeError,
    UnknownSubjectError,
)
from adapters.kit.hub_client import HubClient
from adapters.kit.keys import AgencyKey, Signer
from adapters.kit.log import Checkpoint, LogKey
from adapters.kit.notices import Handled, Inbox, Notice, Polled
from adapters.kit.outbox import Entry, Outbox
from adapters.kit.receipts import (
    DisclosureReceipt,
    EventReceipt,
    HubKeys,
    Verifier,
    acknowledgement,
)
from adapters.kit.sign import opaque, sign_event, urn
from adapters.kit.statements import Statement
from adapters.kit.store import Store
from adapters.kit.watch import LogWatch

__all__ = [
    "AgencyKey",
    "Alarm",
    "Chain",
    "Checkpoint",
    "Disclosed",
    "DisclosureReceipt",
    "Edge",
    "Entry",
    "EventReceipt",
    "Flushed",
    "Gap",
    "Handled",
    "HubBusyError",
    "HubClient",
    "HubKeys",
    "HubUnreachableError",
    "Inbox",
    "KeyFileError",
    "KitError",
    "Link",
    "LogError",
    "LogKey",
    "LogWatch",
    "Notice",
    "Outbox",
    "OutboxError",
    "Polled",
    "ProblemError",
    "ReceiptError",
    "Refused",
    "SignInError",
    "Signer",
    "SigningError",
    "Statement",
    "Store",
    "StoreError",
    "TokenShapeError",
    "UnknownSubjectError",
    "Verifier",
    "acknowledgement",
    "authorities",
    "machine",
    "opaque",
    "sign_event",
    "urn",
]
