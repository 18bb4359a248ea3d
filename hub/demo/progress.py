"""Shows which step a try-out is at, on stderr, while a person waits.

In: the names of steps. Out: a moving line on a terminal; nothing where nobody looks.
Never here: stdout, which belongs to the report.
"""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

STEPS = 8
"""About as many as there are; the bar fills at the end whatever their number was."""


class Steps:
    """A progress line. Use it in a `with`."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            BarColumn(bar_width=20),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task: TaskID = self._progress.add_task("", total=STEPS)

    def tell(self, step: str) -> None:
        """Say which step begins."""
        self._progress.update(self._task, description=step, advance=1)

    def stop(self) -> None:
        """Take the line away."""
        self._progress.stop()

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
