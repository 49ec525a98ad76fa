"""SYSENTER at random addresses of ring 3, with random registers, flags and segments."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from builder.boot.run import RunResult
from builder.config.step import Step
from qemu_tests.kit.kernels import Damage, Lab

SOURCE = Path(__file__).with_name("random_calls.asm")
CALLS_OF_A_BOOT_MAX = 1_000_000  # some seconds without a word
DEADLY_OF_A_BOOT_MAX = 250_000  # of 64 of them one ends its process, of which the kernel tells
STEPS = (
    Step.SYSENTER,
    Step.VSYSCALL,
    Step.ROBUST,
    Step.PROCESSES,
)
STACKS = ("per-switch", "esp0-word", "tss-end")
_MOVED_BY_THE_PAGE = 16
_BACK = 0x0A0A0A0A  # as in the source


@dataclass(frozen=True)
class Trial:
    """Which calls of which kernel.

    Attributes:
        stack: What MSR_IA32_SYSENTER_ESP holds, from step robust on.
    """

    step: Step
    seed: int
    calls: int
    stack: str = "tss-end"

    @property
    def is_deadly(self) -> bool:
        """Are there calls among them that end a process?"""
        return self.step >= Step.PROCESSES

    @property
    def program(self) -> str:
        """Its name, by which two kernels of one configuration have the same program inside."""
        return f"random-calls-{self.seed}-{self.calls}"

    @property
    def overrides(self) -> tuple[str, ...]:
        """Of the kernel's configuration; programs.files start where the program is."""
        own = (
            f"kernel.step={self.step}",
            "programs.suite=none",
            f"programs.files=['{self.program}']",
        )
        return (*own, f"sysenter.stack={self.stack}") if self.step >= Step.ROBUST else own

    @property
    def again(self) -> str:
        """The line that does the same."""
        return (
            f"python -m qemu_tests.random_calls --step {self.step} --stack {self.stack} "
            f"--seed {self.seed} --calls {self.calls}"
        )

    def boots(self) -> Iterator[Trial]:
        """The same in parts; each with a seed of its own, which counts on."""
        left, seed = self.calls, self.seed
        most = DEADLY_OF_A_BOOT_MAX if self.is_deadly else CALLS_OF_A_BOOT_MAX
        while left > 0:
            yield replace(self, seed=seed, calls=min(left, most))
            left, seed = left - most, seed + 1


def try_calls(lab: Lab, folder: Path, trial: Trial, changes: tuple[Damage, ...] = ()) -> RunResult:
    """Build the program, into `folder`, and the kernel with it inside, and boot that."""
    folder.mkdir(parents=True, exist_ok=True)
    moved = 0 if trial.step == Step.SYSENTER else _MOVED_BY_THE_PAGE
    told = [f"-DSEED={trial.seed}", f"-DCALLS={trial.calls}", f"-DMOVED={moved}"]
    told += ["-DDEADLY"] if trial.is_deadly else []
    nasm = ["nasm", "-f", "elf32", *told, "-o", "object", str(SOURCE)]
    subprocess.run(nasm, cwd=folder, check=True)
    link = ["ld", "-m", "elf_i386", "-z", "noexecstack", f"--section-start=.back={_BACK:#x}"]
    subprocess.run([*link, "-o", trial.program, "object"], cwd=folder, check=True)
    name = f"{trial.program}-{trial.step}-{trial.stack}"
    kernel = lab.kernel(*trial.overrides, folder=folder)
    if changes:
        kernel = lab.damaged(kernel, f"{name}-{changes[0].path.replace('/', '-')}", changes)
    return lab.boot(kernel, name)


def problem_of(trial: Trial, result: RunResult) -> str:
    """Why it did not go well, and what does it again; empty if it did."""
    well = f"{trial.calls:>10} random calls went as they must\n"
    if result.verdict.passed and well in result.transcript.text:
        return ""
    return f"{result.explain()}\n{trial.again}"
