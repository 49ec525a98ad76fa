"""Builds mutants, boots them, and says what became of each."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from threading import Event

from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile

from builder.boot.emulator import Machine
from builder.boot.verdict_words import Word
from builder.config.load import load_config
from builder.errors import MachineryError
from builder.tree.render import render_tree
from qemu_tests.kit.kernels import IMPATIENT, OUTPUT_MAX_BYTES, Kernel, Lab, rebuild
from qemu_tests.mutants.mutant import Mutant

CHECKS, DEMO = "programs.suite=checks", "programs.suite=demo"


@dataclass(frozen=True)
class Boot:
    """A machine that mutants are booted on.

    Attributes:
        name: What is told of it.
        cpu: QEMU's name of its CPU.
        layer: Only kernels that have this layer have something to show there.
        memory_mib: Its memory.
    """

    name: str
    cpu: str
    layer: str
    memory_mib: int = Machine().memory_mib


# In order: a mutant that one of them notices is not booted on the next. From `sysenter` on there
# are two ways into the kernel, and CPUs that differ in whether they have the second.
BOOTS = (
    Boot("the usual machine", Machine().cpu, "int80"),
    Boot("a machine with 3 MiB", Machine().cpu, "lesson", memory_mib=3),
    Boot("a CPU without SYSENTER", "486", "sysenter"),
    Boot("the same of another vendor", "486,vendor=AuthenticAMD", "sysenter"),
    Boot("a CPU whose CPUID tells nothing", "486,vendor=AuthenticAMD,level=0", "sysenter"),
    Boot("a CPU that only says it had SYSENTER", "pentium2,model=1,stepping=9", "sysenter"),
    Boot("the oldest one that has it", "pentium2,model=3,stepping=3,level=1", "sysenter"),
    Boot("an older one of another vendor", "pentium2,vendor=AuthenticAMD,model=1", "sysenter"),
)


class Outcome(Enum):
    """What became of a mutant; the value heads its column."""

    EQUAL = "equal"  # the same machine code
    NOT_BUILT = "did not build"
    FAILED = "failed"
    HUNG = "hung"
    PANICKED = "panicked"
    RESET = "reset"
    OTHER = "other end"  # of those that are noticed
    SURVIVED = "survived"


_OUTCOMES = {
    Word.PASS: Outcome.SURVIVED,
    Word.FAIL: Outcome.FAILED,
    Word.HANG: Outcome.HUNG,
    Word.FLOOD: Outcome.HUNG,
    Word.NO_BOOT: Outcome.HUNG,
    Word.PANIC: Outcome.PANICKED,
    Word.RESET: Outcome.RESET,
}


@dataclass(frozen=True)
class Judged:
    """A mutant, and how it was noticed, if it was.

    Attributes:
        mutant: Which.
        outcome: What became of it.
        boot: Name of the boot that noticed; empty if none did.
        says: The verdict of the last boot, with its details, or what make said.
    """

    mutant: Mutant
    outcome: Outcome
    boot: str = ""
    says: str = ""


def own_files(step: str | None) -> tuple[str, dict[str, str]]:
    """The step, the default one if it is None, and the text of its kernel's own files by path.

    They are as they stand beside the checks, without those that only the checks have.

    Raises:
        UserError: There is no such step.
    """
    config = load_config(None, _overrides(step, CHECKS))
    own = render_tree(load_config(None, _overrides(step, DEMO)))
    texts = {path: data.decode() for path, data in render_tree(config).items() if path in own}
    return str(config.kernel.step), texts


def _overrides(step: str | None, suite: str) -> tuple[str, ...]:
    return (suite, *([f"kernel.step={step}"] if step else []))


def machine_code(elf: Path) -> list[tuple[int, int, bytes]]:
    """What of a kernel is in memory: address, size and bytes of each section; no names."""
    with elf.open("rb") as file:
        sections = [
            each for each in ELFFile(file).iter_sections() if each["sh_flags"] & SH_FLAGS.SHF_ALLOC
        ]
        return [(each["sh_addr"], each["sh_size"], each.data()) for each in sections]


class Bench:
    """The original of one step, built, and its mutants beside it."""

    def __init__(self, step: str, folder: Path) -> None:
        """Build the original in `folder`, and see that it passes.

        Raises:
            BuildError, ToolError: It cannot be built.
            MachineryError: It does not pass, so that nothing can be said of its mutants.
        """
        self._lab = Lab(folder)
        self._original = self._lab.kernel(*_overrides(step, CHECKS))
        self._code = machine_code(self._original.elf)
        self._boots = [boot for boot in BOOTS if boot.layer in self._original.model.layers]
        word, boot, says = self._first_notice(self._original, "original")
        if word is not Word.PASS:
            raise MachineryError(
                f"the suite does not pass without a change, on {boot}",
                why=says,
                fix=f"mend the kernel first: make run STEP={step} SET={CHECKS}",
            )

    def judge(self, mutant: Mutant) -> Judged:
        """Build and boot a mutant. Nothing is left of it.

        Raises:
            MachineryError: Somebody else has ended the emulator.
        """
        name = mutant.id.replace("/", "-")
        folder = self._lab.root / name
        try:
            done = rebuild(self._original, folder, [mutant])
            if not done.ok:
                return Judged(mutant, Outcome.NOT_BUILT, says=done.stdout + done.stderr)
            kernel = Kernel(self._original.config, folder)
            if machine_code(kernel.elf) == self._code:
                return Judged(mutant, Outcome.EQUAL)
            word, boot, says = self._first_notice(kernel, name)
            return Judged(mutant, _OUTCOMES.get(word, Outcome.OTHER), boot, says)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _first_notice(self, kernel: Kernel, name: str) -> tuple[Word, str, str]:
        """The first verdict that is no pass: its word, the boot's name, and all that it says."""
        says = ""
        for boot in self._boots:
            machine = Machine(boot.cpu, boot.memory_mib, cpus=kernel.config.cpu.count)
            result = self._lab.boot(
                kernel, name, machine=machine, patience=IMPATIENT, max_bytes=OUTPUT_MAX_BYTES
            )
            word, says = result.verdict.word, str(result.verdict)
            # QEMU aborts where it cannot go on, as at a jump to where no memory is.
            if word is Word.KILLED and result.transcript.exit_status != -signal.SIGABRT:
                raise MachineryError("the emulator was killed", where=name, why=says)
            if word is not Word.PASS:
                return word, boot.name, says
        return Word.PASS, "", says


def judge_all(
    mutants: Sequence[Mutant],
    judge: Callable[[Mutant], Judged],
    tell: Callable[[Judged], None],
    jobs: int,
) -> None:
    """Judge mutants, `jobs` at a time, and tell of each as it is done.

    After Ctrl-C none is begun any more. Those that are at work are told of yet: a few seconds.
    """
    stop = Event()

    def unless_stopped(mutant: Mutant) -> Judged | None:
        return None if stop.is_set() else judge(mutant)

    before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        with ThreadPoolExecutor(jobs) as pool:
            try:
                for done in as_completed([pool.submit(unless_stopped, each) for each in mutants]):
                    if (judged := done.result()) is not None:
                        tell(judged)
            finally:
                stop.set()
    finally:
        signal.signal(signal.SIGINT, before)
