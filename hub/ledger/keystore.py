"""Keys of agencies without a system of their own: drawn here, sealed at rest, used on their behalf.

In: an agency, what an officer of it says. Out: a signed event that says on whose behalf, for the
front door; a Record once it is through.
Never here: a signature that does not name the officer it was made for; another way into the ledger.

A secret is sealed under a master key that is in no database, so a stolen dump signs nothing; and
bound to its agency and its thumbprint, so no row can be put in another's place. It holds one key of
an agency at a time. What is signed is marked twice: a `key-held` event in the ledger says that the
hub holds the key, and `act` in each event says for which officer it was used. Intake takes neither
without the other.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import AsyncConnection

from contracts.base import Payload
from contracts.governance import AboutAgency, Jwk, KeyHeld, KeyRegistered, KeyRevoked
from contracts.labels import plain
from hub.clock import Clock, seconds
from hub.ids import Source
from hub.intake.agencies import issuer_uri
from hub.intake.keyring import Key
from hub.intake.signing import Signer
from hub.intake.verify import EVENT_TYP
from hub.ledger.frontdoor import FrontDoor, Own, agency_sub_id
from hub.ledger.keyfile import file_key
from hub.ledger.read import Pool
from hub.ledger.record import Draft, Record
from hub.settings import Settings

MASTER_FILE: Final = "keystore.bin"
"""The master key, in the folder of the hub's keys."""
KEY_LIFE_S: Final = 396 * 86_400
_NONCE: Final = 12


class NoHeldKeyError(Exception):
    """The hub holds no key in force for this agency: its administrator has to ask for one."""


class KeystoreError(Exception):
    """A sealed key does not open: it was altered, or the master key is not the one it had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What an officer says in their agency's name. `toe` in seconds, when it happened."""

    agency: str
    officer: str
    payload: Payload
    sub_id: Mapping[str, Any]
    jti: str
    toe: int


