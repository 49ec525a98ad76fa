"""Kernels for the boot tests: each configuration is built once a run, whoever needs it first."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Protocol

import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from builder.boot.emulator import BootImage, Machine
from builder.boot.patience import BACKSTOP_S, Limit, Patience
from builder.boot.run import RunResult, run_image
from builder.boot.verdict import Expected, expected_of
from builder.boot.watch import Typed
from builder.config.keys import KernelConfig
from builder.config.load import load_config
from builder.image.build import build_kernel, make_command
from builder.model.kernel import KernelModel, build_model
from builder.tools import commands

CLANG = "clang --target=i386"
# Warnings are errors where CI asks for it, on the tool chain that it is pinned to: a newer compiler
# that warns of more is no reason to fail somebody's test.
WERROR = os.environ.get("TINYGATE_WERROR") == "1"
# What one run of the tests has compiled, the next one need not: a third of its time goes there,
# most of it into compilers' starts. suite/conditions.py says where it is kept.
LAUNCHER = "ccache" if shutil.which("ccache") else ""
# For damaged kernels.
OUTPUT_MAX_BYTES = 1 << 17  # a suite prints a quarter of it
# A hang is waited for. Between two lines a healthy suite executes 40 million instructions at most,
# sleeps for one second of the guest's, and needs 0.2 s of CPU time with two CPUs.
SILENCE = Limit(120e6, idle_s=20, cpu_s=2, asleep_s=2)
IMPATIENT = Patience(boot=SILENCE, suite=SILENCE, ending=SILENCE)


@dataclass(frozen=True)
class Kernel:
    """A built kernel. `folder` holds kernel.elf, disk.img and the tree in kernel/."""

    config: KernelConfig
    folder: Path

    @property
    def elf(self) -> Path:
        return self.folder / "kernel.elf"

    @property
    def disk(self) -> Path:
        return self.folder / "disk.img"

    @property
    def tree(self) -> Path:
        return self.folder / "kernel"

    @property
    def model(self) -> KernelModel:
        return build_model(self.config)

    @property
    def symbols(self) -> dict[str, int]:
        """Addresses of the kernel's symbols by name."""
        return symbols_of(self.elf)

    def image(self, kind: str) -> BootImage:
        """The disk image ("disk"), or the ELF file for QEMU's own loader ("kernel")."""
        return BootImage("disk", self.disk) if kind == "disk" else BootImage("kernel", self.elf)


