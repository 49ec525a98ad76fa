"""`tinygate bench`: every figure of one kernel in one run, from its configuration on."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from builder.bench import beside_debian, growth, measure, report, xray_time
from builder.bench.figures import Row
from builder.bench.yardstick import assemble
from builder.boot.emulator import Emulator, Machine, Qemu
from builder.config.keys import KernelConfig, ProgramsSection
from builder.config.step import Step
from builder.errors import FileError, UserError
from builder.tools import commands
from builder.tools.resources import data_dir
from builder.tools.whole_file import write_whole


class Built(Protocol):
    """What the benchmark needs of a build's result."""

    @property
    def kernel_elf(self) -> Path:
        """The linked kernel."""

    @property
    def disk_img(self) -> Path:
        """The bootable image."""


def _build(cfg: KernelConfig, out_dir: Path) -> Built:
    from builder.image.build import build_kernel  # only here: tests bring their own

    return build_kernel(cfg, out_dir)


def _image_command(out_dir: Path) -> Sequence[str]:
    """What `make image` runs once everything is installed."""
    return _tinygate("image", out_dir, ())


def _tinygate(verb: str, out_dir: Path, words: Sequence[str]) -> Sequence[str]:
    """A verb, for the default kernel in that folder."""
    start = "from builder.cli import main; main()"
    return [sys.executable, "-c", start, verb, "--out", str(out_dir), *words]


@dataclass(frozen=True)
class Parts:
    """What main_bench uses; tests replace some.

    Attributes:
        build: Makes ours.
        image_command: Command line that makes the image in a given folder; None: do not time it.
        tinygate: Command line of a verb, in a given folder and with more words; None: do not time
            the recording of calls.
        yardstick_source: Folder with the yardsticks' sources; None: the package's own.
        emulator: What boots it all.
        nasm: NASM's name or path.
        objcopy: objcopy's name or path.
    """

    build: Callable[[KernelConfig, Path], Built] = _build
    image_command: Callable[[Path], Sequence[str]] | None = _image_command
    tinygate: Callable[[str, Path, Sequence[str]], Sequence[str]] | None = _tinygate
    yardstick_source: Path | None = None
    emulator: Emulator = field(default_factory=Qemu)
    nasm: str = "nasm"
    objcopy: str = "objcopy"
    linux: beside_debian.Parts = field(default_factory=beside_debian.Parts)


@dataclass(frozen=True)
class Result:
    """What was measured, and how it is to be shown."""

    rows: list[Row]  # in the order of the table
    look: report.Look = report.BESIDE_YARDSTICKS
    remarks: Sequence[str] = ()
    growing: Sequence[growth.Growth] = ()  # of step linux: a table of its own
    json: str = ""  # what bench.json holds


def main_bench(
    cfg: KernelConfig,
    out_dir: Path,
    *,
    runs: int = 15,
    progress: Callable[[str], None] = lambda _text: None,
    parts: Parts | None = None,
) -> Result:
    """Measure everything, and write bench.json.

    Args:
        cfg: The kernel to measure; its programs must print `# cost` lines (the default's do).
        out_dir: Where `bench/` is made, with bench.json, our build and the yardsticks in it.
        runs: Rounds of boots for the figures of wall time.
        progress: Called with a few words before anything that takes time.
        parts: For tests.

    Raises:
        UserError: `runs` is below 1, or the step has no vsyscall page.
        ToolError, BuildError, EmulatorError, FileError: as their names say.
    """
    if runs < 1:
        raise UserError("there is nothing to measure", where="--runs", why=f"{runs} is below 1")
    if cfg.kernel.step < Step.VSYSCALL:
        raise UserError(
            "only kernels with a vsyscall page can be compared",
            where="kernel.step",
            why=f"step {cfg.kernel.step} has none",
            fix="leave STEP out, or use STEP=vsyscall",
        )
    parts = parts or Parts()
    folder = out_dir / "bench"
    if cfg.kernel.step >= Step.LINUX:
        result = _beside_debian(cfg, folder, runs, progress, parts)
    else:
        result = _beside_yardsticks(cfg, folder, runs, progress, parts)
    about = {**_about(cfg, runs, parts), "remarks": list(result.remarks)}
    if result.growing:
        about["growth"] = growth.as_objects(result.growing)
    text = report.as_json(result.rows, about)
    _save(folder / "bench.json", text)
    return replace(result, json=text)


def _beside_debian(
    cfg: KernelConfig, folder: Path, runs: int, progress: Callable[[str], None], parts: Parts
) -> Result:
    progress("building")
    built = parts.build(cfg, folder / "ours")
    bare = parts.build(_without_programs(cfg), folder / "bare")
    yardsticks = assemble(_yardstick_source(parts), folder / "yardstick", nasm=parts.nasm)
    rows, growing, remarks = beside_debian.measure(
        cfg,
        beside_debian.Kernels(built.kernel_elf, bare.kernel_elf, yardsticks.empty),
        folder,
        parts.emulator,
        runs=runs,
        progress=progress,
        parts=parts.linux,
    )
    return Result(rows, report.BESIDE_DEBIAN, remarks, growing)


def _yardstick_source(parts: Parts) -> Path:
    return parts.yardstick_source or data_dir("kernel_src") / "yardstick"


def _without_programs(cfg: KernelConfig) -> KernelConfig:
    return cfg.model_copy(update={"programs": ProgramsSection(suite="none")})


def _beside_yardsticks(
    cfg: KernelConfig, folder: Path, runs: int, progress: Callable[[str], None], parts: Parts
) -> Result:
    progress("building")
    built = parts.build(cfg, folder / "ours")
    bench = measure.Bench(
        emulator=parts.emulator,
        machine=Machine(cpu=cfg.machine.cpu, memory_mib=cfg.machine.memory_mib, cpus=cfg.cpu.count),
        kernel=built.kernel_elf,
        disk=built.disk_img,
        yardsticks=assemble(_yardstick_source(parts), folder / "yardstick", nasm=parts.nasm),
        progress=progress,
    )
    return Result(_rows(bench, runs, parts))


def _rows(bench: measure.Bench, runs: int, parts: Parts) -> list[Row]:
    rows = measure.instruction_rows(bench)
    done = measure.rounds(bench, runs)
    rows += measure.wall_rows(done)
    rows += measure.start_rows(done)
    rows += measure.size_rows(bench, parts.objcopy)
    rows.append(measure.memory_row(bench))
    if parts.image_command is not None:
        rows += measure.image_rows(parts.image_command, bench)
    if parts.tinygate is not None:
        rows += xray_time.rows(parts.tinygate, bench)
    return rows


def _about(cfg: KernelConfig, runs: int, parts: Parts) -> dict[str, Any]:
    """How it was measured: enough to know whether two files may be compared."""
    version = commands.run([getattr(parts.emulator, "program", parts.emulator.name), "--version"])
    return {
        "config": cfg.digest,
        "runs": runs,
        "emulator": version.stdout.partition("\n")[0],
        "cpu": cfg.machine.cpu,
        "memory_mib": cfg.machine.memory_mib,
        "host": platform.machine(),
        "host_cpus": os.cpu_count(),
    }


def _save(path: Path, text: str) -> None:
    """Write whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    except OSError as error:
        raise FileError(
            f"cannot write {path.name}: {error.strerror}", where=str(path), fix="free some space"
        ) from error
