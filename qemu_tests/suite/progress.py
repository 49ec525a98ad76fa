"""What is told while the tests run, and how to run again what has failed."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from qemu_tests.suite.times import Remaining, in_words

IN_A_LOG_EVERY_S = 30.0
ON_A_TERMINAL_EVERY_S = 0.2
_CLEAR_LINE = "\r\x1b[K"


@dataclass
class Progress:
    """One line that is rewritten on a terminal; in a log, a line now and then.

    Attributes:
        file: Where to.
        terminal: Whether control characters may be written.
        clock: Seconds, from anywhere.
    """

    file: TextIO
    terminal: bool
    clock: Callable[[], float] = time.monotonic
    remaining: Remaining | None = None
    failed: list[str] = field(default_factory=list)
    _shown: bool = False
    _last: float = 0.0

    def begin(self, remaining: Remaining) -> None:
        """The tests are known."""
        self.remaining = remaining
        self._last = self.clock()
        if self.terminal:
            self._show()
        else:
            self._line(self.text())

    def ended(self, test: str, seconds: float, *, failed: bool) -> None:
        """A test has ended."""
        if self.remaining is None:
            return
        self.remaining.ended(test, seconds)
        now = self.clock()
        if failed:
            self.failed.append(test)
            self._line(f"FAILED {test}")
        if self.terminal:
            if failed or now - self._last >= ON_A_TERMINAL_EVERY_S:
                self._last = now
                self._show()
        elif now - self._last >= IN_A_LOG_EVERY_S:
            self._last = now
            self._line(self.text())

    def end(self) -> None:
        """Leave the line free."""
        if self._shown:
            self._write(_CLEAR_LINE)
            self._shown = False

    def text(self) -> str:
        """Such as `412 of 3770 tests, 2 failed, about 6 min to go`."""
        assert self.remaining is not None
        done, all_ = len(self.remaining.done), len(self.remaining.guesses)
        parts = [f"{done} of {all_} tests"]
        if self.failed:
            parts.append(f"{len(self.failed)} failed")
        if done < all_:
            parts.append(f"about {in_words(self.remaining.seconds)} to go")
        return ", ".join(parts)

    def _line(self, text: str) -> None:
        self.end()
        self._write(f"{text}\n")

    def _show(self) -> None:
        columns = shutil.get_terminal_size().columns
        self._write(_CLEAR_LINE + self.text()[: columns - 1])
        self._shown = True

    def _write(self, text: str) -> None:
        self.file.write(text)
        self.file.flush()


def is_terminal(file: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a line can be rewritten there."""
    return file.isatty() and environ.get("TERM", "dumb") != "dumb"


def again(test: str, folder: Path) -> str:
    """The line that runs just this test, to be pasted into a shell that stands in `folder`."""
    script = Path(sys.prefix) / "bin" / "tinygate"
    if not script.is_file():
        return shlex.join([sys.executable, "-m", "pytest", test])
    shown = script.relative_to(folder) if script.is_relative_to(folder) else script
    return shlex.join([str(shown), "test", test])
