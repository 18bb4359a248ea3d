"""The try-out itself: what is done to a running hub, in which order.

In: a running hub and its cast. Out: a Told, which holds what the hub answered.
Never here: how it is started (launch) or printed (report).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from hub.clock import Clock, london_day, seconds
from hub.demo import commence, counsel, glass, look, office, pattern, play, story
from hub.demo.agencies import IG, Agency
from hub.demo.chronology import Chronology
from hub.demo.commence import Commenced
from hub.demo.counsel import Counsel
from hub.demo.glass import Broken
from hub.demo.launch import Running
from hub.demo.look import Ask, Hidden
from hub.demo.mapping import Script
from hub.demo.partner import Answer, Partner
from hub.demo.people import ALL, ANN, EVE, Subject

Tell = Callable[[str], None]
"""Says which step begins, for a progress bar."""


@dataclass(slots=True)
class Told:
    """Everything a try-out heard from the hub."""

    agencies: tuple[Agency, ...]
    posted: Counter[str] = field(default_factory=Counter)
    first: list[Answer] = field(default_factory=list)
    last: list[Answer] = field(default_factory=list)
    review: list[Answer] = field(default_factory=list)
    requests: list[tuple[Ask, Answer]] = field(default_factory=list)
    notices: dict[str, list[Any]] = field(default_factory=dict)
    recalls: dict[str, list[Any]] = field(default_factory=dict)
    unheard: int = 0
    hidden: Hidden | None = None
    account: office.Account | None = None
    who_saw: list[dict[str, Any]] = field(default_factory=list)
    lines: list[pattern.Line] = field(default_factory=list)
    counsel: Counsel | None = None
    broken: Broken | None = None
    commenced: Commenced | None = None

    @property
    def names(self) -> dict[str, str]:
        """Return each agency's name, by slug."""
        return {agency.slug: agency.name for agency in self.agencies}


@contextmanager
def partners_of(running: Running, agencies: Sequence[Agency]) -> Iterator[dict[str, Partner]]:
    """Open every agency's client, and close them all."""
    opened: dict[str, Partner] = {}
    try:
        for agency in agencies:
            opened[agency.slug] = Partner.of(agency, running)
        yield opened
    finally:
        for partner in opened.values():
            partner.hub.close()


def tell_story(
    running: Running, told: Told, partners: dict[str, Partner], clock: Clock, tell: Tell
) -> None:
    """Play the story in two halves; after each, every partner asks."""
    cast = [p for slug, p in partners.items() if slug != IG.slug and not slug.startswith("review-")]
    tell("The agencies of a made-up county post what they know")
    for chapter in story.before(seconds(clock)):
        told.posted += play.post(partners, chapter.said)
    running.settle()

    tell("Each partner asks what it may see")
    ids = look.known_ids(cast, ALL)
    told.first = look.timelines(cast, ALL, ids)
    told.hidden = look.hidden(partners["provider"], ids, running.edge.new_id())
    told.requests = look.requests(partners, look.FIRST, ids)
    told.notices = look.listen(cast)

    tell("A GP asks for advice, and an officer breaks the glass")
    told.counsel = counsel.asked(partners["gp"])
    told.broken = glass.broken(
        partners["police"], partners[IG.slug], ids[EVE.label], running.settle
    )
    told.posted["DisclosureDecided"] += 1

    tell("Three things turn out otherwise")
    for chapter in story.after(seconds(clock)):
        told.posted += play.post(partners, chapter.said)
    running.settle()
    told.recalls = look.listen(cast)
    told.unheard = sum(len(heard) for heard in look.listen(cast).values())
    told.requests += look.requests(partners, look.SECOND, ids)
    told.last = look.timelines(cast, ALL, ids)

    tell("Information governance reads the register")
    running.settle()
    told.who_saw = office.who_saw(partners[IG.slug], ids[ANN.label])
    today = london_day(seconds(clock))
    told.commenced = commence.had_it_been_in_force(running.database_url, today)


def replay(
    running: Running,
    told: Told,
    partners: dict[str, Partner],
    review: tuple[Chronology, Script],
    tell: Tell,
) -> None:
    """Replay a review's facts by their days, and have each of its agencies ask about the centre."""
    chronology, script = review
    tell("The agencies of a published review post its facts")
    told.posted += play.post(partners, script.said)
    running.settle()
    own = [partners[agency.slug] for agency in script.agencies]
    centre: Sequence[Subject] = script.centre
    told.review = look.timelines(own, centre, look.known_ids(own, centre))
    told.lines = pattern.lines(chronology, told.review)


def settle_accounts(running: Running, told: Told, partners: dict[str, Partner], tell: Tell) -> None:
    """Have every partner confirm what it received, and compare both ends."""
    tell("Every partner confirms what it received")
    ordinary = [partner for slug, partner in partners.items() if slug != IG.slug]
    told.posted["RecipientAcknowledged"] += sum(look.each(Partner.acknowledge, ordinary))
    running.settle()
    told.account = office.account(partners[IG.slug], ordinary)