@cache
def symbols_of(elf: Path) -> dict[str, int]:
    """Addresses of the symbols of an ELF file by name."""
    with elf.open("rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        assert isinstance(table, SymbolTableSection)
        return {symbol.name: symbol["st_value"] for symbol in table.iter_symbols()}


@cache
def _make(target: str) -> tuple[str, ...]:
    """The command that makes `target` in the current folder. The tools are looked for once."""
    command = make_command(
        Path(), jobs=1, cc=None, verbose=False, werror=WERROR, debug=False, launcher=LAUNCHER
    )
    return (*command[:-1], target)


class Damage(Protocol):
    """What is done to one file of a rendered tree."""

    @property
    def path(self) -> str:
        """The file, from the tree's root on."""

    def apply(self, tree: Path) -> None:
        """Do it."""


@dataclass(frozen=True)
class Change:
    """A textual change in one file of a rendered tree."""

    path: str
    old: str
    new: str

    def apply(self, tree: Path) -> None:
        """Replace `old`, which must be there exactly once: a test must not go stale unnoticed."""
        text = (tree / self.path).read_text()
        assert text.count(self.old) == 1, f"{self.path} has {text.count(self.old)} x {self.old!r}"
        (tree / self.path).write_text(text.replace(self.old, self.new))


def rebuild(kernel: Kernel, out: Path, changes: Sequence[Damage]) -> commands.Completed:
    """Make `out` a copy of `kernel` built again after `changes`, by make alone: nothing checks it.

    Of what a build makes there is only kernel.elf, and what make wants for it. Returns what make
    said: there is no kernel.elf if it failed.
    """
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(kernel.tree, out / "kernel")
    for change in changes:
        change.apply(out / "kernel")
        if change.path == "Makefile":  # nothing in the tree depends on it
            shutil.rmtree(out / "kernel" / "obj")
            (out / "kernel" / "kernel.elf").unlink()
    done = commands.run(_make("kernel.elf"), cwd=out / "kernel", timeout_s=BACKSTOP_S)
    if done.ok:
        shutil.copyfile(out / "kernel" / "kernel.elf", out / "kernel.elf")
    return done


@dataclass(frozen=True)
class Lab:
    """Builds and boots kernels below `root`, which all workers of a session share."""

    root: Path
    transcripts: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "transcripts", self.root / "transcripts")

    @contextmanager
    def locked(self, name: str) -> Iterator[Path]:
        """Hold the lock of `name` and give its folder. The kernel drops it if the worker dies."""
        folder = self.root / name
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder

    def kernel(
        self,
        *overrides: str,
        folder: Path | None = None,
        cc: str | None = None,
        debug: bool = False,
    ) -> Kernel:
        """The kernel of a configuration, built and checked.

        Args:
            overrides: KEY=VALUE, as for --set.
            folder: Where the paths in programs.files start.
            cc: The C compiler, instead of the one that is found.
            debug: With source lines.
        """
        if folder is None:
            config = load_config(None, overrides)
        else:
            (folder / "kernel.toml").touch()
            config = load_config(folder / "kernel.toml", overrides)
        compiler = (f"-{cc.split()[0]}" if cc else "") + ("-debug" if debug else "")
        with self.locked(f"{config.kernel.step}-{config.digest}{compiler}") as out:
            if not (out / "built").exists():
                # Two jobs: another worker often waits for the same kernel.
                build_kernel(
                    config, out, jobs=2, cc=cc, werror=WERROR, debug=debug, launcher=LAUNCHER
                )
                (out / "built").touch()
        return Kernel(config, out)

    def damaged(self, kernel: Kernel, name: str, changes: Sequence[Damage]) -> Kernel:
        """A copy of `kernel` built again after `changes`, see `rebuild`. It must build."""
        with self.locked(f"damaged-{name}") as out:
            if not (out / "built").exists():
                done = rebuild(kernel, out, changes)
                assert done.ok, done.stdout + done.stderr
                (out / "built").touch()
        return Kernel(kernel.config, out)

    def boot(
        self,
        kernel: Kernel,
        name: str,
        *,
        kind: str = "kernel",
        machine: Machine | None = None,
        expected: Expected | None = None,
        patience: Patience | None = None,
        typed: Sequence[Typed] = (),
        max_bytes: int | None = None,
    ) -> RunResult:
        """Boot and judge, if nothing else is said by the model. `name` names the transcript."""
        return run_image(
            machine or Machine(kernel.config.machine.cpu, cpus=kernel.config.cpu.count),
            kernel.image(kind),
            transcript_dir=self.transcripts,
            name=re.sub(r"[^A-Za-z0-9.+-]+", "-", name),
            elf_path=kernel.elf,
            expected=expected or expected_of(kernel.model),
            patience=patience,
            typed=typed,
            max_bytes=max_bytes,
        )


def session_folder(factory: pytest.TempPathFactory) -> Path:
    """A folder that belongs to this session and is the same for all its workers."""
    base = factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "kernels"


def clang() -> str:
    """The command of the other compiler, for `Lab.kernel`; skips the test if there is none."""
    if shutil.which("clang") is None:
        pytest.skip("clang is not installed: apt-get install clang")
    return CLANG


def value_of(result: RunResult, pattern: str) -> str:
    """The first group of the one line of the transcript that `pattern` matches."""
    found = re.findall(pattern, result.transcript.text, re.MULTILINE)
    assert len(found) == 1, f"{pattern} matches {len(found)} times\n{result.explain()}"
    return str(found[0])
