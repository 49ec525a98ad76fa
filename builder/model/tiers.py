"""The tiers of programs by which the calls of step `linux` are sorted: what each can do more."""

from builder.model.syscall import Syscall

TIERS = {
    "T1": "start, memory, output",
    "T2": "files and directories",
    "T3": "processes, pipes, shells",
    "T4": "threads",
    "T5": "signals and timers",
    "T6": "programs in Go, and other large ones",
    "T7": "calls that became usual later",
    "": "the steps before; single programs",
}


def tier_of(call: Syscall) -> tuple[str, str]:
    """The tier that a call's reason begins with, or "", and the programs in it that need it."""
    tier, _, programs = call.reason.partition(":")
    return (tier, programs.strip()) if tier in TIERS else ("", call.reason)
