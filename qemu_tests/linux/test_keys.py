"""A person at the keyboard sees on tinygate's kernel what is seen on Debian's."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

import pexpect
import pytest

from builder.boot.emulator import Machine
from builder.boot.patience import BACKSTOP_S
from builder.config.load import load_config
from builder.image.build import build_kernel
from builder.linux.shell.attend import ESCAPE_NAME
from builder.model.outcomes import OFF
from qemu_tests.kit.kernels import Kernel, Lab
from qemu_tests.linux.expectations import load_keys
from qemu_tests.linux.keys import PARTS, READY, Player, Step, cooked, shown
from qemu_tests.linux.tinygate import BARE

MACHINE = Machine(icount=False)  # keys come when they come
PASTED = "".join(f"{number:06} the quick brown fox\r" for number in range(2000))


@pytest.fixture
def kernel(lab: Lab) -> Kernel:
    return lab.kernel(*BARE)


@pytest.fixture
def player(kernel: Kernel, userland: Path) -> Iterator[Player]:
    """A booted machine, at its first prompt."""
    booted = Player(MACHINE, kernel.elf, userland)
    yield booted
    booted.kill()


@pytest.mark.parametrize("part", PARTS)
def test_the_screen_is_that_of_linux(part: str, player: Player) -> None:
    if part == "input":  # it goes on where the part before it has left
        player.play([shown("cd /tmp")])
    printed = player.play(PARTS[part]).splitlines()
    wanted = load_keys()[part]
    if printed != wanted:
        pytest.fail("\n".join(unified_diff(wanted, printed, "Debian", "tinygate", lineterm="")))


@pytest.mark.parametrize("keys", ["poweroff\r", "\x04", "sh -c poweroff\r", "reboot\r", "halt\r"])
def test_the_machine_is_off_after(keys: str, player: Player) -> None:
    assert player.end(keys) == OFF.exit_status


def test_nothing_is_lost_of_what_is_pasted(player: Player) -> None:
    player.play([cooked("stty -echo; sleep 1; cat >/tmp/pasted; stty echo"), Step(PASTED + "\x04")])
    size = len(PASTED)
    assert f"\n{size} /tmp/pasted\n" in player.play([shown("wc -c /tmp/pasted")])


def test_ctrl_s_holds_the_output_until_ctrl_q(player: Player) -> None:
    assert player.play([cooked("cat"), Step("\x13one\r", r"one\r\n")]).endswith("go\none\n")
    assert player.play([Step("two\r", r"two\r\n")]) == "two\n"  # only the echo, again
    assert player.play([Step("\x11", r"two\r\n"), Step("\x04")]).startswith("one\ntwo\n")


def test_a_line_that_is_too_long_ends_all_the_same(player: Player) -> None:
    player.play([cooked("wc -c"), Step("x" * 5000 + "\r", r"x\r\n")])
    assert player.play([Step("\x04")]).startswith("4096\n")


# ---- the command --------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def command(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """`tinygate run --step linux`, into a folder of this worker's where it has been built."""
    with lab.locked("run") as built:
        if not (built / "kernel.elf").exists():
            build_kernel(load_config(None, ["kernel.step=linux"]), built, jobs=2)
        out = shutil.copytree(built, tmp_path_factory.mktemp("run"), dirs_exist_ok=True)
    return [sys.executable, "-m", "builder", "run", "--step", "linux", "--out", str(out)]


@pytest.fixture
def terminal(command: list[str], userland: Path) -> Iterator[pexpect.spawn[str]]:  # noqa: ARG001 (it is there)
    """The command on a terminal of 33 lines and 90 columns."""
    spawned = pexpect.spawn(
        command[0],
        command[1:],
        dimensions=(33, 90),
        timeout=BACKSTOP_S,
        encoding="utf-8",
        env={**os.environ, "TERM": "xterm-256color"},
    )
    yield spawned
    spawned.close(force=True)


def _ends(terminal: pexpect.spawn[str], last_line: str) -> int | None:
    terminal.expect(pexpect.EOF)
    lines = terminal.before.replace("\r", "").splitlines()
    assert lines[-1] == last_line, lines
    terminal.close()
    return terminal.exitstatus


def test_run_hands_the_terminal_over_and_takes_it_back(terminal: pexpect.spawn[str]) -> None:
    before = termios.tcgetattr(terminal.child_fd)
    terminal.expect(READY)
    assert termios.tcgetattr(terminal.child_fd)[3] & termios.ICANON == 0
    terminal.send("stty size; echo $TERM\r")
    terminal.expect(r"\n33 90\r+\nxterm-256color\r+\n")
    terminal.expect(READY)
    terminal.send("poweroff\r")
    terminal.expect_exact("shell: ")
    assert termios.tcgetattr(terminal.child_fd) == before
    assert _ends(terminal, "the machine was switched off") == 0


def test_one_key_ends_a_machine_that_does_not_listen(terminal: pexpect.spawn[str]) -> None:
    terminal.expect(READY)
    terminal.send("stty raw -echo; echo g''o; sleep 1000\r")
    terminal.expect(r"\ngo")
    terminal.send("\x1d")
    assert _ends(terminal, f"shell: ended by {ESCAPE_NAME}") == 0


def test_a_signal_leaves_a_terminal_that_can_be_used(terminal: pexpect.spawn[str]) -> None:
    before = termios.tcgetattr(terminal.child_fd)
    terminal.expect(READY)
    os.kill(terminal.pid, signal.SIGTERM)
    terminal.expect_exact("interrupted")
    assert termios.tcgetattr(terminal.child_fd) == before
    assert _ends(terminal, "") == 130


def test_without_a_terminal_the_demonstration_runs_and_it_is_said_why(command: list[str]) -> None:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.splitlines()[-1][:13]) == (0, "verdict: pass")
    assert done.stderr.startswith("no shell: standard input or output is no terminal")


def test_without_busybox_it_is_said_how_to_get_it(command: list[str], tmp_path: Path) -> None:
    offline = {**os.environ, "TINYGATE_CACHE": str(tmp_path), "http_proxy": "http://127.0.0.1:9"}
    spawned = pexpect.spawn(
        command[0],
        command[1:],
        timeout=BACKSTOP_S,
        encoding="utf-8",
        env=offline,
    )
    spawned.expect_exact("no shell: cannot fetch from Debian: busybox-static")
    spawned.expect_exact("tinygate fetch")
    spawned.expect_exact("verdict: pass")
    spawned.expect(pexpect.EOF)
