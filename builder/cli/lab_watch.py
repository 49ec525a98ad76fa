"""lab watch: a lab is checked at every save, and when it is done the next one opens."""

import os
import select
import shlex
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from builder.cli import lab_verbs, options
from builder.cli.guard import verb
from builder.errors import ExitCode

if TYPE_CHECKING:
    from builder.labs.grader import Grade
    from builder.labs.lab_folder import LabFolder
    from builder.labs.saves import Saved

KEYS = "h: a hint, q: end; then Enter"
_READ_BYTES = 4096


@verb
def lab_watch(
    folder: lab_verbs.Folder = Path(),
    verbose: options.Verbose = False,
) -> int:
    """Check a lab again at every save; when it is done, open the next one."""
    from builder.labs.lab_folder import open_folder

    found: LabFolder | None = open_folder(folder)
    keys = _Keys()
    while found is not None:
        _opened(found)
        found = _watched(found, keys, verbose=verbose)
    return ExitCode.OK


def _opened(found: "LabFolder") -> None:
    page = shlex.quote(str(found.path / "README.md"))
    print(f"{found.lab.name}: {found.lab.title}. The task: {page}")
    print(f"Every save is checked. {KEYS}; Ctrl-C ends, too.", flush=True)


def _watched(found: "LabFolder", keys: "_Keys", *, verbose: bool) -> "LabFolder | None":
    """Check at every save until the lab is done; the folder of the next one, if there is one."""
    from builder.labs.saves import saves

    grade: Grade | None = None
    with closing(saves(found)) as steps:
        for saved in steps:
            if saved is not None:
                grade = _check(found, saved, verbose=verbose)
            if grade is not None and grade.full:
                return _next(found)
            for key in keys.pressed():
                if key == "q":
                    return None
                _answer(found, grade, key, verbose=verbose)
    raise AssertionError("watching ends by what is found")


def _check(found: "LabFolder", saved: "Saved", *, verbose: bool) -> "Grade | None":
    print()
    grade = None
    if saved.refused:
        print(f"not checked: {saved.refused}")
    else:
        grade = lab_verbs.check_files(found, saved.files, saved.answers, verbose=verbose)
        lab_verbs.show_grade(grade, "h, then Enter", found.path)
    sys.stdout.flush()
    return grade


def _answer(found: "LabFolder", grade: "Grade | None", key: str, *, verbose: bool) -> None:
    if key != "h":
        print(KEYS)
    elif grade is None:
        print("a hint is about what was checked: save a file that can be")
    else:
        lab_verbs.show_hint(found, grade, verbose=verbose)
    sys.stdout.flush()


def _next(found: "LabFolder") -> "LabFolder | None":
    """Open the lab that comes next, in a folder beside this one."""
    from builder.labs.lab_folder import open_folder
    from builder.labs.saves import next_lab

    following = next_lab(found)
    if following is None:
        print("\nThat was the last lab: the course is done.")
        return None
    if not following.there:
        if following.path.exists() or following.path.is_symlink():
            path = shlex.quote(str(following.path))
            print(f"\nThe next lab is {following.lab.name}; {path} is something else, and stays.")
            print(f"Open it by: tinygate lab new {following.lab.name} DIR")
            return None
        lab_verbs.make_folder(following.lab, following.path)
    print()
    return open_folder(following.path)


class _Keys:
    """Lines that somebody types meanwhile; nothing if there is nobody."""

    def __init__(self) -> None:
        """From stdin, which is not read through sys.stdin: that would wait for a line."""
        self._fd: int | None = 0
        self._typed = b""

    def pressed(self) -> Iterator[str]:
        """The lines since the last call, without blanks around them."""
        try:
            while self._fd is not None and select.select([self._fd], [], [], 0)[0]:
                data = os.read(self._fd, _READ_BYTES)
                self._typed += data or b"\n"
                if not data:
                    self._fd = None
        except OSError:  # closed, or a terminal that is gone
            self._fd = None
        *lines, self._typed = self._typed.split(b"\n")
        yield from (line.decode(errors="replace").strip() for line in lines if line.strip())
