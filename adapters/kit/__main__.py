"""The kit at the command line: make a key, post events, fetch notices, read a timeline.

In: arguments, a key file, event files. Out: JSON lines on standard output.
Never here: anything the library cannot do by itself; a second way of doing any of it.

Exit codes: 0 done, 1 the hub refused or did not answer, 2 used wrongly.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from adapters.kit.errors import KeyFileError, KitError, OutboxError, SigningError
from adapters.kit.hub_client import HUB_URI, HubClient
from adapters.kit.jws import dense
from adapters.kit.keys import AgencyKey
from adapters.kit.notices import Notice
from adapters.kit.receipts import HubKeys
from contracts.catalogue import PayloadError, UnknownTypeError, read
from contracts.subject import LEGAL_DEMANDS, PURPOSES

DONE, FAULT, MISUSED = 0, 1, 2
_EXAMPLE = """example:
  python -m adapters.kit key new agency.pem
  python -m adapters.kit post events.json --hub https://hub.example \\
      --agency northshire-council --key agency.pem --store hub.db

An event file holds one object, or a list of them:
  {"type": "https://hub.example/events/concern-raised/v1", "toe": 1767225600,
   "subject": {"format": "uri", "uri": "urn:nhs:number:9434765919"},
   "payload": {"about": "adult"}}
Give each a "jti" of your own, and posting a file twice posts its events once.

exit codes: 0 done, 1 the hub refused or did not answer, 2 used wrongly
"""


class EventFileError(KitError):
    """An event file is not of the form that `--help` shows."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    asked = _parser().parse_args(arguments)
    try:
        code: int = asked.run(asked)
    except (KeyFileError, EventFileError, SigningError, OutboxError) as error:
        sys.stderr.write(f"{error}\n")
        return MISUSED
    except KitError as error:
        sys.stderr.write(f"{error}\n")
        return FAULT
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m adapters.kit",
        description="An agency's end of the safeguarding hub.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    keys = commands.add_parser("key", help="make a signing key").add_subparsers(required=True)
    new = keys.add_parser("new", help="make a key; print what to register with the hub")
    new.add_argument("file", type=Path, help="a new file, for your eyes only")
    new.add_argument("--alg", choices=("Ed25519", "ES256"), default="Ed25519")
    new.add_argument("--form", choices=("pem", "jwk"), default="pem")
    new.set_defaults(run=_new_key)

    wired = argparse.ArgumentParser(add_help=False)
    wired.add_argument("--hub", required=True, metavar="URL", help="the hub's address")
    wired.add_argument("--hub-uri", default=HUB_URI, help="the name the hub signs as")
    wired.add_argument("--hub-keys", type=Path, help="a JWKS file to pin the hub's keys to")
    wired.add_argument("--agency", required=True, metavar="SLUG", help="who you are")
    wired.add_argument("--key", required=True, type=Path, help="your key file")
    wired.add_argument("--store", required=True, type=Path, help="the file that must last")

    post = commands.add_parser("post", parents=[wired], help="queue events and send the queue")
    post.add_argument("file", help="an event file; - for standard input")
    post.add_argument("--wait", type=float, default=0.0, metavar="SECONDS", help="keep trying")
    post.set_defaults(run=_post)

    poll = commands.add_parser("poll", parents=[wired], help="print and acknowledge the notices")
    poll.set_defaults(run=_poll)

    timeline = commands.add_parser("timeline", parents=[wired], help="print what you may see")
    timeline.add_argument("subject", help="the hub's id of the subject")
    timeline.add_argument("--purpose", required=True, choices=PURPOSES)
    timeline.add_argument("--legal-demand", choices=LEGAL_DEMANDS)
    timeline.add_argument("--emergency", action="store_true")
    timeline.add_argument("--user", help="the officer asking, as an opaque id")
    timeline.set_defaults(run=_timeline)
    return parser


def _new_key(asked: argparse.Namespace) -> int:
    key = AgencyKey.generate(asked.alg)
    key.save(asked.file, asked.form)
    _say({"kid": key.kid, "jwk": key.public_jwk()})
    return DONE


def _post(asked: argparse.Namespace) -> int:
    events = list(_events(asked.file))
    with _client(asked) as hub:
        for event, payload in events:
            told = {name: event.get(name) for name in ("toe", "txn", "jti")}
            hub.outbox.add(payload, event["subject"], **told)
        done = hub.flush(wait_s=asked.wait)
        for jti in done.refused:
            entry = hub.outbox.entry(jti)
            _say(
                {"refused": jti, "err": entry.err, "description": entry.description}
                if entry
                else {}
            )
        _say(asdict(done))
    return FAULT if done.refused or done.waiting else DONE


def _poll(asked: argparse.Namespace) -> int:
    printed: list[str] = []

    def show(notice: Notice) -> None:
        _say({"jti": notice.jti, "subject": notice.subject, "notice": notice.body})
        # Printed is handled: whoever reads the output has the notice before the hub hears of it.
        sys.stdout.flush()
        printed.append(notice.jti)

    with _client(asked) as hub:
        before = -1
        # A round that prints nothing new is the last, even if the hub offers old notices again.
        while len(printed) > before:
            before = len(printed)
            hub.handle_notices(show)
    return DONE


def _timeline(asked: argparse.Namespace) -> int:
    with _client(asked) as hub:
        pages = hub.timeline(
            asked.subject,
            purpose=asked.purpose,
            legal_demand=asked.legal_demand,
            emergency=asked.emergency,
            user=asked.user,
        )
        for page in pages:
            _say(page.data)
    return DONE


def _client(asked: argparse.Namespace) -> HubClient:
    pinned = None
    if asked.hub_keys is not None:
        try:
            pinned = HubKeys.pinned(json.loads(asked.hub_keys.read_bytes())["keys"])
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise KeyFileError("the file of the hub's keys is not a JWKS") from error
    return HubClient.open(
        asked.hub,
        agency=asked.agency,
        key=AgencyKey.load(asked.key),
        store=asked.store,
        hub_uri=asked.hub_uri,
        hub_keys=pinned,
    )


def _events(file: str) -> Iterator[tuple[Mapping[str, Any], Any]]:
    """Yield the events of a file with their payloads, checked before any is queued."""
    try:
        text = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        listed = json.loads(text)
    except (OSError, ValueError) as error:
        raise EventFileError("the event file cannot be read as JSON") from error
    for number, event in enumerate(listed if isinstance(listed, list) else [listed], start=1):
        try:
            if not isinstance(event["subject"], dict):
                raise EventFileError(f"event {number} has no subject")
            yield event, read(event["type"], dense(event["payload"]))
        except (LookupError, TypeError, UnknownTypeError, PayloadError) as error:
            # A contract's fault names places and kinds, never values: safe to show.
            raise EventFileError(f"event {number} is not of its type: {error}") from error


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main())
