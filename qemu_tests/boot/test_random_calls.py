"""SYSENTER at random addresses of ring 3, with random registers: `make calls` makes more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from builder.config.step import Step
from qemu_tests.defects.checks.defect import KERNEL_GONE_ASTRAY, SYSENTER_ENTRY, changed
from qemu_tests.kit.kernels import Change, Lab
from qemu_tests.random_calls import CALLS_OF_A_BOOT_MAX, STACKS, STEPS, Trial, problem_of, try_calls
from qemu_tests.random_calls.__main__ import main

CALLS = 200_000
SEED = 20261130


@pytest.mark.parametrize(
    ("step", "stack"),
    [(step, "tss-end") for step in STEPS] + [(Step.ROBUST, stack) for stack in STACKS[:2]],
    ids=str,
)
def test_random_calls_come_back(lab: Lab, tmp_path: Path, step: Step, stack: str) -> None:
    trial = Trial(step, SEED, CALLS, stack)
    problem = problem_of(trial, try_calls(lab, tmp_path, trial))
    assert not problem, problem


# What is wrong, in which step, and the verdict's word, or several.
DAMAGED = (
    ("number checked as signed", Step.VSYSCALL, KERNEL_GONE_ASTRAY,
     changed(SYSENTER_ENTRY, "    jae  .no_such_call\n", "    jge  .no_such_call\n")),
    ("OF not restored by SYSEXIT", Step.ROBUST, "fail",
     changed(SYSENTER_ENTRY, "    add  al, 0x80", "    add  al, 0x10")),
    ("NT may be set at IRET", Step.SYSENTER, "fail|panic",
     changed("entry/return.asm", "    push dword EFLAGS_ALWAYS_1\n    popfd\n", "")
     + changed(SYSENTER_ENTRY, "    push dword EFLAGS_ALWAYS_1\n    popfd\n", "")),
    ("fixup of the sixth argument missing", Step.PROCESSES, "panic",
     changed(SYSENTER_ENTRY,
             "    dd sysenter_entry.read_argument_6, sysenter_entry.no_argument_6", "")),
)  # fmt: skip


@pytest.mark.parametrize(
    ("step", "word", "changes"),
    [row[1:] for row in DAMAGED],
    ids=[row[0].replace(" ", "-") for row in DAMAGED],
)
def test_a_damaged_kernel_is_noticed(
    lab: Lab, tmp_path: Path, step: Step, word: str, changes: tuple[Change, ...]
) -> None:
    trial = Trial(step, SEED, 2000)
    result = try_calls(lab, tmp_path, trial, changes)
    assert result.verdict.word.value in word.split("|"), result.explain()
    assert trial.again in problem_of(trial, result)


def test_many_calls_are_several_boots_with_seeds_that_count_on() -> None:
    trial = Trial(Step.ROBUST, 7, 2 * CALLS_OF_A_BOOT_MAX + 1)
    boots = [(each.seed, each.calls) for each in trial.boots()]
    assert boots == [(7, CALLS_OF_A_BOOT_MAX), (8, CALLS_OF_A_BOOT_MAX), (9, 1)]


def test_the_line_that_does_it_again_does(capsys: pytest.CaptureFixture[str]) -> None:
    again = Trial(Step.VSYSCALL, 3, 100).again.split()
    assert again[:3] == ["python", "-m", "qemu_tests.random_calls"]
    assert main(again[3:]) == 0
    assert re.fullmatch(r"vsyscall, seed 3: 100 calls\n", capsys.readouterr().out)
