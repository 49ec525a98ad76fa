"""The verbs that look or write sources: show, diff, new, test, doctor. Fakes play the tree."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from builder.cli import ui
from builder.config.step import STEPS
from builder.errors import ExitCode, FileError
from builder.tools import tool as toolspecs
from builder.tree.diff import compare, stat_lines, without
from builder.tree.step_page import step_page

Call = Callable[..., tuple[int, str, str]]


@dataclass(frozen=True)
class Row:
    """One row of a made-up table."""

    name: str
    base_addr: int
    writable: bool
    parts: tuple[str, ...]


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """builder.model.tables, replaced by one small table."""
    import builder.model

    rows = (Row("text", 0xC0100000, False, ("a", "b")),)
    monkeypatch.setattr(builder.model, "tables", lambda _: {"memory": rows}, raising=False)


@pytest.mark.usefixtures("tables")
def test_show(tinygate: Call) -> None:
    code, out, _ = tinygate("show", "memory")
    assert code == 0
    assert out.splitlines()[1].split() == ["name", "base", "addr", "writable", "parts"]
    assert "0xc0100000" in out and "a, b" in out
    assert json.loads(tinygate("show", "memory", "--json")[1]) == [
        {"name": "text", "base_addr": 0xC0100000, "writable": False, "parts": ["a", "b"]}
    ]
    assert "memory" in tinygate("show")[1] and "config" in tinygate("show")[1]
    assert "sysenter.stack" in tinygate("show", "config")[1]
    assert "properties" in json.loads(tinygate("show", "schema")[1])


@pytest.mark.usefixtures("tables")
def test_show_of_an_unknown_table(tinygate: Call) -> None:
    code, _, err = tinygate("show", "memry")
    assert code == ExitCode.USAGE and "did you mean memory?" in err


OLD = {"a.c": b"one\ntwo\n", "gone.c": b"x\n", "same.c": b"s\n", "bin": b"\xff"}
NEW = {"a.c": b"one\n2\nthree\n", "new.c": b"n\n", "same.c": b"s\n", "bin": b"\xfe"}


def test_compare_says_what_became_of_each_file() -> None:
    changes = compare(OLD, NEW, ("A", "B"))
    assert [(change.kind, change.path, change.added, change.removed) for change in changes] == [
        ("changed", "a.c", 2, 1),
        ("changed", "bin", 0, 0),
        ("removed", "gone.c", 0, 1),
        ("new", "new.c", 1, 0),
    ]
    assert changes[3].lines[:2] == ("--- /dev/null", "+++ B/new.c")
    assert changes[0].lines[:2] == ("--- A/a.c", "+++ B/a.c")
    assert "binary" in changes[1].lines[0]
    assert stat_lines(changes)[-1] == "1 new, 1 removed, 2 changed files; 3 lines added, 2 removed"


def test_compare_has_the_files_in_reading_order() -> None:
    paths = ["boot/start.asm", "cpu/tss.c", "entry/new.asm", "user/hello.c", "Makefile"]
    changes = compare(dict.fromkeys(paths[:2], b"a"), dict.fromkeys(sorted(paths[1:]), b"b"))
    assert [change.path for change in changes] == paths


def test_compare_of_equal_trees() -> None:
    assert compare(OLD, OLD) == ()
    assert stat_lines(()) == ["0 new, 0 removed, 0 changed files; 0 lines added, 0 removed"]


def test_digest_is_blotted_out() -> None:
    assert without("abc", {"x": b"1 abc 2"}) == {"x": b"1 ... 2"}


@pytest.fixture
def trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """builder.tree.render.render_tree, replaced."""
    from builder.tree import render

    def render_tree(config: Any) -> dict[str, bytes]:
        tree = OLD if config.kernel.step == "int80" else NEW
        return {**tree, "digest.h": config.digest.encode()}

    monkeypatch.setattr(render, "render_tree", render_tree)


@pytest.mark.usefixtures("trees")
def test_diff(tinygate: Call) -> None:
    code, out, _ = tinygate("diff", "int80", "sysenter")
    assert code == 0
    page, _, difference = out.partition("--- int80/a.c\n+++ sysenter/a.c\n")
    assert page == step_page("int80", "sysenter") + "\n"
    assert "--- /dev/null\n+++ sysenter/new.c\n" in difference
    assert "digest.h" not in out and "\033" not in out
    stat = tinygate("diff", "int80", "sysenter", "--stat")[1]
    assert "+++" not in stat and "1 new, 1 removed" in stat
    assert json.loads(tinygate("diff", "int80", "sysenter", "--json")[1])[-1]["path"] == "new.c"
    assert tinygate("diff", "int80", "sysentr")[0] == ExitCode.USAGE


@pytest.mark.usefixtures("trees")
def test_diff_of_steps_without_a_page_begins_with_the_difference(tinygate: Call) -> None:
    code, out, _ = tinygate("diff", "int80", "vsyscall")
    assert code == 0 and out.startswith("--- int80/a.c\n")


def test_a_page_on_a_terminal_is_laid_out_and_wrapped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    ui.print_markdown("# Title\n\n" + "word " * 40)
    out = capsys.readouterr().out
    assert "# Title" not in out and "Title" in out
    assert max(map(len, out.splitlines())) <= 60 and out.count("word") == 40


@pytest.mark.usefixtures("trees")
def test_diff_as_a_page_for_a_browser(tinygate: Call, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    code, out, err = tinygate("diff", "int80", "sysenter", "--html", str(path))
    text = path.read_text(encoding="utf-8")
    assert (code, out) == (0, "") and f"{path}: 4 files" in err
    assert "<h1>From int80 to sysenter</h1>" in text
    assert 'href="#file-new.c"' in text


@pytest.mark.usefixtures("trees")
@pytest.mark.parametrize("others", [("--stat",), ("--json",)])
def test_a_page_excludes_other_forms(
    tinygate: Call, tmp_path: Path, others: tuple[str, ...]
) -> None:
    path = tmp_path / "page.html"
    code, out, err = tinygate("diff", "int80", "sysenter", "--html", str(path), *others)
    assert code == ExitCode.USAGE and "exclude each other" in out + err and not path.exists()


@pytest.mark.usefixtures("trees")
def test_a_page_that_cannot_be_written_is_an_error_of_files(tinygate: Call, tmp_path: Path) -> None:
    code, _, err = tinygate("diff", "int80", "sysenter", "--html", str(tmp_path / "no" / "x.html"))
    assert code == ExitCode.FILES and "no/x.html: cannot be written: " in err
    code, _, err = tinygate("diff", "int80", "sysenter", "--html", "/dev/full")
    assert code == ExitCode.FILES and err.startswith("error: /dev/full: cannot be written: No ")


def test_bench_counts_the_lines_of_every_step(tinygate: Call) -> None:
    code, out, _ = tinygate("bench", "--lines")
    rows = json.loads(tinygate("bench", "--lines", "--json")[1])
    assert code == 0 and [row["step"] for row in rows] == list(STEPS)
    shown = [line.split() for line in out.splitlines()[2:]]
    assert shown == [[r["step"], f"{r['lines']:,}", f"{r['budget']:,}"] for r in rows]


@pytest.mark.usefixtures("trees")
def test_new_writes_a_whole_project(tinygate: Call) -> None:
    code, out, _ = tinygate("new", "a b/mine")
    assert code == 0 and "cd 'a b/mine' && make run" in out
    assert "cd ./-m && make run" in tinygate("new", "--", "-m")[1]
    assert (Path("a b/mine/a.c")).read_bytes() == NEW["a.c"]
    assert [path.name for path in Path("a b").iterdir()] == ["mine"]
    assert Path("a b/mine").stat().st_mode & 0o055
    Path("empty").mkdir()
    assert tinygate("new", "empty")[0] == 0


@pytest.mark.usefixtures("trees")
def test_new_overwrites_nothing(tinygate: Call) -> None:
    Path("full").mkdir()
    Path("full/mine.txt").write_text("mine")
    Path("file").write_text("mine")
    Path("link").symlink_to("nowhere")
    for name in ("full", "file", "link"):
        code, _, err = tinygate("new", name)
        assert code == ExitCode.USAGE and name in err
    assert sorted(path.name for path in Path().iterdir()) == ["file", "full", "link"]
    assert [path.name for path in Path("full").iterdir()] == ["mine.txt"]


@pytest.mark.usefixtures("trees")
@pytest.mark.parametrize("made", [True, False])
def test_new_names_the_folder_that_cannot_be_made(
    tinygate: Call, monkeypatch: pytest.MonkeyPatch, made: bool
) -> None:
    from builder.tree import render

    def full(_files: Any, folder: Path) -> None:
        raise FileError("cannot write the kernel tree", where=str(folder))

    monkeypatch.setattr(render, "write_tree", full)
    folder = "mine" if made else "/proc/nowhere"
    code, _, err = tinygate("new", folder)
    assert code == ExitCode.FILES and err.startswith(f"error: {folder}: ")
    assert list(Path().iterdir()) == []


@pytest.mark.usefixtures("trees")
def test_new_cut_short_leaves_nothing(tinygate: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    from builder.tree import render

    def interrupted(files: Any, folder: Path) -> None:
        (folder / "half").write_text(str(len(files)))
        raise KeyboardInterrupt

    monkeypatch.setattr(render, "write_tree", interrupted)
    assert tinygate("new", "mine")[0] == ExitCode.INTERRUPTED
    assert list(Path().iterdir()) == []


def test_test_passes_arguments_on(tinygate: Call) -> None:
    code, out, _ = tinygate("test", "--dry-run", "-k", "a b", "-n", "2", "--lf")
    assert code == 0
    assert "-m pytest -k 'a b' -n 2 --lf)" in out


@pytest.mark.parametrize(("status", "code"), [(0, 0), (1, 1), (2, 130), (3, 70), (4, 2), (5, 2)])
def test_test_ends_with_pytests_result(
    tinygate: Call, monkeypatch: pytest.MonkeyPatch, status: int, code: int
) -> None:
    from builder.tools import commands

    monkeypatch.setattr(commands, "foreground", lambda _command, cwd: status if cwd else None)
    assert tinygate("test")[0] == code


_WALL = ("-m", "qemu_tests.linux.wall")


def test_bench_wall_passes_on_what_it_was_told_and_how_it_ended(
    tinygate: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    from builder.tools import commands

    given: list[list[str]] = []

    def foreground(command: list[str], *, cwd: Path) -> int:  # noqa: ARG001
        given.append(command)
        return ExitCode.EMULATOR

    monkeypatch.setattr(commands, "foreground", foreground)
    told = ("--runs", "10", "--markdown", "--busybox", "source")
    assert tinygate("bench", "--wall", *told)[0] == ExitCode.EMULATOR
    assert tinygate("bench", "--wall", "--runs", "1", "--json")[0] == ExitCode.EMULATOR
    source = str(Path("source").absolute())
    assert [command[1:] for command in given] == [
        [*_WALL, "--runs", "2", "--markdown", "--busybox", source],
        [*_WALL, "--runs", "1", "--json"],
    ]


def test_doctor(tinygate: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = [toolspecs.Tool("nasm", "assembles", toolspecs.Need.RUN, "missing")]
    monkeypatch.setattr("builder.tools.doctor.examine", lambda _cc: tools)
    code, out, _ = tinygate("doctor")
    assert code == ExitCode.TOOL and "nasm" in out and "to install" in out
    data = json.loads(tinygate("doctor", "--json")[1])
    assert data["ok"] is False and data["tools"][0]["status"] == "missing"