class Keystore:
    """Holds and uses keys. One per process; called from its event loop."""

    def __init__(
        self, pool: Pool, door: FrontDoor, settings: Settings, clock: Clock, source: Source
    ) -> None:
        """Take where it stores, where it speaks, and where its master key is."""
        self._pool = pool
        self._door = door
        self._aead = AESGCM(file_key(settings.keys_dir / MASTER_FILE, source))
        self._clock = clock
        self._source = source
        self._hub_uri = settings.hub_uri
        self._officers = settings.officers

    def key_of(self, agency: str) -> Key | None:
        """Return the key in force that the hub holds for an agency, the newest; None without."""
        held = [k for k in self._active(agency) if k.held]
        return held[-1] if held else None

    async def enrol(self, agency: str, *, asked_by: str) -> str:
        """Draw a key for an agency, register it, and end the one before; return its thumbprint.

        Raises:
            IntakeError: the agency may have no further key.
            LedgerError: it could not be recorded; the key before goes on.
        """
        async with self._alone(agency) as connection:
            seed = self._source.bytes(32)
            signer = Signer(seed)
            await self._keep(connection, agency, signer.kid, seed)
            await self._say(KeyHeld(agency=agency, kid=signer.kid, asked_by=asked_by))
            now = seconds(self._clock)
            await self._say(
                KeyRegistered(
                    agency=agency,
                    kid=signer.kid,
                    jwk=_jwk(signer),
                    nbf=now - 60,
                    exp=now + KEY_LIFE_S,
                    approved_by=self._officers,
                )
            )
            await self._end(connection, agency, "rotated", but=signer.kid)
        return signer.kid

    async def retire(self, agency: str) -> int:
        """End what the hub holds for an agency, and destroy it; return how many keys it was.

        Raises:
            LedgerError: it could not be recorded; the key goes on.
        """
        async with self._alone(agency) as connection:
            return await self._end(connection, agency, "retired", but="")

    async def sign(self, said: Statement) -> bytes:
        """Return a statement as the event its agency sends, signed on its behalf.

        Raises:
            NoHeldKeyError: the hub holds no key for the agency.
            KeystoreError: the key does not open.
        """
        signer = await self._signer(said.agency)
        claims = {
            "iss": issuer_uri(self._hub_uri, said.agency),
            "aud": self._hub_uri,
            "iat": seconds(self._clock),
            "toe": said.toe,
            "jti": said.jti,
            "act": {"iss": self._hub_uri, "sub": said.officer},
            "sub_id": dict(said.sub_id),
            "events": {type(said.payload).TYPE: plain(said.payload)},
        }
        return signer.sign(claims, typ=EVENT_TYP).encode()

    async def draft(self, said: Statement) -> Draft:
        """Return what the ledger would hold of a statement. Nothing is recorded.

        Raises:
            NoHeldKeyError, KeystoreError: it cannot be signed.
            IntakeError: the front door would refuse it.
        """
        return self._door.prepare(await self.sign(said), said.agency)

    async def post(self, said: Statement) -> Record:
        """Sign a statement and bring it through the front door.

        Raises:
            NoHeldKeyError, KeystoreError: it cannot be signed.
            IntakeError: it is refused; nothing was stored.
            JtiReusedError: a statement under this jti is on record already.
            LedgerError: it could not be stored now.
        """
        return await self._door.post(await self.sign(said), said.agency)

    async def _signer(self, agency: str) -> Signer:
        key = self.key_of(agency)
        if key is None:
            raise NoHeldKeyError("the hub holds no key for this agency")
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT sealed FROM ops.held_key WHERE agency = %s AND kid = %s", [agency, key.kid]
            )
            row = await cursor.fetchone()
        if row is None:
            raise KeystoreError("the key is registered, and is not in the keystore")
        return self._open(agency, key.kid, bytes(row[0]))

    def _open(self, agency: str, kid: str, sealed: bytes) -> Signer:
        try:
            seed = self._aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], _aad(agency, kid))
        except InvalidTag:
            raise KeystoreError("a sealed key does not open") from None
        return Signer(seed)

    async def _keep(
        self, connection: AsyncConnection[Any], agency: str, kid: str, seed: bytes
    ) -> None:
        """Seal a key and store it before it is registered: one registered and lost signs nothing.

        What an earlier try stored and never registered goes.
        """
        live = [key.kid for key in self._active(agency)]
        await connection.execute(
            "DELETE FROM ops.held_key WHERE agency = %s AND NOT kid = ANY(%s)", [agency, live]
        )
        nonce = self._source.bytes(_NONCE)
        await connection.execute(
            "INSERT INTO ops.held_key (kid, agency, sealed, made_at) VALUES (%s, %s, %s, %s)",
            [
                kid, agency, nonce + self._aead.encrypt(nonce, seed, _aad(agency, kid)),
                seconds(self._clock),
            ],
        )  # fmt: skip

    async def _end(
        self,
        connection: AsyncConnection[Any],
        agency: str,
        reason: Literal["rotated", "retired"],
        *,
        but: str,
    ) -> int:
        """Revoke every key held for an agency but one, and destroy its secret half."""
        ended = [key.kid for key in self._active(agency) if key.held and key.kid != but]
        for kid in ended:
            await self._say(KeyRevoked(agency=agency, kid=kid, reason=reason))
        await connection.execute(
            "DELETE FROM ops.held_key WHERE agency = %s AND kid <> %s", [agency, but]
        )
        return len(ended)

    async def _say(self, payload: AboutAgency) -> None:
        await self._door.say(Own(payload, agency_sub_id(payload.agency)))
        await asyncio.to_thread(self._door.directory.refresh)

    def _active(self, agency: str) -> tuple[Key, ...]:
        return self._door.directory.now.keyring.active(agency, now=seconds(self._clock))

    @asynccontextmanager
    async def _alone(self, agency: str) -> AsyncIterator[AsyncConnection[Any]]:
        """Yield a connection while no other process changes what is held for an agency."""
        async with self._pool.connection() as connection:
            lock = f"held-key:{agency}"
            await connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [lock])
            try:
                await asyncio.to_thread(self._door.directory.refresh)
                yield connection
            finally:
                await connection.execute(
                    "SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [lock]
                )


def _jwk(signer: Signer) -> Jwk:
    return Jwk.model_validate({**signer.public.jwk, "alg": "Ed25519", "use": "sig"})


def _aad(agency: str, kid: str) -> bytes:
    return f"hub-held/v1|{agency}|{kid}".encode()
