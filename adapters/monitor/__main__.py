"""`python -m adapters.monitor`: compare, and say what does not agree.

In: a database URL, the log's key, what others kept. Out: a report, or one JSON object.
Never here: a comparison.

Exit codes: 0 everything agrees, 1 a fault was found, 2 used wrongly or not readable.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg

from adapters.kit.errors import LogError
from adapters.kit.log import LogKey
from adapters.monitor import proxy, register, sealed
from adapters.monitor.finding import Finding
from adapters.monitor.openings import openings
from adapters.monitor.rows import ledger
from adapters.monitor.unopened import DAYS, unopened

AGREES, FAULT, UNUSABLE = 0, 1, 2
_EXAMPLE = """example:
  python -m adapters.monitor --database postgresql://hub_audit@db/hub \\
      --log-key hub.example/log+1a2b3c4d+AbCd... --kept last-month.note --proxy-log proxy.jsonl

exit codes: 0 everything agrees, 1 a fault was found, 2 used wrongly or not readable
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare everything; return the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        report = reconcile(asked, now_s=int(time.time()))
    except (OSError, LogError, proxy.ProxyLogError) as wrong:
        sys.stderr.write(f"monitor: {wrong}\n")
        return UNUSABLE
    except psycopg.Error as wrong:
        # By name only: the driver's own words may hold the URL, and with it a password.
        sys.stderr.write(f"monitor: the ledger cannot be read ({type(wrong).__name__})\n")
        return UNUSABLE
    if asked.json:
        sys.stdout.write(json.dumps(report) + "\n")
    else:
        sys.stdout.write(_told(report))
    return FAULT if report["faults"] else AGREES


def reconcile(asked: argparse.Namespace, *, now_s: int) -> dict[str, Any]:
    """Return the report of one moment.

    Raises:
        LogError: the key is none.
        ProxyLogError: the proxy's log is not in the agreed form.
        OSError: a file cannot be read.
        psycopg.Error: the ledger cannot be read.
    """
    key = LogKey.read(asked.log_key)
    kept = [path.read_text("utf-8") for path in asked.kept]
    passed = None
    if asked.proxy_log is not None:
        passed = proxy.read(asked.proxy_log.read_text("utf-8").splitlines())
    # A URL may hold a password, which an argument would show to everybody on the machine.
    url = sys.stdin.readline().strip() if asked.database == "-" else asked.database
    with ledger(url) as book:
        entries, said, opened = book.entries(), book.said(), book.unwraps()
        sent = book.sent()
        for_no_answer = list(openings(book.openings(), book.due()))
        known, findings = sealed.heads(book.checkpoint(), kept, key)
        findings += sealed.leaves(book.rows(), book.leaves(), known)
        findings += register.numbers(entries, book.counters())
    findings += register.acknowledgements(entries, said, now_s=now_s)
    findings += register.statements(entries, said)
    findings += unopened(sent, entries, now_s=now_s, days=asked.unopened_days)
    left = register.acknowledged(said) | proxy.left(passed or ())
    findings += [*register.unwraps(entries, opened, left), *for_no_answer]
    if passed is None:
        findings.append(Finding("proxy", "log", "no log of a proxy was given", fault=False))
    else:
        findings += proxy.compared(passed, entries)
    return {
        "ok": not any(one.fault for one in findings),
        "answers": len(entries),
        "released": sum(entry.released for entry in entries),
        "partners": dict(sorted(Counter(entry.partner for entry in entries).items())),
        "log_size": max((head.size for head in known), default=0),
        "passed": None if passed is None else sum(one.told for one in passed),
        "opened": None if opened is None else len(opened),
        "faults": [asdict(one) for one in findings if one.fault],
        "notes": [asdict(one) for one in findings if not one.fault],
    }


def _told(report: dict[str, Any]) -> str:
    lines = [f"{name:10} {report[name]}" for name in ("answers", "released", "log_size", "passed")]
    lines += [f"  {partner:24} 1 to {count}" for partner, count in report["partners"].items()]
    for word, found in (("FAULT", report["faults"]), ("note", report["notes"])):
        lines += [f"{word:6} {one['check']:16} {one['at']:36} {one['what']}" for one in found]
    lines.append("everything agrees" if report["ok"] else "NOT everything agrees")
    return "".join(f"{line}\n" for line in lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m adapters.monitor",
        description="Hold what the hub recorded against everything else that knows of it.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--database", required=True, metavar="URL", help="- reads it from stdin")
    parser.add_argument("--log-key", required=True, metavar="VKEY", help="the log's public key")
    parser.add_argument(
        "--kept", type=Path, action="append", default=[], help="a checkpoint somebody kept"
    )
    parser.add_argument("--proxy-log", type=Path, help="the reverse proxy's log, JSON lines")
    parser.add_argument(
        "--unopened-days",
        type=int,
        default=DAYS,
        metavar="N",
        help="how long an item may lie unread",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


if __name__ == "__main__":
    sys.exit(main())
