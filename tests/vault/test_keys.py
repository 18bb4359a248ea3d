"""Master keys change while the hub goes on; what was wrapped under a destroyed one is lost."""

from collections.abc import Iterator

import pytest

from hub.ids import SystemSource
from hub.ledger.kek import FileKeys
from hub.ledger.sealing import SealError
from hub.vault.client import Operating
from hub.vault.serve import operators
from tests.disclosure.scene import ADVOCATE, consented
from tests.support.parts import NHS_NUMBERS, Parts, concern, known, opened, person
from tests.vault.operating import rekey


@pytest.fixture
def operator(own: Parts) -> Iterator[Operating]:
    asking = Operating(operators(own.hub.settings.vault))
    yield asking
    asking.close()


def under(parts: Parts) -> dict[int, int]:
    rows = parts.rows("SELECT kek_version, count(*) FROM ledger.subject_key GROUP BY 1")
    return {row[0]: row[1] for row in rows}


def test_every_key_lies_under_the_new_master_key_and_everything_still_opens(
    own: Parts, operator: Operating
) -> None:
    subject = consented(own)
    before = own.timeline(ADVOCATE, subject)
    keys = sum(under(own).values())
    done = rekey(own, operator, destroy_old=False)
    assert (done.version, done.rewrapped, done.destroyed) == (2, keys, [])
    assert under(own) == {2: keys}
    own.post("gp-c", concern(), person(NHS_NUMBERS[3]))
    own.post("gp-c", concern(), known(subject))
    assert under(own) == {2: keys + 1}
    assert own.timeline(ADVOCATE, subject).body == before.body
    logged = own.rows("SELECT sum(items) FROM vault.unwrap WHERE reason = 'rekey'")
    assert logged == [(keys,)]


def test_old_master_keys_are_destroyed_and_a_vault_that_starts_anew_needs_none_of_them(
    own: Parts, operator: Operating
) -> None:
    subject = consented(own)
    before = own.timeline(ADVOCATE, subject)
    rekey(own, operator, destroy_old=False)
    done = rekey(own, operator, destroy_old=True)
    assert (done.version, done.destroyed) == (3, [1, 2])
    folder = own.hub.settings.vault_dir
    assert FileKeys.open(folder, SystemSource()).versions == (3,)
    with opened(own.owner, folder.parent) as again:
        assert again.timeline(ADVOCATE, subject).body == before.body


def test_a_key_from_an_older_backup_opens_nothing_once_its_master_key_is_destroyed(
    own: Parts, operator: Operating
) -> None:
    subject = consented(own)
    ((key_id, wrapped),) = own.rows(
        "SELECT key_id, wrapped FROM ledger.subject_key WHERE key_id = %s", subject
    )
    rekey(own, operator, destroy_old=True)
    own.rows(
        "UPDATE ledger.subject_key SET wrapped = %s, kek_version = 1 WHERE key_id = %s",
        wrapped,
        key_id,
    )
    with (
        opened(own.owner, own.hub.settings.keys_dir) as again,
        pytest.raises(SealError, match="does not open"),
    ):
        again.timeline(ADVOCATE, key_id)
