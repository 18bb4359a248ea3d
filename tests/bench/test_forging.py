"""Whose key a forged signature gives away: that of an agency whose ledger is thrown away, alone."""

import pytest

from hub.bench.forged import Agency
from hub.bench.forging import poster
from hub.bench.nonces import NONCES
from hub.ids import SeededSource

AGENCY = Agency("area-council", "council", bytes(32).hex(), "kid", "", "", 1, 1)


@pytest.mark.parametrize(("kept", "nonces"), [(True, 2 * NONCES), (False, NONCES)])
def test_a_key_of_a_ledger_that_is_kept_never_uses_a_nonce_twice(
    *, kept: bool, nonces: int
) -> None:
    by = poster(AGENCY, "https://hub.example", SeededSource("forging"), kept=kept)
    assert len({by.sign(b"%d" % n)[:32] for n in range(2 * NONCES)}) == nonces
