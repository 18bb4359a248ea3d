"""Time stamps: a reply is kept only if it is one, and of what was sent."""

from pathlib import Path

import pytest

from hub.audit.stamp import StampError, stamped
from hub.witness.ask import stamp
from tests.support.tsa import OPENSSL, authority

NONCE = bytes([0, 200, 1, 2, 3, 4, 5, 6])


@pytest.mark.skipif(OPENSSL is None, reason="no openssl to be the time authority")
def test_reply_is_kept_only_if_it_is_of_these_bytes_and_of_this_query(tmp_path: Path) -> None:
    with authority(tmp_path) as tsa:

        def send(query: bytes) -> bytes:
            return stamp(tsa.url, query)

        reply = stamped(b"a checkpoint", NONCE, send)
        assert stamped(b"a checkpoint", NONCE, lambda _: reply) == reply
        for data, nonce in ((b"another", NONCE), (b"a checkpoint", bytes(7) + b"7")):
            with pytest.raises(StampError, match="not a stamp of what was sent"):
                stamped(data, nonce, lambda _: reply)
        for cut in (0, 1, 20, 60):
            with pytest.raises(StampError):
                stamped(b"a checkpoint", NONCE, lambda _, cut=cut: reply[:cut])  # type: ignore[misc] # default


def test_refusal_is_no_stamp() -> None:
    refused = bytes.fromhex("30053003020102")  # PKIStatusInfo: rejection, and no token
    with pytest.raises(StampError, match="no time stamp"):
        stamped(b"a checkpoint", NONCE, lambda _: refused)


def test_authority_that_does_not_answer_is_named() -> None:
    with pytest.raises(OSError, match="time authority"):
        stamp("http://127.0.0.1:1/", b"")
