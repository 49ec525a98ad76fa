"""`tinygate lab watch`: every save is checked, however the editor saves; the next lab opens."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest
from typer.testing import CliRunner

from builder.boot.patience import BACKSTOP_S
from builder.cli.app import app
from builder.errors import ExitCode, FileError
from builder.labs.handout import solved_tree
from builder.labs.lab_course import labs
from builder.labs.lab_folder import open_folder
from builder.labs.saves import Saved, next_lab, saves

FIRST, SECOND = labs()[:2]
TABLE = "kernel/sys/table.c"
WATCH = (sys.executable, "-m", "builder", "lab", "watch")
Wrap = Callable[[str, str], tuple[str, Path]]
WAKES_MAX = 300  # of the watcher, in which it sees nothing: more than a loaded computer needs


def right() -> bytes:
    """The first lab's file as it should be."""
    return solved_tree(FIRST, "demo")["sys/table.c"]


def new(lab: str, folder: Path) -> Path:
    result = CliRunner().invoke(app, ["lab", "new", lab, str(folder)])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def watched(tmp_path: Path, project_root: Path) -> Iterator[Callable[[Path], Any]]:
    """Watches a folder on a terminal of its own."""
    started = []

    def start(folder: Path) -> Any:
        child = pexpect.spawn(
            WATCH[0], [*WATCH[1:], str(folder)], cwd=tmp_path, timeout=BACKSTOP_S, encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(project_root), "TERM": "dumb"},
        )  # fmt: skip
        child.delaybeforesend = None
        started.append(child)
        return child

    yield start
    for child in started:
        child.close(force=True)


def ended(child: Any) -> int:
    child.expect(pexpect.EOF)
    child.close()
    assert child.signalstatus is None
    return int(child.exitstatus)


def next_saved(steps: Iterator[Saved | None]) -> Saved:
    """The next save; the watcher may wake up so many times without one, and no more."""
    for _, saved in zip(range(WAKES_MAX), steps, strict=False):
        if saved is not None:
            return saved
    raise AssertionError(f"no save was seen in {WAKES_MAX} wake-ups")


def test_the_next_lab_opens_when_one_is_done(
    tmp_path: Path, watched: Callable[[Path], Any]
) -> None:
    folder = new(FIRST.name, tmp_path / "mine")
    child = watched(folder)
    child.expect_exact("points: 0 of 10")
    child.sendline("h")
    child.expect_exact(f"hint 1 of {len(FIRST.hints) + 1}: ")
    assert open_folder(folder).notes().hints_shown == 1
    # As careful editors save: a copy, and then its name.
    (folder / "kernel/sys/.table.c.new").write_bytes(right())
    (folder / "kernel/sys/.table.c.new").replace(folder / TABLE)
    child.expect_exact("points: 10 of 10")
    child.expect_exact(f"{SECOND.name}: {SECOND.title}. The task: {tmp_path / SECOND.name}")
    assert open_folder(tmp_path / SECOND.name).lab == SECOND
    child.expect_exact(f"points: 0 of {SECOND.points}")
    child.sendline("what?")
    child.expect_exact("h: a hint")
    child.sendline("q")
    assert ended(child) == 0


def test_a_slow_editor_is_waited_for(tmp_path: Path, watched: Callable[[Path], Any]) -> None:
    folder = new(FIRST.name, tmp_path / "mine")
    child = watched(folder)
    child.expect_exact("points: 0 of 10")
    (folder / TABLE).unlink()
    child.expect_exact("not checked: ")
    child.expect_exact("cannot be read")
    child.sendline("h")
    child.expect_exact("save a file that can be")
    (folder / TABLE).write_bytes(b"")
    child.expect_exact("is empty")
    (folder / TABLE).write_bytes(right()[: len(right()) // 2])
    child.expect_exact("it does not build")
    (folder / TABLE).write_bytes(right())
    child.expect_exact("points: 10 of 10")
    child.sendintr()
    assert ended(child) == ExitCode.INTERRUPTED


def test_of_a_burst_of_saves_the_last_is_seen_and_the_same_again_is_none(tmp_path: Path) -> None:
    folder = open_folder(new(FIRST.name, tmp_path / "mine"))
    steps = saves(folder)
    assert next_saved(steps) == Saved(folder.taken())
    path = folder.path / TABLE
    for number in range(100):
        path.write_bytes(b"/* %d */\n" % number)
    seen = [next_saved(steps)]
    while seen[-1].files["sys/table.c"] != b"/* 99 */\n":
        seen.append(next_saved(steps))
    assert len(seen) < 100
    path.write_bytes(path.read_bytes())
    (path.parent / "io.c").write_bytes(b"not a file of the lab's")
    assert [next(steps) for _ in range(5)] == [None] * 5
    path.write_bytes(b"\0")
    assert "is no text" in next_saved(steps).refused


def test_the_next_lab_is_the_first_behind_it_that_is_not_done(tmp_path: Path) -> None:
    first = open_folder(new(FIRST.name, tmp_path / "a"))
    following = next_lab(first)
    assert following is not None
    assert (following.lab, following.path) == (SECOND, tmp_path.resolve() / SECOND.name)
    assert not following.there
    second = open_folder(new(SECOND.name, tmp_path / "b"))
    following = next_lab(first)
    assert following is not None
    assert (following.path, following.there) == (second.path.resolve(), True)
    second.note(second.notes().with_(solved=True))
    following = next_lab(first)
    assert following is not None
    assert following.lab == labs()[2]
    assert next_lab(open_folder(new(labs()[-1].name, tmp_path / "z"))) is None


def test_what_is_in_the_way_of_the_next_lab_stays(
    tmp_path: Path, watched: Callable[[Path], Any]
) -> None:
    folder = new(FIRST.name, tmp_path / "mine")
    (folder / TABLE).write_bytes(right())
    (tmp_path / SECOND.name).write_text("notes of mine")
    child = watched(folder)
    child.expect_exact(f"tinygate lab new {SECOND.name} DIR")
    assert ended(child) == 0
    assert (tmp_path / SECOND.name).read_text() == "notes of mine"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "killed"])
def test_an_end_in_the_middle_of_a_boot_leaves_no_emulator(
    tmp_path: Path, project_root: Path, wrapped: Wrap, number: signal.Signals
) -> None:
    # Only the boot is watched: before it, QEMU is asked for its version.
    body = 'case "$*" in *-serial*) exec 9> "$FIFO"; echo here >&9;; esac\nexec "$REAL" "$@"'
    path, fifo = wrapped("qemu-system-i386", body)
    folder = new(FIRST.name, tmp_path / "mine")
    process = subprocess.Popen(
        [*WATCH, str(folder)], cwd=tmp_path, start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(project_root), "PATH": path},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with fifo.open() as alive:
        assert alive.readline() == "here\n"
        os.killpg(process.pid, number)
        _, err = process.communicate(timeout=BACKSTOP_S)
        assert alive.read() == "", "QEMU is gone"
    if number == signal.SIGINT:
        assert (process.returncode, err.strip()) == (ExitCode.INTERRUPTED, "interrupted")


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    folder = open_folder(new(FIRST.name, tmp_path / "mine"))
    shutil.rmtree(folder.path)
    with pytest.raises(FileError, match="cannot be watched"):
        next(saves(folder))
