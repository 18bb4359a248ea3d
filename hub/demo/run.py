"""`hub demo` and `hub replay`: start, play, print, and stop.

In: the command's options. Out: an exit code; a report, or one JSON object on stdout.
Never here: a step of the story, or a line of the report.
"""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from rich.console import Console

from adapters.kit import KitError
from hub.clock import SystemClock
from hub.demo import tryout
from hub.demo.agencies import CAST, IG
from hub.demo.chronology import SHIPPED, Chronology, ChronologyError, load, shipped
from hub.demo.launch import Running, running
from hub.demo.mapping import Script, script
from hub.demo.partner import RefusedEventError
from hub.demo.personas import PERSONAS
from hub.demo.processes import LaunchError
from hub.demo.progress import Steps
from hub.demo.report import Report
from hub.demo.summary import summary
from hub.demo.tryout import Told

DONE, FAULT, MISUSED = 0, 1, 2
_SAY = Console(stderr=True, highlight=False)


class StoppedError(BaseException):
    """Somebody asked the try-out to end; like Ctrl-C, it must pass every handler of errors."""


def run_demo(*, once: bool, as_json: bool) -> int:
    """Play the story and the shipped review; stay up until Ctrl-C unless `once`."""
    chronology = shipped()
    return _run((chronology, script(chronology, SHIPPED)), story=True, stay=not once, json_=as_json)


def run_replay(file: Path, *, as_json: bool) -> int:
    """Replay one review's chronology from a file."""
    try:
        chronology = load(file)
        review = (chronology, script(chronology, file.stem))
    except ChronologyError as error:
        _SAY.print(f"hub replay: {error}", markup=False)
        return MISUSED
    return _run(review, story=False, stay=False, json_=as_json)


def _run(review: tuple[Chronology, Script], *, story: bool, stay: bool, json_: bool) -> int:
    try:
        with _stoppable():
            _play(review, story=story, stay=stay, json_=json_)
    except StoppedError:
        _SAY.print("Stopped.")
    except (LaunchError, RefusedEventError, KitError) as error:
        _SAY.print(f"hub: {type(error).__name__}: {error}", markup=False)
        return FAULT
    return DONE


def _play(review: tuple[Chronology, Script], *, story: bool, stay: bool, json_: bool) -> None:
    clock = SystemClock()
    began = clock.now_ms()
    agencies = (*(CAST if story else ()), IG, *review[1].agencies)
    told = Told(agencies)
    with Steps(_SAY) as steps:
        steps.tell("A database, the hub and its projector start")
        with running(agencies) as hub:
            with tryout.partners_of(hub, agencies) as partners:
                if story:
                    tryout.tell_story(hub, told, partners, clock, steps.tell)
                tryout.replay(hub, told, partners, review, steps.tell)
                tryout.settle_accounts(hub, told, partners, steps.tell)
            steps.stop()
            _print(told, review[0], took_s=(clock.now_ms() - began) / 1000, json_=json_)
            if stay:
                _stay(hub)


def _print(told: Told, chronology: Chronology, *, took_s: float, json_: bool) -> None:
    if json_:
        sys.stdout.write(json.dumps(summary(told, took_s=took_s)) + "\n")
        sys.stdout.flush()
        return
    Report(told, Console(highlight=False)).print(chronology, took_s=took_s)


def _stay(hub: Running) -> None:
    _SAY.print(
        f"\nThe hub stays up. Its pages: {hub.url}/app/  its API: {hub.url}/docs", highlight=True
    )
    _SAY.print("Sign in to the pages as one of:")
    for persona in PERSONAS:
        _SAY.print(f"  {persona.name:12} {persona.job}", markup=False)
    _SAY.print("Ctrl-C ends it.")
    while True:
        hub.check()
        hub.edge.sleep(1.0)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let SIGTERM and Ctrl-C end the try-out in order, so that nothing is left running.

    Ctrl-C too: a shell starts what it puts in the background with that signal ignored.
    """

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        for number in before:
            signal.signal(number, signal.SIG_IGN)  # a second one must not cut the ending short
        raise StoppedError

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        signal.signal(number, on_signal)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
