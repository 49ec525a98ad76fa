"""How a command may end: bugs, full disks, Ctrl-C, a reader that goes away; and what is printed."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from builder.boot.patience import BACKSTOP_S
from builder.cli import guard, ui
from builder.errors import ExitCode, NotFoundError, RefusedError

# ---- how a verb may end ----


def ends(error: BaseException, **options: bool) -> int:
    def body() -> int:
        raise error

    return guard.run_guarded(body, **options)


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EACCES, "no permission"),
        (errno.EROFS, "read-only"),
        (errno.ENOTDIR, "is a file"),
    ],
)
def test_file_system_refuses(capsys: pytest.CaptureFixture[str], number: int, word: str) -> None:
    assert ends(OSError(number, os.strerror(number), "some/path")) == ExitCode.FILES
    err = capsys.readouterr().err
    assert "some/path" in err and word in err and "fix:" in err


def test_a_program_that_cannot_be_run_has_a_status_of_its_own_only_in_exec() -> None:
    assert ends(RefusedError("is not for the i386")) == ExitCode.USAGE
    assert ends(NotFoundError("there is no such program")) == ExitCode.USAGE


def test_bug_is_one_line_and_a_traceback_only_if_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert ends(ZeroDivisionError("division\nby zero")) == guard.EXIT_BUG
    err = capsys.readouterr().err
    assert err.startswith("bug: ZeroDivisionError: division by zero\n")
    assert "-v" in err and "Traceback" not in err
    assert ends(ZeroDivisionError("x"), verbose=True) == guard.EXIT_BUG
    assert "Traceback" in capsys.readouterr().err


def test_exit_codes_are_all_documented_and_differ() -> None:
    codes = [int(code) for code, _ in guard.EXIT_CODE_HELP]
    assert {*codes} == {*map(int, ExitCode), guard.EXIT_BUG, guard.EXIT_PIPE}
    assert len({*codes}) == len(codes)


def command(project_root: Path, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """A command line for a real process, and its environment."""
    environment = {**os.environ, "PYTHONPATH": str(project_root)}
    environment.pop("PYTHONUNBUFFERED", None)  # errors must also be seen when they come late
    return [sys.executable, "-m", "builder", *arguments], environment


def test_reader_that_goes_away(empty_folder: Path, project_root: Path) -> None:
    argv, environment = command(project_root, "show", "schema")
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        argv,
        cwd=empty_folder,
        env=environment,
        stdout=write_end,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write_end)
    assert (done.returncode, done.stderr) == (guard.EXIT_PIPE, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("words", [["show"], ["--help"], ["show", "-h"], ["--version"]])
def test_full_disk_behind_stdout(empty_folder: Path, project_root: Path, words: list[str]) -> None:
    argv, environment = command(project_root, *words)  # less than a buffer, written at the end
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            argv,
            cwd=empty_folder,
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == ExitCode.FILES
    assert b"disk is full" in done.stderr and b"Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["show", "nothing"], ExitCode.USAGE),
        (["exec", "./absent"], ExitCode.EXEC_NOT_FOUND),
        (["exec", "--absent"], ExitCode.EXEC_FAILED),
    ],
)
def test_full_disk_behind_stderr_takes_the_words_but_not_the_status(
    empty_folder: Path, project_root: Path, words: list[str], status: ExitCode
) -> None:
    argv, environment = command(project_root, *words)
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(argv, cwd=empty_folder, env=environment, stderr=full, check=False)
    assert done.returncode == status


def test_ctrl_c_ends_with_130(empty_folder: Path, project_root: Path) -> None:
    """A fake gcc tells us that doctor is running; then Ctrl-C signals both."""
    tools = empty_folder / "bin"
    tools.mkdir()
    fifo = empty_folder / "running"
    os.mkfifo(fifo)
    for name in ("i686-elf-gcc", "ld", "objcopy"):
        (tools / name).write_text(f"#!/bin/sh\necho > {fifo}\nexec cat {fifo}\n")
        (tools / name).chmod(0o755)
    argv, environment = command(project_root, "doctor")
    environment["PATH"] = f"{tools}:{environment['PATH']}"
    with (
        subprocess.Popen(
            argv,
            cwd=empty_folder,
            env=environment,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process,
        fifo.open() as running,
    ):
        running.readline()
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=BACKSTOP_S)
    assert process.returncode == ExitCode.INTERRUPTED
    assert err == b"\ninterrupted\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_no_temporary_folder(number: int, tmp_path: Path) -> None:
    """Python itself would end without a word to whatever has one."""
    program = (
        "import sys, tempfile, time; from builder.cli.guard import run_guarded, run_tidily\n"
        "def body():\n"
        "    with tempfile.TemporaryDirectory():\n"
        "        print(flush=True); time.sleep(1000)\n"
        "sys.exit(run_tidily(lambda: run_guarded(body)))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        # Whoever started the tests may have it ignored (nohup).
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    ) as process:
        assert process.stdout and process.stdout.read(1)
        assert [*tmp_path.iterdir()]
        process.send_signal(number)
        assert process.wait(BACKSTOP_S) == -number
    assert [*tmp_path.iterdir()] == []


# ---- what is printed ----


def test_progress_is_silent_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with ui.progress("working") as update:
        update("still")
    assert capsys.readouterr() == ("", "")


def test_tables_are_plain_text_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ui.print_table("title", ("a_b", "c"), [["1", "x" * 200], ["22", ""]])
    assert capsys.readouterr().out == f"title\na b  c\n1    {'x' * 200}\n22\n"
    ui.print_table("", ("a",), [["1"]])
    assert capsys.readouterr().out == "a\n1\n"


def test_no_cell_of_a_table_is_cut_off_by_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [["1", "why " * 8 + "0xffffffffffffffffffffff", ""], ["22", "", "yes"]]
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    ui.print_table("title", ("number", "reason", "a_b"), rows)
    assert capsys.readouterr().out == (
        "title\n\nnumber  1\nreason  why why why why why why why why\n"
        "        0xffffffffffffffffffffff\n\nnumber  22\na b     yes\n"
    )
    monkeypatch.setenv("COLUMNS", "80")
    ui.print_table("title", ("number", "reason", "a_b"), rows)
    assert capsys.readouterr().out.splitlines()[1].split() == ["number", "reason", "a", "b"]


def test_plain_data_of_everything() -> None:
    value = {"a": (1, b"\xff"), "b": {3, 1}, "c": ExitCode.TOOL, "d": Path("x"), "e": None}
    assert ui.plain_data(value) == {"a": [1, "ff"], "b": [1, 3], "c": 3, "d": "x", "e": None}


def test_what_the_terminal_has_no_sign_for_is_escaped(project_root: Path, tmp_path: Path) -> None:
    argv, environment = command(project_root, "render", "--step", "int80", "--out", "\u00e4")
    environment["PYTHONIOENCODING"] = "ascii"
    done = subprocess.run(
        argv,
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=BACKSTOP_S,
        check=False,
    )
    assert done.returncode == 0 and "\\xe4" in done.stdout, done
