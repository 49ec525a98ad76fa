"""An NMI, or the clock's interrupt, before every instruction of the ways in and back.

For each guard against them there is a kernel without it, which must fail where it would be missed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from builder.config.step import Step
from builder.model.outcomes import FINISHED_PREFIX, PANIC_PREFIX
from qemu_tests.defects.checks.defect import changed
from qemu_tests.kit.events import Clock, Nmi, NmiAndClock, NmiInTheLesson
from qemu_tests.kit.every_instruction import Event, Subject, Walk, make_subject, walk
from qemu_tests.kit.kernels import Change, Lab

STACKS = ("per-switch", "esp0-word", "tss-end")
LESSON = (Step.INT80, Step.SYSENTER, Step.VSYSCALL)
# All of it is gone through but what no call of the program comes to.
WAYS = (
    *("sysenter_entry", "int80_entry", "return_with_work", "return_from_trap", "trap_common"),
    *("trap_1_at_sysenter", "trap_2_at_sysenter"),
)
NOT_GONE_THROUGH = {
    # The program would end: there is nowhere to go back to.
    Step.SYSENTER: r"sysenter_entry\.no_(argument_6|return_address)",
    # Only an NMI goes through it.
    Step.VSYSCALL: r"trap_2_at_sysenter",
}


def _missed(subject: Subject, done: Walk) -> list[str]:
    """Instructions of the ways before which nothing has happened."""
    tried = {position.eip for position in done.positions}
    ways = [name for name in WAYS if name in subject.symbols]
    names = [subject.name_of(at) for way in ways for at in sorted(subject.code_of(way) - tried)]
    excused = NOT_GONE_THROUGH.get(subject.kernel.config.kernel.step, "$^")
    return [name for name in names if not re.match(excused, name)]


def _assert_well(subject: Subject, done: Walk) -> None:
    assert not done.problems, done.report
    assert f"{FINISHED_PREFIX}1 passed, 0 failed\n" in done.output, done.report
    assert PANIC_PREFIX not in done.output, done.report
    assert not _missed(subject, done), done.report


@pytest.mark.parametrize("stack", STACKS)
def test_an_nmi_may_come_before_every_instruction(lab: Lab, tmp_path: Path, stack: str) -> None:
    subject = make_subject(lab, tmp_path, Step.ROBUST, f"sysenter.stack={stack}")
    done = walk(subject, Nmi())
    _assert_well(subject, done)
    assert f"# non-maskable interrupts: {len(done.positions)}\n" in done.output, done.report


@pytest.mark.parametrize("event", [Clock(), NmiAndClock()], ids=["clock", "nmi-and-clock"])
@pytest.mark.parametrize("stack", STACKS)
def test_an_interrupt_may_come_before_every_instruction(
    lab: Lab, tmp_path: Path, stack: str, event: Event
) -> None:
    subject = make_subject(lab, tmp_path, Step.ROBUST, f"sysenter.stack={stack}")
    _assert_well(subject, walk(subject, event))


@pytest.mark.parametrize("step", LESSON, ids=str)
def test_the_lesson_tells_of_an_nmi_before_every_instruction(
    lab: Lab, tmp_path: Path, step: Step
) -> None:
    subject = make_subject(lab, tmp_path, step)
    _assert_well(subject, walk(subject, NmiInTheLesson()))


@dataclass(frozen=True)
class Unguarded:
    """A kernel without a guard.

    Attributes:
        name: Which.
        changes: In its tree.
        event: What is not guarded against.
        where: Regular expression of the first position where that shows.
        says: Of what is wrong there, or what the kernel says of it.
    """

    name: str
    changes: tuple[Change, ...]
    event: Event
    where: str
    says: str
    step: Step = Step.ROBUST
    stack: str = "tss-end"


UNGUARDED = (
    Unguarded(
        "an NMI leaves the flags in the link of the TSS",
        changed(
            "entry/nmi_entry.asm", "    cmp  dword [esp], sysenter_entry\n    jne  .out\n",
            "    jmp  .out\n",
        ),
        Nmi(),
        r"getpid by the page: .* sysenter_entry$",
        "the TSS's link is not 0",
        stack="esp0-word",
    ),
    # Found by these tests.
    Unguarded(
        "a debug exception leaves the flags in the link of the TSS",
        changed("entry/at_sysenter.asm", "    mov  dword [ss:eax + 12], 0 ", "    ; "),
        Nmi(),
        "stepped into: instruction 1,",
        "the TSS's link is not 0",
        stack="esp0-word",
    ),
    Unguarded(
        "an NMI is reported on the words of the TSS",
        changed("cpu/sysenter.c", "    idt_set(VECTOR_NMI, trap_2_at_sysenter);\n",
                "    (void)trap_2_at_sysenter;\n"),
        NmiInTheLesson(),
        r"getpid by the page: .* sysenter_entry$",
        r"told as exception 2 at sysenter_entry$",
        Step.VSYSCALL,
    ),
    Unguarded(
        "STI comes an instruction too early",
        changed(
            "entry/sysenter_entry.asm",
            "    mov  edx, [esp + PT_EIP]                ; SYSEXIT",
            "    sti\n    mov  edx, [esp + PT_EIP]                ; SYSEXIT",
        ),
        Clock(),
        r"getpid by the page: .* sysenter_entry$",
        r"in the kernel, at sysenter_entry\.return",
    ),
    Unguarded(
        "interrupts are let in by int 0x80",
        changed(
            "cpu/idt.c",
            "gate_set(SYSCALL_VECTOR, int80_entry, GATE_INTERRUPT",
            "gate_set(SYSCALL_VECTOR, int80_entry, 0x0f00",
        ),
        Clock(),
        r"getpid by int 0x80: .* int80_entry$",
        r"in the kernel, at int80_entry$",
    ),
)  # fmt: skip


@pytest.mark.parametrize("kernel", UNGUARDED, ids=lambda kernel: kernel.name.replace(" ", "-"))
def test_a_kernel_without_the_guard_fails_there(
    lab: Lab, tmp_path: Path, kernel: Unguarded
) -> None:
    config = [f"sysenter.stack={kernel.stack}"] if kernel.step >= Step.ROBUST else []
    subject = make_subject(
        lab, tmp_path, kernel.step, *config, changes=kernel.changes,
        name="unguarded-" + kernel.name.replace(" ", "-"),
    )  # fmt: skip
    done = walk(subject, kernel.event, to_the_first_problem=True)
    assert done.problems, done.report
    position, problem = done.problems[0]
    assert re.match(kernel.where, str(position)), done.report
    assert re.search(kernel.says, f"{problem}\n{done.output}"), done.report
