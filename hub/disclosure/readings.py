"""The law in force as the desk reads by it: its scales, its words, and how it reads through glass.

In: the ledger's releases, and the time. Out: the Reading of the release in force.
Never here: a decision, or a Reading kept past its release: it is asked for with each answer.
"""

from dataclasses import dataclass

from hub.clock import Clock, seconds
from hub.disclosure.ask import Ask
from hub.disclosure.bundle import Bundles
from hub.disclosure.glass import through
from hub.disclosure.look import Looker
from hub.disclosure.purposes import Purposes, purposes_of
from hub.disclosure.render import Renderer
from hub.disclosure.weigh import Scales
from hub.ledger.directory import Directory
from hub.ledger.read import Pool
from hub.rulebook import Rulebook

KEPT = 4
"""Releases kept ready: the one in force, and what was before while answers under it end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One release, ready to answer by. An answer is given wholly under one."""

    rulebook: Rulebook
    scales: Scales
    renderer: Renderer
    purposes: Purposes
    looker: Looker
    through_glass: Looker
    bundles: Bundles

    def looks(self, ask: Ask) -> Looker | Bundles:
        """Return who looks for this ask."""
        if ask.gathers:
            return self.bundles
        return self.looker if ask.glass is None else self.through_glass


class Readings:
    """Gives the Reading of the release in force, made once for each text."""

    def __init__(self, directory: Directory, pool: Pool, clock: Clock) -> None:
        self._directory = directory
        self._pool = pool
        self._clock = clock
        self._made: dict[str, Reading] = {}

    def now(self) -> Reading:
        """Return the Reading of the release in force.

        Raises:
            NotInForceError: there is none that this software can read.
        """
        law = self._directory.now.law.at(seconds(self._clock))
        made = self._made.get(law.text_sha256)
        if made is None:
            made = self._make(law)
            while len(self._made) >= KEPT:
                del self._made[next(iter(self._made))]
            self._made[law.text_sha256] = made
        return made

    def _make(self, law: Rulebook) -> Reading:
        scales, renderer, glass = Scales(law), Renderer(law), through(law)
        looker = Looker(self._pool, scales, renderer, self._clock)
        return Reading(
            rulebook=law,
            scales=scales,
            renderer=renderer,
            purposes=purposes_of(law),
            looker=looker,
            through_glass=Looker(
                self._pool, Scales(glass), Renderer(glass), self._clock, plain=scales
            ),
            bundles=Bundles(looker, law),
        )
