"""What an agency may ask the hub. Each question is on record as a disclosure, with its purpose.

In: a subject and a purpose. Out: `Disclosed`, which is an answer with its verified receipt.
Never here: an identifier in a path or a query; those end up in logs.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, Required, TypedDict, Unpack
from urllib.parse import quote

from adapters.kit.answers import JSON_KIND, Answered, Disclosed
from adapters.kit.jws import dense
from adapters.kit.wire import Request, json_of
from contracts.subject import LegalDemand, Purpose


class Viewing(TypedDict, total=False):
    """How a timeline is asked for; `purpose` must be there."""

    purpose: Required[Purpose]
    legal_demand: LegalDemand | None
    emergency: bool
    user: str | None
    since: str | None
    until: str | None
    as_known_on: str | None
    after: str | None
    limit: int | None


class Questions(Answered):
    """The calls that ask."""

    def find(
        self,
        *,
        purpose: Purpose,
        identifiers: Iterable[tuple[str, str]] = (),
        demographics: Mapping[str, str] | None = None,
        user: str | None = None,
    ) -> Disclosed:
        """Look up subjects by identifiers (kind and value), or by demographics."""
        asked: dict[str, Any] = {"purpose": purpose}
        if demographics is not None:
            asked["demographics"] = dict(demographics)
        else:
            asked["identifiers"] = [{"kind": kind, "value": value} for kind, value in identifiers]
        return self._ask("POST", "/subjects/find", body=asked, user=user, outcome=None)

    def timeline_page(
        self,
        subject: str,
        *,
        purpose: Purpose,
        legal_demand: LegalDemand | None = None,
        emergency: bool = False,
        user: str | None = None,
        since: str | None = None,
        until: str | None = None,
        as_known_on: str | None = None,
        after: str | None = None,
        limit: int | None = None,
    ) -> Disclosed:
        """Return one page of what this agency may see of a subject.

        Raises:
            UnknownSubjectError: no such subject, or none this agency may know of.
        """
        named = {
            "Hub-Purpose": purpose,
            "Hub-Legal-Demand": legal_demand,
            "Hub-Emergency": "yes" if emergency else None,
        }
        params = {
            "since": since,
            "until": until,
            "as_known_on": as_known_on,
            "after": after,
            "limit": None if limit is None else str(limit),
        }
        path = f"/subjects/{quote(subject, safe='')}/timeline"
        return self._ask("GET", path, named=named, params=params, user=user)

    def timeline(self, subject: str, **asked: Unpack[Viewing]) -> Iterator[Disclosed]:
        """Yield the pages of a timeline, one after the other; arguments as for one page.

        Raises:
            UnknownSubjectError: no such subject, or none this agency may know of.
        """
        page = self.timeline_page(subject, **asked)
        read: set[str] = set()
        yield page
        while isinstance(cursor := page.data.get("next"), str) and cursor not in read:
            read.add(cursor)
            asked["after"] = cursor
            page = self.timeline_page(subject, **asked)
            yield page

    def disclose(
        self,
        subject: str,
        *,
        purpose: Purpose,
        necessary: bool,
        reason: str,
        legal_demand: LegalDemand = "none",
        case: str | None = None,
        emergency: bool | None = None,
        offence_stated: bool | None = None,
        aggregate: bool | None = None,
        for_publication: bool | None = None,
        break_glass: Mapping[str, Any] | None = None,
        request_id: str | None = None,
        user: str | None = None,
    ) -> Disclosed:
        """Make a stated request; the answer is a release or a refusal with its reasons.

        Args:
            subject: the hub's id of the subject.
            purpose: one of the hub's purposes.
            necessary: the asker's statement that it needs this.
            reason: why, in words; they stand in the register.
            legal_demand: the power it is asked under.
            case: limit it to one case.
            emergency: life is at risk.
            offence_stated: for police requests, whether an offence is named.
            aggregate: counts only.
            for_publication: what is released is to be published.
            break_glass: `officer`, `minutes`, `reason`; in an emergency that cannot wait.
            request_id: the same id again gives the same answer; None for a fresh one.
            user: the officer asking, as an opaque id.
        """
        stated = {
            "id": request_id if request_id is not None else self._edge.new_id(),
            "purpose": purpose,
            "legal_demand": legal_demand,
            "subject": subject,
            "case": case,
            "necessary": necessary,
            "emergency": emergency,
            "offence_stated": offence_stated,
            "aggregate": aggregate,
            "for_publication": for_publication,
            "break_glass": None if break_glass is None else dict(break_glass),
            "reason": reason,
        }
        body = {name: value for name, value in stated.items() if value is not None}
        return self._ask("POST", "/disclosures", body=body, user=user)

    def court_order(
        self,
        subject: str,
        *,
        partner: str,
        covers: Literal["records", "records_and_who_spoke_up", "nothing"],
        court: str,
        reference: str,
        made_on: str,
        user: str,
    ) -> Disclosed:
        """Put on record an order of a court that an officer of the hub saw (scope `ig`)."""
        said = {
            "partner": partner,
            "covers": covers,
            "court": court,
            "reference": reference,
            "made_on": made_on,
        }
        return self._ask("POST", f"/subjects/{subject}/orders", body=said, user=user)

    def review(self, dis: str, *, verdict: str, user: str, note: str | None = None) -> Disclosed:
        """Put on record what an officer found on looking again at an answer (scope `ig`)."""
        said = {"verdict": verdict, **({} if note is None else {"note": note})}
        path = f"/disclosures/{quote(dis, safe='')}/review"
        return self._ask("POST", path, body=said, user=user)

    def dashboard(self, *, user: str | None = None) -> Disclosed:
        """Return a Board's counts of whole quarters; null is a count that was left out."""
        return self._ask("GET", "/dashboard", user=user)

    def bundle(self, subject: str, *, user: str, after: str | None = None) -> Disclosed:
        """Return a page of what may be given to a person who asked for their own data.

        `user` is the officer who goes through it; `after` the `next` of the page before.
        """
        path = f"/subjects/{quote(subject, safe='')}/bundle"
        return self._ask("GET", path, params={} if after is None else {"after": after}, user=user)

    def advice(self, facts: Mapping[str, str]) -> Mapping[str, Any]:
        """Return advice on sharing, from facts about nobody in particular, or the next question.

        It is no disclosure, so it has no receipt. Ask again with the answer added.
        """
        request = Request("POST", "/advice", dense({"facts": dict(facts)}), JSON_KIND)
        response = self._wire.call(request)
        if not response.is_success:
            raise self._refusal(response)
        return json_of(response)

    def who_saw(self, subject: str, *, user: str | None = None, **filters: str) -> Disclosed:
        """Return who saw what about a subject, when and why (scope `ig`)."""
        path = f"/subjects/{quote(subject, safe='')}/disclosures"
        return self._ask("GET", path, params=filters, user=user, outcome=None)

    def known(self, subject: str, *, agency: str, day: str, user: str | None = None) -> Disclosed:
        """Return what an agency had been shown of a subject by the end of a day (scope `ig`)."""
        path = f"/subjects/{quote(subject, safe='')}/known"
        params = {"agency": agency, "day": day}
        return self._ask("GET", path, params=params, user=user, outcome=None)

    def register(
        self, *, user: str | None = None, of_user: str | None = None, **filters: str
    ) -> Disclosed:
        """Return a page of the disclosure register (scope `ig`).

        Args:
            user: the officer asking.
            of_user: only answers that this officer of a partner was given.
            filters: `subject`, `partner`, `rule`, `day`, `outcome`, `review`, `after`, `limit`.
        """
        params = {**filters, "user": of_user}
        return self._ask("GET", "/disclosures", params=params, user=user, outcome=None)

    def disclosure(self, dis: str, *, user: str | None = None) -> Disclosed:
        """Return one entry of the register in full: facts, rules and words (scope `ig`).

        Raises:
            UnknownSubjectError: the register has no such entry.
        """
        path = f"/disclosures/{quote(dis, safe='')}"
        return self._ask("GET", path, user=user)
