"""Let partners ask: find, timeline, stated requests, notices. All over the wire.

In: partners and the story's subjects. Out: Answers, as they came.
Never here: an opinion on what an answer should have been (the tests have those).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from hub.demo.partner import Answer, Partner, subject_ids
from hub.demo.people import ANN, BOB, EVE, KIT, NOBODY, NURSE, Subject

THREADS = 6
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Ask:
    """A stated request of the story, and what it shows."""

    by: str
    subject: Subject
    words: str
    stated: Mapping[str, Any]


FIRST: tuple[Ask, ...] = (
    Ask(
        "police",
        BOB,
        "asks for the file of a man who said no",
        {
            "purpose": "crime_investigation",
            "legal_demand": "police_request",
            "necessary": True,
            "offence_stated": True,
            "reason": "Theft by a relative",
        },
    ),
    Ask(
        "police",
        EVE,
        "asks about a missing woman, without saying that life is at risk",
        {
            "purpose": "crime_investigation",
            "legal_demand": "police_request",
            "necessary": True,
            "offence_stated": False,
            "reason": "Please send her file",
        },
    ),
    Ask(
        "police",
        EVE,
        "asks again, as an emergency",
        {
            "purpose": "emergency",
            "necessary": True,
            "emergency": True,
            "reason": "Missing, may be about to die",
        },
    ),
    Ask(
        "nurse-regulator",
        NURSE,
        "demands what bears on a nurse's fitness to practise",
        {
            "purpose": "regulate_professional",
            "legal_demand": "ftp_article25",
            "necessary": True,
            "reason": "Fitness to practise",
        },
    ),
    Ask(
        "sab",
        BOB,
        "asks for a named man's record, to understand",
        {"purpose": "board_assurance", "necessary": True, "reason": "To understand"},
    ),
    Ask(
        "sab",
        ANN,
        "demands it for a review, under section 45",
        {
            "purpose": "board_assurance",
            "legal_demand": "s45",
            "necessary": True,
            "reason": "Review under section 44",
        },
    ),
    Ask(
        "nhs-trust",
        KIT,
        "asks what others know of a child whom it treats",
        {"purpose": "child_protection", "necessary": True, "reason": "Seen on the ward"},
    ),
    Ask(
        "cqc",
        ANN,
        "asks for a resident's record, citing no power",
        {"purpose": "regulate_provider", "necessary": True, "reason": "Inspection"},
    ),
)
SECOND: tuple[Ask, ...] = (
    Ask(
        "police",
        BOB,
        "asks once more, now that he may be under pressure",
        {
            "purpose": "crime_investigation",
            "legal_demand": "police_request",
            "necessary": True,
            "offence_stated": True,
            "reason": "Theft by a relative",
        },
    ),
)


@dataclass(frozen=True, slots=True)
class Hidden:
    """Pairs of answers: about somebody hidden, and about somebody who does not exist."""

    pairs: tuple[tuple[Answer, Answer], ...]

    @property
    def identical(self) -> bool:
        """Return whether each pair has the same status, header names and bytes."""
        return bool(self.pairs) and all(one.wire() == other.wire() for one, other in self.pairs)


def each(work: Callable[[Partner], Result], partners: Iterable[Partner]) -> list[Result]:
    """Do something for every partner, several at a time; each has a client of its own."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, partners))


def known_ids(partners: Iterable[Partner], subjects: Sequence[Subject]) -> dict[str, str]:
    """Return the hub's id of each subject, by label, from whoever is allowed to find it.

    Agencies would give each other these ids by telephone; they say nothing by themselves.
    """
    ids: dict[str, str] = {}
    for found in each(lambda partner: [partner.find(subject) for subject in subjects], partners):
        for answer in found:
            for known in subject_ids(answer):
                ids[answer.about] = known
    return ids


def timelines(
    partners: Iterable[Partner], subjects: Sequence[Subject], ids: Mapping[str, str]
) -> list[Answer]:
    """Have each partner read each subject's timeline."""

    def read(partner: Partner) -> list[Answer]:
        return [partner.timeline(s.label, ids[s.label]) for s in subjects if s.label in ids]

    return [answer for answers in each(read, partners) for answer in answers]


def requests(
    partners: Mapping[str, Partner], asks: Sequence[Ask], ids: Mapping[str, str]
) -> list[tuple[Ask, Answer]]:
    """Make the story's stated requests."""
    return [
        (
            ask,
            partners[ask.by].request(
                ask.subject.label, ask.words, ids[ask.subject.label], **ask.stated
            ),
        )
        for ask in asks
    ]


def hidden(asker: Partner, ids: Mapping[str, str], nobody: str) -> Hidden:
    """Have an agency under a hold ask about the person, and about nobody; keep both answers."""
    found = partial(asker.timeline, "")
    return Hidden(
        (
            (asker.find(ANN), asker.find(NOBODY)),
            (found(ids[ANN.label]), found(nobody)),
        )
    )


def listen(partners: Iterable[Partner]) -> dict[str, list[Mapping[str, Any]]]:
    """Have every partner fetch and acknowledge its notices; return the new ones' bodies."""

    def heard(partner: Partner) -> tuple[str, list[Mapping[str, Any]]]:
        return partner.slug, [notice.body for notice in partner.listen()]

    return dict(each(heard, partners))
