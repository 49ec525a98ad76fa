"""What goes wrong while a call is looked for or recorded is named, and what was seen is kept."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from builder.boot.emulator import Machine
from builder.errors import EmulatorError, UserError
from builder.xray import gdb_stub
from builder.xray.find_call import Wanted
from builder.xray.make_record import Subject, make_record
from qemu_tests.boot.test_xray import GETPID, subject_of
from qemu_tests.kit.kernels import SILENCE, Change, Lab, rebuild

WRITE = 4
STANDS_STILL = Change("kernel/main.c", "    suite_run();\n", "    for (;;) {\n    }\n")
RESETS = Change(
    "entry/sysenter_entry.asm",
    "    push dword SEL_USER_DATA                ; 5: ss\n",
    "    mov  esp, 16                            ; nothing is mapped there\n    ud2\n",
)


def damaged(lab: Lab, folder: Path, change: Change) -> Subject:
    kernel = lab.kernel("kernel.step=vsyscall", debug=True)
    done = rebuild(kernel, folder / "damaged", (change,))
    assert done.ok, done.stderr
    return replace(subject_of(kernel), tree=folder / "damaged/kernel")


def test_a_kernel_that_hangs_before_the_call_is_named(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = gdb_stub.Patience(boot=SILENCE, suite=SILENCE, ending=SILENCE)
    monkeypatch.setattr(gdb_stub, "Patience", lambda: impatient)
    with pytest.raises(UserError, match="the kernel hangs before that call") as caught:
        make_record(damaged(lab, tmp_path, STANDS_STILL), Wanted("hello", GETPID))
    assert caught.value.why.startswith("it never came; seen were no calls at all; then: ")


def test_of_a_kernel_that_resets_on_the_way_the_rows_until_then_are_kept(
    lab: Lab, tmp_path: Path
) -> None:
    record = make_record(damaged(lab, tmp_path, RESETS), Wanted())
    assert record.cut == "the machine has ended"
    assert [row.text for row in record.rows[-2:]] == ["mov esp, 0x10", "ud2"]
    assert any(row.text == "sysenter" for row in record.rows)


def test_of_an_emulator_that_is_killed_the_rows_until_then_are_kept(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[gdb_stub.commands.Process] = []
    start: Callable[..., gdb_stub.commands.Process] = gdb_stub.commands.start

    def remember(*words: object) -> gdb_stub.commands.Process:
        started.append(start(*words))
        return started[-1]

    monkeypatch.setattr(gdb_stub.commands, "start", remember)
    record = make_record(
        subject_of(lab.kernel("kernel.step=vsyscall", debug=True)),
        Wanted("hello", WRITE),
        progress=lambda _: os.kill(started[-1].pid, signal.SIGKILL),
    )
    assert record.cut == "QEMU was ended by SIGKILL"
    assert len(record.rows) in range(256, 600)


def test_an_emulator_that_does_not_start_says_why(lab: Lab) -> None:
    subject = subject_of(lab.kernel("kernel.step=vsyscall", debug=True))
    with pytest.raises(EmulatorError, match="QEMU did not start") as caught:
        make_record(replace(subject, machine=Machine(cpu="nonsense")), Wanted())
    assert "nonsense" in caught.value.why


def test_a_kernels_file_without_lines_has_symbols_alone(lab: Lab) -> None:
    kernel = lab.kernel("kernel.step=vsyscall")
    subject = replace(subject_of(kernel), tree=None, kernel=kernel.elf)
    record = make_record(subject, Wanted("hello", GETPID))
    assert record.cut == "" and record.disagreements == ()
    assert {row.file for row in record.rows} == {""}
    assert "sysenter_entry" in {row.symbol for row in record.rows}
