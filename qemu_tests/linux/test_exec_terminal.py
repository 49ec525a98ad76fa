"""`tinygate exec` on a terminal: the guest's own does the editing, and ours is left as it was."""

from __future__ import annotations

import os
import pty
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from builder.boot.patience import BACKSTOP_S
from qemu_tests.linux.exec_kit import Exec

Spawn = Callable[..., Any]
ROWS, COLUMNS = 31, 71


@pytest.fixture
def spawn(exec_: Exec) -> Iterator[Spawn]:
    """Starts a command on a new terminal; ends it with the test."""
    started = []

    def start(*words: str) -> Any:
        command = exec_.words(exec_.probe, *words)
        size = (ROWS, COLUMNS)
        child = pexpect.spawn(
            command[0], command[1:], env=exec_.env, timeout=BACKSTOP_S, dimensions=size
        )
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


def test_what_is_typed_is_edited_and_read_by_lines(spawn: Spawn) -> None:
    child = spawn("ask")
    child.expect_exact("ready\r\n")
    child.send("helpo\x7f\x7flo\r")
    child.expect_exact("o\b \b\b \blo\r\nhello\r\n")
    child.send("\x04")  # Ctrl-D
    assert ended(child) == 0


def test_the_interrupt_key_kills(spawn: Spawn) -> None:
    child = spawn("ask")
    child.expect_exact("ready\r\n")
    child.send("x\r")
    child.expect_exact("x\r\nx\r\n")
    child.send("\x03")
    child.expect(pexpect.EOF)
    child.close()
    assert child.before == b"^C"
    assert child.signalstatus == signal.SIGINT  # so that a shell stops its script


def test_the_interrupt_key_ends_the_whole_pipeline_and_the_script(exec_: Exec) -> None:
    words = " ".join(exec_.words(exec_.probe, "ask"))
    script = f"{words} | tee /dev/tty | sleep 100; echo not reached"
    child = pexpect.spawn("bash", ["-c", script], env=exec_.env, timeout=BACKSTOP_S)
    child.expect_exact("ready")
    child.send("\x03")
    child.expect(pexpect.EOF)
    assert b"not reached" not in child.before


def test_what_the_next_program_of_a_pipeline_shows_has_its_lines(exec_: Exec) -> None:
    script = f"{' '.join(exec_.words(exec_.probe, 'ask'))} | cat"
    child = pexpect.spawn("sh", ["-c", script], env=exec_.env, timeout=BACKSTOP_S)
    child.expect_exact("ready\r\n")
    child.send("\x04")
    assert ended(child) == 0


def test_a_trace_on_a_terminal_has_its_lines(exec_: Exec) -> None:
    words = exec_.words("--strace", exec_.probe, "exit", "0")
    child = pexpect.spawn(words[0], words[1:], env=exec_.env, timeout=BACKSTOP_S)
    child.expect(r" = \?\r\n\+\+\+ exited with 0 \+\+\+\r\ncalls: 0 by sysenter, 1 by int 0x80\r\n")
    assert ended(child) == 0


def test_stopped_in_the_background_and_brought_to_the_front(exec_: Exec) -> None:
    child = pexpect.spawn("bash", ["--norc"], env=exec_.env, timeout=BACKSTOP_S)
    child.sendline(f"{' '.join(exec_.words(exec_.probe, 'ask'))} &")
    child.expect_exact("ready")
    child.sendline("kill -STOP %1; until jobs | grep -q Stopped; do :; done; fg")
    child.expect_exact("fg\r\n")
    child.expect_exact("ask\r\n")
    child.send("typed\r")
    child.expect_exact("typed\r\ntyped\r\n")
    child.send("\x04")
    child.sendline("exit 7")
    assert ended(child) == 7


def test_a_terminal_of_another_session(exec_: Exec) -> None:
    script = f"setsid -w {' '.join(exec_.words(exec_.probe, 'ask'))}"
    child = pexpect.spawn("sh", ["-c", script], env=exec_.env, timeout=BACKSTOP_S)
    child.expect_exact("ready\r\n")
    child.send("\x04")
    assert ended(child) == 0


def test_it_is_a_terminal_with_our_size(spawn: Spawn) -> None:
    child = spawn("kinds")
    child.expect_exact("2 0 2 0 2 0 \r\n")
    assert ended(child) == 0
    child = spawn("size")
    child.expect_exact(f"{ROWS} {COLUMNS} \r\n")
    assert ended(child) == 0


def test_a_new_size_is_told(spawn: Spawn) -> None:
    child = spawn("resize")
    child.expect_exact("waiting\r\n")
    child.setwinsize(20, 90)
    child.expect_exact("20 90 \r\n")
    assert ended(child) == 0


def test_output_to_a_pipe_while_input_is_a_terminal(exec_: Exec) -> None:
    script = f"{' '.join(exec_.words(exec_.probe, 'kinds'))} | od -c"
    child = pexpect.spawn("sh", ["-c", script], env=exec_.env, timeout=BACKSTOP_S)
    child.expect_exact("2       0       1       -   2   5       2       0")
    assert ended(child) == 0


@pytest.mark.parametrize("word", ["exit", "crash", "kill"])
def test_the_terminal_is_as_it_was(exec_: Exec, tmp_path: Path, word: str) -> None:
    command = " ".join(exec_.words(exec_.probe, word, "9"))
    script = f"stty -a > {tmp_path}/before; {command}; stty -a > {tmp_path}/after"
    child = pexpect.spawn("sh", ["-c", script], env=exec_.env, timeout=BACKSTOP_S)
    assert ended(child) == 0
    assert (tmp_path / "after").read_bytes() == (tmp_path / "before").read_bytes() != b""


def test_a_terminal_that_hangs_up_ends_it(exec_: Exec) -> None:
    words = exec_.words(exec_.probe, "ask")
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(words[0], words, exec_.env)
    shown = b""
    while not shown.endswith(b"ready\r\n"):
        shown += os.read(terminal, 100)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 128 + signal.SIGHUP
