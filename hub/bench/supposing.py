"""What would have been decided, had the answers of a made-up ledger been given.

In: the ledger's rows as they are made. Out: ids of decisions. Never here: an answer given.

Found as the audit finds a decision again, so that what looks through the past of such a ledger
finds each decision at the first try, as it does where the request was the usual one.
"""

from collections.abc import Iterable, Sequence

from contracts.disclosure import DisclosureMade
from hub.audit import dealt
from hub.audit.again import Again, Look
from hub.audit.then import Then
from hub.bench.answers import PURPOSE
from hub.bench.forged import Place, Values
from hub.bench.mould import Mould
from hub.intake.agencies import HUB_SLUG
from hub.rulebook import Rulebook
from hub.rulebook.releases import Releases
from hub.views.rows import HeaderRow


class Supposed:
    """What is known of a chunk's people, and what would be decided on it."""

    def __init__(self, standing: Iterable[HeaderRow], law: Rulebook) -> None:
        """Learn the register; `law` is what is decided by."""
        self._law = law
        self._register = Then()
        for row in standing:
            self._register.learn(row)
        self._again = Again(self._register, Releases(first=law))

    def begin(self) -> None:
        """Begin a chunk: it knows of nobody but the agencies."""
        self._again.then = self._register.apart()

    def learn(self, made: Mould, at: Place, values: Values) -> None:
        """Fold what an event asserts."""
        self._again.then.learn(
            HeaderRow(
                position=at.position,
                agency=made.slug,
                jti=str(at.jti),
                subject=str(at.subject),
                type_uri=made.type_uri,
                occurred_at=at.toe,
                recorded_at_ms=at.recorded_ms,
                categories=0,
                routing=dealt.routed(made.routing.of(values)),
                facts=dealt.facts(made.facts.of(values)),
                partner=None,
                pseq=None,
            )
        )

    def ids(self, partner: str, recorded_ms: int, items: Sequence[int]) -> list[bytes]:
        """Return the ids of the decisions by which items would be shown to a partner then."""
        routing = {"purpose": PURPOSE, "rulebook": self._law.sha256}
        look = Look(
            self._again,
            HeaderRow(
                position=0,
                agency=HUB_SLUG,
                jti="",
                subject="",
                type_uri=DisclosureMade.TYPE,
                occurred_at=0,
                recorded_at_ms=recorded_ms,
                categories=0,
                routing=routing,
                facts=(),
                partner=partner,
                pseq=None,
            ),
        )
        then = self._again.then
        usual = (next(self._again.tries(then.items[item], look).every()) for item in items)
        return [one.id_on(look.day).encode() for one in usual]
