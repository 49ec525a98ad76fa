"""Typed input: interrupt by interrupt from the host's keyboard to a program's read() and back."""

from __future__ import annotations

import pytest

from builder.boot.emulator import Machine
from builder.boot.run import RunResult
from builder.boot.watch import Typed
from qemu_tests.kit.kernels import Change, Lab

PROMPT = "echo: type lines; Ctrl-D ends\n"
READY = r"echo: type lines; Ctrl-D ends\n"
CTRL_D = b"\x04"
ECHO = ("kernel.step=robust", "programs.suite=echo")
CONFIGS = {
    "robust": ECHO,
    "four-cpus": (*ECHO, "cpu.count=4"),
    "processes": (*ECHO, "kernel.step=processes"),
}


def _echoed(result: RunResult) -> bytes:
    """What came back: the bytes between the prompt and the result line."""
    raw = result.transcript_path.read_bytes()
    start = raw.index(PROMPT.encode()) + len(PROMPT)
    return raw[start : raw.index(b"ok 1 - echo\n", start)]


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("kind", ["disk", "kernel"])
def test_lines_come_back_and_ctrl_d_ends(lab: Lab, name: str, kind: str) -> None:
    kernel = lab.kernel(*CONFIGS[name])
    typed = (
        Typed(READY, b"hello\n"),
        Typed(r"^hello\n", b"a second line, longer than the first\n"),
        Typed(r"than the first\n", CTRL_D),
    )
    result = lab.boot(kernel, f"echo-{name}-{kind}", kind=kind, typed=typed)
    assert result.verdict.passed, result.explain()
    assert _echoed(result) == b"hello\na second line, longer than the first\n"


@pytest.mark.parametrize("icount", [True, False])
@pytest.mark.parametrize("size_bytes", [255, 256, 257, 1000, 10_000])
def test_nothing_is_lost_of_what_is_typed_at_once(lab: Lab, size_bytes: int, icount: bool) -> None:
    """More than the kernel's buffer holds, and much faster than a program takes it."""
    line = bytes(range(0x21, 0x7F))[:70]
    data = ((line + b"\n") * (size_bytes // len(line) + 1))[: size_bytes - 1] + b"\n"
    typed = (Typed(READY, data + CTRL_D),)
    kernel = lab.kernel(*ECHO)
    name = f"echo-{size_bytes}-{icount}"
    result = lab.boot(kernel, name, machine=Machine(icount=icount), typed=typed)
    assert result.verdict.passed, result.explain()
    assert _echoed(result) == data


def test_every_byte_passes_but_the_end_of_input_and_the_return_key(lab: Lab) -> None:
    data = bytes(byte for byte in range(256) if byte not in (0x04, 0x0A, 0x0D))
    typed = (Typed(READY, data + b"\r\n" + CTRL_D),)
    result = lab.boot(lab.kernel(*ECHO), "echo-bytes", typed=typed)
    assert result.verdict.passed, result.explain()
    assert _echoed(result) == data + b"\n\n"


def test_ctrl_d_behind_a_line_that_is_not_ended_gives_that_line(lab: Lab) -> None:
    typed = (Typed(READY, b"no end" + CTRL_D), Typed("no end", CTRL_D))
    result = lab.boot(lab.kernel(*ECHO), "echo-no-end", typed=typed)
    assert result.verdict.passed, result.explain()
    assert _echoed(result).rstrip(b"\n") == b"no end"


def test_a_program_that_waits_for_ever_is_a_hang_that_says_what_for(lab: Lab) -> None:
    kernel = lab.kernel(*ECHO)
    typed = (Typed("never printed", b"x"),)
    result = lab.boot(kernel, "echo-waits", typed=typed)
    assert result.verdict.word.value == "hang", result.explain()
    assert "no output for 600 guest seconds with the CPU halted" in result.verdict.summary
    assert "waiting for 'never printed'" in result.verdict.summary
    assert "halted with interrupts on" in result.verdict.summary


def test_two_that_wait_for_input_share_the_cpu_and_the_input(lab: Lab) -> None:
    twice = Change("kernel/suite_table.c", '"echo", 1,', '"echo", 2,')
    kernel = lab.damaged(lab.kernel(*ECHO), "echo-twice", [twice])
    # Typed when both are there: else the second's prompt may stand in the middle of the echo.
    # The one that has ended leaves the rest to the other, whichever that is.
    typed = (Typed(READY, b""), Typed(READY, b"one\n"), Typed(r"^one\n", CTRL_D + CTRL_D))
    result = lab.boot(kernel, "echo-twice", typed=typed)
    assert result.verdict.passed, result.explain()
