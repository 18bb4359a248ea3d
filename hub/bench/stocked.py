"""A second hub beside the stage's, over a ledger that is filled already: for figures by size.

In: a Stage, how many events and recorded answers. Out: a Stage that answers, or settings of a
ledger that nobody is served from; its size on disk.
Never here: a measurement.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from adapters.kit import AgencyKey
from hub.bench.databases import another_database
from hub.bench.filling import views_of
from hub.bench.loading import Loaded, load
from hub.bench.processes import start
from hub.bench.room import check_room
from hub.bench.sizes import itemised, sizes
from hub.bench.stage import LOCALHOST, Stage, free_port, told, vault_of
from hub.bench.warming import warm
from hub.intake.encoding import encode
from hub.intake.signing import Signer
from hub.settings import Settings
from hub.views.runner import connect

READER: Final = "area-council"


@dataclass(frozen=True, slots=True)
class Stocked:
    """A hub over a filled ledger."""

    stage: Stage
    loaded: Loaded
    disk: dict[str, Any]
    """Bytes of the store for each event: in all, by table, and of these the indexes."""


def filled(stage: Stage, name: str, *, rows: int, reads: float, views: bool = True) -> Settings:
    """Fill a ledger that nobody is served from; return the settings of a hub on it.

    Args:
        stage: whose server it is on.
        name: of its database.
        rows: how many events and recorded answers together.
        reads: how many answers for each event.
        views: whether the disk is to have room for its views.

    Raises:
        BenchError: the disk has no room for it, or a part stopped.
    """
    events = int(rows / (1 + reads))
    check_room(stage.folder, events=events, answers=rows - events, views=views)
    settings = another_database(stage.settings, name)
    vault = vault_of(settings, stage.folder / f"{name}-vault.log")
    try:
        load(settings, stage.folder, events=events, reads=reads)
    finally:
        vault.end()
    return settings


@contextmanager
def stocked(stage: Stage, *, events: int, reads: float = 0.0) -> Iterator[Stocked]:
    """Fill a ledger, build its views and serve it.

    Raises:
        BenchError: a part does not start, or stopped; or the disk has no room for it.
    """
    check_room(stage.folder, events=events, answers=int(events * reads))
    name = f"bench_{events}_{int(reads * 100)}"
    settings = another_database(stage.settings, name)
    port = free_port()
    url = f"http://{LOCALHOST}:{port}"
    # No owner's URL: an API does without.
    served = settings.model_copy(update={"port": port, "public_url": url, "owner_url": ""})
    children = [vault_of(settings, stage.folder / f"{name}-vault.log")]
    try:
        loaded = load(settings, stage.folder, events=events, reads=reads)
        views_of(settings, 2)
        with connect(settings.owner) as connection:
            connection.execute("VACUUM (ANALYZE)")
            warm(connection)
            disk = itemised(sizes(connection), events)
        log = stage.folder / f"{name}.log"
        api = start("the API", ["hub", "serve"], settings=told(served), log=log, talks=False)
        children.append(api)
        keys = {READER: _key(stage, name, loaded.seeds[READER])}
        whole = settings.model_copy(update={"port": port, "public_url": url})
        other = replace(stage, settings=whole, keys=keys, api=api)
        other.wait()
        yield Stocked(other, loaded, disk)
    finally:
        for child in reversed(children):
            child.end()


def _key(stage: Stage, name: str, seed: bytes) -> AgencyKey:
    """Return an agency's key by its seed, as the kit reads one from a file."""
    path = stage.folder / f"{name}.jwk"
    members = {**Signer(seed).public.jwk, "d": encode(seed).decode()}
    path.touch(mode=0o600)
    path.write_text(json.dumps(members))
    return AgencyKey.load(path)
