"""What a step adds to the one before it: in a few words, and as the pages of docs/steps/."""

import re
from collections.abc import Mapping

from builder.config.step import Step
from builder.tools.resources import data_dir

# Of each step: what it adds, and what its reader learns.
STEP_TEXTS: Mapping[str, tuple[str, str]] = {
    "int80": (
        "GDT, IDT, TSS, paging, ring 3 programs, `int 0x80`",
        "the old way, and what a TSS is for",
    ),
    "sysenter": (
        "the three MSRs, `sysenter_entry`, SYSEXIT, CPUID",
        "the fast way, and what the CPU does *not* save",
    ),
    "vsyscall": (
        "the vsyscall page, argv and the auxiliary vector, a stack for SYSENTER that stays",
        "why programs call a page instead of the instruction",
    ),
    "robust": (
        "guard pages, the double-fault task, NMI, backtraces with names, a loader that checks, "
        "`read` and the timer, several CPUs, the I/O bitmap",
        "what may go wrong on this way, and how a kernel notices",
    ),
    "processes": (
        "address spaces, demand paging, copy on write, preemption, fork, execve, wait4, pipes",
        "kernel stacks, `esp0` and page faults at work",
    ),
    "linux": (
        "the vDSO, signals, threads, files, a terminal",
        "the C library as the user of all this",
    ),
}
LAST_OF_THE_LESSON = Step.VSYSCALL


def step_page(old: str, new: str) -> str:
    """The page about going from step `old` to step `new`, as Markdown; "" if there is none."""
    path = data_dir("docs") / "steps" / f"{old}-{new}.md"
    return without_markers(path.read_text(encoding="utf-8")) if path.is_file() else ""


def without_markers(text: str) -> str:
    """A page without the lines between which its rendered parts stand."""
    return re.sub(r"^<!-- (?:begin|end) \S+ -->\n\n?", "", text, flags=re.MULTILINE)
