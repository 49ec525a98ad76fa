"""The guest checks on a kernel that moves programs from CPU to CPU as often as it can.

What belongs to one CPU (debug registers, MSRs, TSS, bitmap of ports, remembered page tables) must
follow a program that moves. On the kernel as it is, a program moves now and then, by chance.
"""

from __future__ import annotations

import pytest

from builder.config.step import STEPS
from qemu_tests.kit.kernels import Change, Lab

# Who was on this CPU before leaves it to others; a CPU with nothing else to do waits.
NOT_AGAIN_HERE = Change(
    "proc/queue.c",
    """\
    struct process *process = first;
    if (process) {
        first = process->next;
    }
""",
    """\
    struct process **link = &first;
    struct process *before = NULL;
    while (*link && (*link)->cpu == this_cpu()) {
        before = *link;
        link = &before->next;
    }
    struct process *process = *link;
    if (process) {
        *link = process->next;
        last = process == last ? before : last;
    }
""",
)
# Two functions, for before and from step `processes` on: a process that gives up its CPU.
LEAVE = "switch_to(process->cpu->idle);"
LEAVE_LOCKED = """\
int taken = kernel_lock_acquire();
        queue_push(process);
        switch_to(process->cpu->idle);
        if (taken) {
            kernel_lock_release();
        }"""
# The calls of many-calls would take minutes.
MOVE = """\
#define SYSCALL_ENTRY __attribute__((fastcall))

#include "lib/lib.h"
#include "proc/process.h"

static void move(void)
{
    struct process *process = current_process();

    if (strcmp(process->name, "many-calls") != 0) {
        LEAVE
    }
}
"""


def moving(step: str) -> list[Change]:
    """Changes by which each system call goes on on another CPU than the one that it came to."""
    locked = step in STEPS[STEPS.index("processes") :]
    attribute, call = "#define SYSCALL_ENTRY __attribute__((fastcall))", "return sys_##"
    return [
        NOT_AGAIN_HERE,
        Change("sys/table.c", attribute, MOVE.replace("LEAVE", LEAVE_LOCKED if locked else LEAVE)),
        Change("sys/table.c", call, f"move(); {call}"),
    ]


@pytest.mark.parametrize(
    ("step", "cpus"), [("robust", 2), ("robust", 4), ("processes", 2), ("linux", 2)]
)
def test_checks_pass_wherever_a_program_goes_on(lab: Lab, step: str, cpus: int) -> None:
    chosen = (f"kernel.step={step}", f"cpu.count={cpus}", "programs.suite=checks")
    kernel = lab.damaged(
        lab.kernel(*chosen, "tss.io_bitmap=true"), f"moving-{step}-{cpus}", moving(step)
    )
    result = lab.boot(kernel, f"moving-{step}-{cpus}")
    assert result.verdict.passed, result.explain()


# Each CPU interrupts itself in each call: the interrupt waits until it is let in, which is before
# the first instruction in ring 3.
INTERRUPT = """\
#define SYSCALL_ENTRY __attribute__((fastcall))

#include "lib/lib.h"
#include "proc/process.h"

#define INTERRUPT_COMMAND ((volatile uint32_t *)(LOCAL_APIC_ADDR + 0x300))
#define TO_SELF 0x44000

static void interrupt(void)
{
    if (strcmp(current_process()->name, "many-calls") != 0) {
        *INTERRUPT_COMMAND = TO_SELF | WAKE_VECTOR;
    }
}
"""
INTERRUPTING = [
    Change("sys/table.c", "#define SYSCALL_ENTRY __attribute__((fastcall))", INTERRUPT),
    Change("sys/table.c", "return sys_##", "interrupt(); return sys_##"),
]


def test_no_interrupt_hides_the_first_instruction_back(lab: Lab) -> None:
    """An interrupt at an instruction with a breakpoint comes first, the breakpoint afterwards.

    QEMU 10 and 11 would pass it by: see checks/interrupted.h.
    """
    chosen = ("kernel.step=robust", "cpu.count=2", "programs.suite=checks")
    kernel = lab.damaged(lab.kernel(*chosen), "interrupting", INTERRUPTING)
    result = lab.boot(kernel, "interrupting")
    assert result.verdict.passed, result.explain()
