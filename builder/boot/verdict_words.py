"""The words for how a boot can end, whose fault each is, and what to do about it."""

from __future__ import annotations

from enum import Enum


class Family(Enum):
    """The five kinds of result; whose fault it is."""

    SUCCESS = "success"
    SKIP = "skip"  # nothing was judged
    ERROR = "error"  # the test or its surroundings are wrong
    FAILURE = "failure"  # the kernel ran to its end and is wrong
    CRASH = "crash"  # the kernel did not come to a valid result


class Word(Enum):
    """How a boot went. The value is what is printed."""

    PASS = "pass"
    SKIPPED = "skipped"
    NOT_RUN = "not run"
    FAIL = "fail"
    MISSING = "missing output"
    WRONG_KERNEL = "wrong kernel"
    PANIC = "panic"
    RESET = "reset"
    POWERED_OFF = "powered off"
    HANG = "hang"
    FLOOD = "endless output"
    TWO_BANNERS = "second boot"
    NO_BOOT = "no boot"
    NO_PLAN = "no plan"
    CUT_OFF = "cut off"
    BAD_KTAP = "bad KTAP"
    STRANGE_END = "strange end"
    LOADER = "loader refused"
    EMULATOR = "emulator failed"
    KILLED = "emulator killed"


# Word -> its family and what to do about it.
MEANING: dict[Word, tuple[Family, str]] = {
    Word.PASS: (Family.SUCCESS, ""),
    Word.SKIPPED: (
        Family.SKIP,
        "no test was run: choose a suite, or a machine that has the feature",
    ),
    Word.NOT_RUN: (Family.SKIP, "run it again without --dry-run"),
    Word.FAIL: (Family.FAILURE, "the BAD lines name the checks; `expected` says what was wanted"),
    Word.MISSING: (Family.FAILURE, "the kernel passed its own tests but did not print these lines"),
    Word.WRONG_KERNEL: (
        Family.ERROR,
        "an image of another configuration was booted: build it again",
    ),
    Word.PANIC: (
        Family.CRASH,
        "the first name is where it happened: of the backtrace, or of the words on the stack",
    ),
    Word.RESET: (
        Family.CRASH,
        "a triple fault: an exception whose handler could not be reached. Look at the IDT, at esp0 "
        "of the TSS and at the kernel stack of the exception below",
    ),
    Word.POWERED_OFF: (Family.CRASH, "a kernel must end through the outcome device"),
    Word.HANG: (
        Family.CRASH,
        "run the gdb line to see where it waits; if it only computes or sleeps for so long without "
        "a word, TINYGATE_TIMEOUT_SCALE=4 lets it do so four times as long",
    ),
    Word.FLOOD: (Family.CRASH, "look for a loop around the last lines of the transcript"),
    Word.TWO_BANNERS: (Family.CRASH, "the kernel was entered twice: look for a jump to its start"),
    Word.NO_BOOT: (
        Family.CRASH,
        "the kernel's first line never came: look at the boot code and at the serial line's set-up",
    ),
    Word.NO_PLAN: (Family.CRASH, "the kernel booted but its test suite never began"),
    Word.CUT_OFF: (Family.CRASH, "the suite ended early: the test after the last result ended it"),
    Word.BAD_KTAP: (
        Family.CRASH,
        "the result lines contradict each other, so nothing they say can be believed; a "
        "program that prints such lines itself must not do so at the start of a line",
    ),
    Word.STRANGE_END: (
        Family.CRASH,
        "the outcome device got a code that no part of the kernel writes",
    ),
    Word.LOADER: (
        Family.ERROR,
        "the disk image is damaged or too large for the memory: build it again",
    ),
    Word.EMULATOR: (
        Family.ERROR,
        "the emulator's own message says why; `tinygate doctor` checks it",
    ),
    Word.KILLED: (
        Family.ERROR,
        "somebody or the system (out of memory?) ended it: run it again; if it ends so once more, "
        "the emulator's message says what it could not do for this kernel",
    ),
}
