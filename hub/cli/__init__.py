"""The command line: each command is a few lines that call the room that does the work.

In: arguments. Out: words for people on stderr, JSON for programs on stdout, an exit code.
Never here: what a command does. Heavy rooms are imported inside commands, so `--help` is quick.
"""

import typer

from hub.cli import agencies, evidence, keeping, log, releases, rules, service, show, vault

app = typer.Typer(
    name="hub",
    help="The safeguarding hub. Settings come from HUB_* variables (see hub/settings.py).",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
show.register(app)
service.register(app)
log.register(app)
evidence.register(app)
keeping.register(app)
vault.register(app)
app.add_typer(agencies.agency, name="agency")
app.add_typer(agencies.key, name="key")
releases.register(rules.app)
app.add_typer(rules.app, name="rulebook")


def main() -> None:
    """Run the command line."""
    app()
