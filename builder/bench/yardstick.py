"""Assembles the yardsticks: kernels that do nothing but what is to be compared with.

Their sources are in kernel_src/yardstick/, each with the reason for it in its first lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from builder.boot.patience import BACKSTOP_S
from builder.errors import BuildError, FileError
from builder.tools import commands

DISK_BYTES = 1 << 20  # the BIOS wants a disk with at least one track; the rest is a hole


@dataclass(frozen=True)
class Yardsticks:
    """The assembled files."""

    empty: Path  # Multiboot kernel: one byte, then the end
    sector: Path  # raw disk image: the same from a boot sector
    gates: Path  # Multiboot kernel: the bare gates


def assemble(source: Path, out_dir: Path, *, nasm: str = "nasm") -> Yardsticks:
    """Assemble all three into `out_dir`, which is made if it does not exist.

    Raises:
        ToolError: there is no NASM.
        BuildError: NASM had anything to complain about.
        FileError: the files could not be written.
    """
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        empty = _nasm(nasm, source / "empty.asm", out_dir / "empty.bin")
        sector = _nasm(nasm, source / "boot_sector.asm", out_dir / "boot_sector.img")
        gates = _nasm(nasm, source / "gates.asm", out_dir / "gates.bin")
        with sector.open("r+b") as image:
            image.truncate(DISK_BYTES)
    except OSError as error:
        raise FileError(
            f"cannot write the yardsticks: {error.strerror}",
            where=str(error.filename or out_dir),
            fix="free some space, or choose another folder with --out",
        ) from error
    return Yardsticks(empty, sector, gates)


def _nasm(nasm: str, source: Path, output: Path) -> Path:
    include = f"{source.parent}/"  # old NASMs want the slash
    argv = [nasm, "-f", "bin", "-I", include, "-o", str(output), str(source)]
    done = commands.run(argv, timeout_s=BACKSTOP_S)
    if not done.ok:
        raise BuildError(
            f"NASM refused {source.name}",
            where=done.command.shell(),
            why=done.stderr.strip(),
            fix="undo the change to kernel_src/yardstick, or report this with your NASM's version",
        )
    return output
