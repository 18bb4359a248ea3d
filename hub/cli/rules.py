"""Commands about a rulebook as a text: check, explain, diff, docs.

In: the shipped law, drafts; for an old answer, the ledger. Out: reports, in words or as JSON.
Never here: a proof, an answer or a comparison; rulebook and audit make those.
"""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from hub.rulebook import Rulebook

app = typer.Typer(no_args_is_help=True, help="Check, ask, compare and print the rulebook.")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Day = Annotated[str, typer.Option(help="The London day to ask about. Empty: today.")]
InForce = Annotated[
    bool,
    typer.Option("--in-force", help="The release in force in the ledger, not the shipped law."),
]
Draft = Annotated[Path, typer.Argument(help="A folder of law, or a file of canonical text.")]


@app.callback()
def rulebook() -> None:
    """Check, ask, compare and print the rulebook."""


@app.command()
def check(*, in_force: InForce = False, as_json: Json = False) -> None:
    """Run every case, break every condition, prove every promise. Example: hub rulebook check.

    With --in-force, of the release by which the ledger's hub decides today.

    Exit code 1 means that something of it does not hold.
    """
    from hub.rulebook import RulebookError, load  # noqa: PLC0415
    from hub.rulebook.loader import boards, shipped_folder  # noqa: PLC0415
    from hub.rulebook.proofs import check as prove  # noqa: PLC0415

    folder = shipped_folder()
    try:
        book = law_of("check", in_force=in_force)
        local = {} if in_force else {one: load(folder, board=one) for one in boards(folder)}
        found = prove(book, local)
    except RulebookError as error:
        stop("check", error)
    report = {
        "rules": len(book.rules),
        "gateways": found.gateways,
        "layers": found.layers,
        "bars": found.bars,
        "cases": found.cases,
        "wrong": list(found.wrong),
        "pinned_conditions": found.pinned,
        "unpinned_conditions": len(found.unpinned),
        "unpinned": list(found.unpinned),
        "proofs": dict(found.proofs),
        "conflicts": len(found.conflicts),
        "in_conflict": list(found.conflicts),
        "release": book.release,
        "semantics": book.semantics,
        "sha256": book.sha256,
    }
    tell(report, as_json=as_json)
    raise typer.Exit(0 if found.ok else 1)


@app.command()
def explain(
    *,
    facts: Annotated[str, typer.Option(help="What is known: fact=value,fact=value ...")] = "",
    on: Day = "",
    answer: Annotated[str, typer.Option(help="The jti of an answer in the register.")] = "",
    as_json: Json = False,
) -> None:
    """Say what may be shared on these facts and why, or ask the next question.

    With --answer: what an answer of the register rested on, by the release it was given under.

    Example: hub rulebook explain --facts subject_kind=adult,recipient_kind=police
    """
    if answer:
        from hub.cli.releases import explain_answer  # noqa: PLC0415

        explain_answer(answer, as_json=as_json)
        return
    from hub.rulebook import shipped  # noqa: PLC0415
    from hub.rulebook.advisor import advise  # noqa: PLC0415

    book = shipped()
    advice = advise(facts_of("explain", book, facts), book, day_of("explain", on))
    report = {
        "verdicts": {str(category): str(said) for category, said in advice.verdicts.items()},
        "because": [
            {"words": s.words, "rule": s.rule, "cite": list(s.cite), "strength": s.strength}
            for s in advice.sentences
        ],
        "next_question": _question(advice.question),
        "decision": advice.decision.id,
    }
    if as_json:
        typer.echo(json.dumps(report))
        return
    for said in dict.fromkeys(advice.verdicts.values()):
        named = [book.categories[c].phrase for c, v in advice.verdicts.items() if v is said]
        typer.echo(f"{str(said).replace('_', ' ').upper()}: {', '.join(named)}.")
    for sentence in advice.sentences:
        if sentence.kind != "would_apply":
            typer.echo(f"- {sentence.words}" + "".join(f"\n    {link}" for link in sentence.cite))
    if advice.question is not None:
        values = ", ".join(f"{v} ({words})" for v, words in advice.question.values.items())
        typer.echo(f"NEXT: {advice.question.words} {advice.question.fact} = {values}")


