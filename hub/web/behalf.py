"""What an officer says in their agency's name, signed with the key that the hub holds for it.

In: an officer, a payload and whom it is about. Out: a statement, a draft, a record.
Never here: a second way into the ledger, or a statement of an agency that did not ask for a key.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Final

from contracts.base import Payload
from hub.clock import LONDON, seconds
from hub.intake.errors import IntakeError
from hub.ledger.keystore import KeystoreError, NoHeldKeyError, Statement
from hub.ledger.record import Draft, JtiReusedError, LedgerError, Record, StaleError
from hub.ledger.record import UnavailableError as Unavailable
from hub.views import read
from hub.web.parts import Web
from hub.web.who import Allowed, Officer, PageError

ALLOWED: Final = Allowed("liaison", "practitioner", scope="events")
VIEWS_S: Final = 3.0
"""How long a page waits until the views hold what was just said, so that the next shows it."""


def statement(
    web: Web,
    officer: Officer,
    payload: Payload,
    sub_id: Mapping[str, Any],
    *,
    jti: str,
    happened: date | None = None,
) -> Statement:
    """Return a statement of an officer's agency; what happened on no other day happened now."""
    now = seconds(web.hub.clock)
    toe = now
    if happened is not None:
        noon = datetime.combine(happened, time(12), LONDON)
        toe = min(int(noon.timestamp()), now)
    return Statement(
        agency=officer.agency.slug,
        officer=officer.user,
        payload=payload,
        sub_id=sub_id,
        jti=jti,
        toe=toe,
    )


async def drafted(web: Web, said: Statement) -> Draft:
    """Return what the ledger would hold of a statement; nothing is recorded.

    Raises:
        PageError: the hub holds no key for the agency, or the statement would be refused.
    """
    try:
        return await web.hub.keystore.draft(said)
    except NoHeldKeyError:
        raise no_key() from None
    except KeystoreError:
        raise lost_key() from None
    except IntakeError as refusal:
        raise _refused(refusal.description) from None


async def post(web: Web, said: Statement) -> Record | None:
    """Bring a statement through the front door; None where it went through before.

    Raises:
        PageError: the hub holds no key for the agency, or the statement is refused.
        LedgerError: the store does not take it now; the page says that it comes back.
    """
    try:
        record = await web.hub.keystore.post(said)
    except JtiReusedError:
        return None  # the button was pressed twice
    except NoHeldKeyError:
        raise no_key() from None
    except KeystoreError:
        raise lost_key() from None
    except IntakeError as refusal:
        raise _refused(refusal.description) from None
    except (StaleError, Unavailable):
        raise
    except LedgerError as refusal:
        raise _refused(str(refusal)) from None
    async with web.hub.pool.connection() as connection:
        await read.wait_for(connection, record.position, timeout_s=VIEWS_S)
    return record


def no_key() -> PageError:
    """Return the page for an agency for which the hub holds no key."""
    return PageError(
        409,
        "The hub does not sign for your organisation yet",
        "An organisation without a system of its own can have the hub keep a signing key for it.",
        "Ask whoever administers it to turn that on, on the page “Signing key”.",
        "If somebody is in danger now, call 999. You can always tell the council by telephone.",
    )


def lost_key() -> PageError:
    """Return the page for a held key that does not open: lost in a restore, or altered."""
    return PageError(
        409,
        "The hub cannot use the key that it keeps for your organisation",
        "Nothing was sent. Ask whoever administers it to replace the key, on “Signing key”.",
        "If somebody is in danger now, call 999. You can always tell the council by telephone.",
    )


def _refused(why: str) -> PageError:
    return PageError(
        422,
        "The hub did not take this",
        "Nothing was sent.",
        f"What it said: {why}.",
    )
