"""Prints what happened, for a liaison officer: who saw what and why, who did not, and the dates.

In: what the try-out heard. Out: text on a console, at most 100 columns.
Never here: a name of a person in a review, or a field of an item.
"""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from hub.demo import flows
from hub.demo.chronology import Chronology
from hub.demo.matrix import because, reasons, side_by_side
from hub.demo.partner import Answer
from hub.demo.pattern import CAVEAT, Line
from hub.demo.people import ANN, HOME
from hub.demo.recall import recalled
from hub.demo.summary import alarms
from hub.demo.tryout import Told
from hub.demo.wording import CATEGORY, LEGEND, POINTS, short

WIDTH = 100


class Report:
    """One report of one try-out."""

    def __init__(self, told: Told, console: Console) -> None:
        self._told = told
        self._console = console
        self._console.width = min(WIDTH, console.width) if console.is_terminal else WIDTH

    def print(self, chronology: Chronology, *, took_s: float) -> None:
        """Print all sections."""
        if self._told.last:
            self._person()
            self._home()
            self._others()
            self._asked()
            self._flows()
            self._hidden()
            self._recalled()
            self._who_saw()
        self._review(chronology)
        self._total(took_s)

    def _person(self) -> None:
        self._heading("One woman, eleven partners: what each sees of Ann, who lives in a care home")
        self._say(
            "Her GP raised a concern; the council enquires jointly with the police, who asked that"
            " the home learn nothing until they lifted their hold."
        )
        self._say(LEGEND)
        last, first = self._of(ANN.label, self._told.last), self._of(ANN.label, self._told.first)
        table = side_by_side(
            last,
            self._told.names,
            earlier=first,
            before="during the hold",
            counted="after the hold",
        )
        self._console.print(table)
        self._console.print(reasons(last, self._told.names))

    def _home(self) -> None:
        self._heading("One care home: what several agencies knew, put side by side")
        shown = [a for a in self._of(HOME.label, self._told.last) if a.items]
        self._console.print(side_by_side(shown, self._told.names))
        for alarm in alarms(shown):
            told = ", ".join(short(slug, self._told.names) for slug in alarm["to"])
            self._say(f"{alarm['raised_on']}  alarm `{alarm['rule']}`, shown to {told}")
        self._say("Two workers spoke up. Only the agency each of them spoke to can see who it was.")

    def _others(self) -> None:
        self._heading("Six more people: who is shown anything that others posted")
        table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
        table.add_column("who", no_wrap=True)
        table.add_column("what it shows", width=44)
        table.add_column("at first")
        table.add_column("at the end")
        for about, point in POINTS.items():
            first, last = self._of(about, self._told.first), self._of(about, self._told.last)
            table.add_row(about, point, self._shown_to(first), self._shown_to(last))
        self._console.print(table)

    def _shown_to(self, answers: list[Answer]) -> str:
        shown = [
            short(answer.by, self._told.names)
            for answer in answers
            if any(item["posted_by"] != answer.by for item in answer.items)
        ]
        return ", ".join(shown) or "nobody"

    def _asked(self) -> None:
        self._heading("What was asked for, and answered")
        table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
        table.add_column("who", no_wrap=True)
        table.add_column("asked", ratio=5)
        table.add_column("answer", no_wrap=True)
        table.add_column("in the hub's words", ratio=6)
        for ask, answer in self._told.requests:
            table.add_row(
                short(ask.by, self._told.names),
                ask.words,
                f"{len(answer.items)} records" if answer.items else "refused",
                _why(answer),
            )
        self._console.print(table)

    def _flows(self) -> None:
        told = self._told
        if told.counsel is not None:
            self._heading("May I tell? Advice, question by question")
            self._all(flows.advice(told.counsel))
        if told.broken is not None:
            self._heading("An officer breaks the glass, and answers for it")
            self._all(flows.glass(told.broken))
        if told.commenced is not None:
            self._heading("A law that is enacted and not in force: what it would have changed")
            self._all(flows.commenced(told.commenced))

    def _hidden(self) -> None:
        hidden = self._told.hidden
        if hidden is None:
            return
        same = "the same" if hidden.identical else "DIFFERENT"
        self._heading("What the home could learn while the police held the case")
        self._say(
            "It looked Ann up and asked for her timeline, then did both for somebody who does not"
            f" exist. Status, header names and bytes of the answers were {same}."
        )

    def _recalled(self) -> None:
        shown, told = recalled(self._told)
        self._heading("A police report about the wrong person was taken back")
        names = [short(slug, self._told.names) for slug in shown]
        reached = [short(slug, self._told.names) for slug in told]
        self._say(f"It had been shown to {', '.join(names) or 'nobody'}.")
        self._say(
            f"Told so by the hub, and acknowledged: {', '.join(reached) or 'nobody'}. "
            f"Notices still waiting after that: {self._told.unheard}."
        )

    def _who_saw(self) -> None:
        self._heading("Who saw what of Ann, as information governance reads it in the register")
        table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
        table.add_column("partner", no_wrap=True)
        table.add_column("answers", justify="right", no_wrap=True)
        table.add_column("refused", justify="right", no_wrap=True)
        table.add_column("what it was shown in all", ratio=1)
        for partner in dict.fromkeys(entry["partner"] for entry in self._told.who_saw):
            entries = [entry for entry in self._told.who_saw if entry["partner"] == partner]
            refused = sum(entry["outcome"] == "refused" for entry in entries)
            shown = {category for entry in entries for category in entry["categories"]}
            told = ", ".join(label for category, label in CATEGORY.items() if category in shown)
            table.add_row(
                short(partner, self._told.names), str(len(entries)), str(refused), told or "nothing"
            )
        self._console.print(table)

    def _review(self, chronology: Chronology) -> None:
        review = chronology.review
        self._heading(f"A real review, replayed: {review.source_title} ({review.year})")
        self._say(f"{review.publisher}. {review.completeness}")
        shown = [answer for answer in self._told.review if answer.items]
        self._say(f"{len(chronology.fact)} dated facts were posted, by the agency that held each.")
        for about in dict.fromkeys(answer.about for answer in shown):
            self._say(f"What each agency that may see anything is shown of {about}:")
            self._console.print(side_by_side(self._of(about, shown), self._told.names))
        self._say(CAVEAT)
        if not any(line.basis == "replay" for line in self._told.lines):
            self._say("The hub raises alarms about care settings; here it had none to raise.")
        self._console.print(_dates(self._told.lines))
        if chronology.count:
            self._say("Figures that sources give without dates. None of them was replayed:")
            self._console.print(_figures(chronology))

    def _total(self, took_s: float) -> None:
        account = self._told.account
        self._heading("In all")
        if account is not None:
            agree = "agree" if account.complete else "DO NOT AGREE"
            self._say(
                f"{len(self._told.agencies)} agencies posted {self._told.posted.total()} signed"
                f" events. {account.count('released')} answers were released and"
                f" {account.count('refused')} refused, each recorded before it left. The register"
                f" and the receipts the agencies hold {agree}."
            )
        self._say(f"It took {took_s:.0f} seconds.")

    def _of(self, about: str, answers: list[Answer]) -> list[Answer]:
        return [answer for answer in answers if answer.about == about]

    def _heading(self, words: str) -> None:
        self._console.print()
        self._console.print(words, style="bold", markup=False)

    def _all(self, printed: flows.Printed) -> None:
        for one in printed:
            self._console.print(one, markup=False)

    def _say(self, words: str) -> None:
        self._console.print(words, markup=False)


def _why(answer: Answer) -> str:
    if answer.items:
        return because([item for item in answer.items if item["posted_by"] != answer.by])
    said = [*answer.data.get("reasons", []), *answer.data.get("what_would_change", [])]
    return " ".join(said[:2])


def _figures(chronology: Chronology) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), show_header=False)
    table.add_column("number", justify="right", min_width=6)
    table.add_column("unit")
    for count in chronology.count:
        since = "?" if count.since == "not stated" else count.since
        words = f"{count.unit} ({since} to {count.to}; strength {count.strength})"
        table.add_row(str(count.number), words)
    return table


def _dates(lines: list[Line]) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("from", no_wrap=True, min_width=10)
    table.add_column("what could be seen", width=41)
    table.add_column("by whom", width=15)
    table.add_column("basis, strength", width=11)
    table.add_column("acted on", no_wrap=True, min_width=10)
    table.add_column("days", justify="right", no_wrap=True, min_width=4)
    for line in lines:
        days = "-" if line.days is None else str(line.days)
        basis = f"{line.basis}, {line.strength}"
        table.add_row(line.day.isoformat(), line.what, line.whom, basis, line.acted_on, days)
    return table
