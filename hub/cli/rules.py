"""Commands about the rulebook: check.

In: the shipped law. Out: a report of what was proved. Never here: the proofs (rulebook.analyse).
"""

import json
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Check the rulebook.")


@app.callback()
def rulebook() -> None:
    """Check the rulebook."""


@app.command()
def check(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False
) -> None:
    """Load the rules, prove what is promised, run every case. Example: hub rulebook check."""
    from hub.rulebook import RulebookError, shipped  # noqa: PLC0415
    from hub.rulebook.cases import all_cases, differences  # noqa: PLC0415

    try:
        book = shipped()
    except RulebookError as error:
        typer.echo(f"hub rulebook check: {error}", err=True)
        raise typer.Exit(1) from None
    cases = list(all_cases(book))
    wrong = [f"{r.id}: {c.name}" for r, c in cases if differences(book, r, c)]
    report = {"rules": len(book.rules), "cases": len(cases), "wrong": wrong, "sha256": book.sha256}
    typer.echo(json.dumps(report) if as_json else "\n".join(f"{k}: {v}" for k, v in report.items()))
    raise typer.Exit(1 if wrong else 0)