@app.command()
def diff(
    draft: Draft,
    *,
    on: Annotated[str, typer.Option(help="Compare as on this London day. Empty: always.")] = "",
    in_force: InForce = False,
    as_json: Json = False,
) -> None:
    """Say where a draft is wider or narrower than the shipped law. Example: hub rulebook diff law2.

    With --in-force, than the release by which the ledger's hub decides today.

    Exit code 1 means that it is wider somewhere.
    """
    from dataclasses import asdict  # noqa: PLC0415

    from hub.rulebook.diff import diff as compare  # noqa: PLC0415

    day = day_of("diff", on) if on else None
    found = compare(law_of("diff", in_force=in_force), draft_at("diff", draft), on=day)
    if as_json:
        typer.echo(json.dumps({"differences": [asdict(each) for each in found]}))
    else:
        for each in found:
            typer.echo(
                f"{each.way.upper()}: {each.rule} {each.words}: {', '.join(each.categories)}"
            )
            typer.echo("".join(f"    where {words}\n" for words in each.where), nl=False)
    raise typer.Exit(1 if any(each.way == "wider" for each in found) else 0)


@app.command()
def docs(
    folder: Annotated[Path, typer.Argument(help="Where to write the pages.")] = Path("pages"),
    *,
    in_force: InForce = False,
) -> None:
    """Write the pages for the DPIA, policy document and sharing agreement.

    With --in-force, of the release by which the ledger's hub decides today.

    Example: hub rulebook docs pages
    """
    from hub.rulebook.docs import pages  # noqa: PLC0415

    made = pages(law_of("docs", in_force=in_force))
    for name, text in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    typer.echo(f"{len(made)} pages in {folder}")


def law_of(command: str, *, in_force: bool) -> "Rulebook":
    """Return the shipped law, or the one by which the ledger's hub decides today."""
    if in_force:
        from hub.cli.releases import in_force_now  # noqa: PLC0415

        return in_force_now(command)
    from hub.rulebook import shipped  # noqa: PLC0415

    return shipped()


def draft_at(command: str, path: Path) -> "Rulebook":
    """Return a draft, or end the command with what is wrong with it."""
    from hub.rulebook import RulebookError  # noqa: PLC0415
    from hub.rulebook.loader import draft  # noqa: PLC0415

    try:
        return draft(path)
    except RulebookError as error:
        stop(command, error)


def facts_of(command: str, book: "Rulebook", text: str) -> dict[str, str]:
    """Return facts as given. A name or value that does not exist is named by its fact only."""
    found: dict[str, str] = {}
    for pair in filter(None, text.split(",")):
        name, _, value = (part.strip() for part in pair.partition("="))
        entry = book.vocabulary.get(name)
        if entry is None:
            stop(command, "there is no such fact; see hub/rulebook/law/vocabulary.toml")
        if value not in entry.values:
            stop(command, f"`{name}` is one of {', '.join(entry.values)}")
        found[name] = value
    return found


def day_of(command: str, text: str) -> date:
    """Return a London day as given; today where none is."""
    from hub.clock import SystemClock, london_day, seconds  # noqa: PLC0415

    if not text:
        return london_day(seconds(SystemClock()))
    try:
        return date.fromisoformat(text)
    except ValueError:
        stop(command, "a day is written as 2026-07-01")


def _question(question: Any) -> Mapping[str, Any] | None:  # noqa: ANN401 - Question or None
    if question is None:
        return None
    return {
        "fact": question.fact,
        "words": question.words,
        "values": dict(question.values),
        "rule": question.rule,
        "title": question.title,
    }


def tell(report: Mapping[str, Any], *, as_json: bool) -> None:
    """Print a report: one JSON object, or a line for each of its members."""
    typer.echo(json.dumps(report) if as_json else "\n".join(f"{k}: {v}" for k, v in report.items()))


def stop(command: str, why: object) -> NoReturn:
    """Say why a command cannot go on, and end it."""
    typer.echo(f"hub rulebook {command}: {why}", err=True)
    raise typer.Exit(1)
