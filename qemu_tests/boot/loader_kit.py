"""What the tests of boot loaders and disk images share: a kernel of their own, and images of it."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from builder.boot.emulator import BootImage, Machine, Qemu
from builder.boot.patience import BACKSTOP_S
from builder.model import outcomes
from builder.tools.resources import data_dir
from qemu_tests.kit.guests import run_to_end

HERE = Path(__file__).parent
LOADER_SOURCE = data_dir("kernel_src") / "steps" / "robust" / "boot"
SECTOR = 512
PHDR = struct.Struct("<8I")
DISK_ERROR = "the BIOS cannot read the disk (int 13h AH=42h)"
Change = tuple[str, str, str]  # file in boot/, old text, new text
CONSTANTS = {
    "OUTCOME_PORT": outcomes.OUTCOME_PORT,
    "OUTCOME_LOADER": outcomes.LOADER.code,
    "CR0_PE": 1,
    "MULTIBOOT_BOOTLOADER_MAGIC": 0x2BADB002,
    "MULTIBOOT_INFO_MEMORY": 0x1,
    "MULTIBOOT_INFO_MEM_MAP": 0x40,
}
MAKEFILE = """\
NASM := nasm
OBJCOPY := objcopy
WERROR := 1
Q := @
.DELETE_ON_ERROR:
include boot/disk_image.mk
"""
LINKER_SCRIPT = """\
ENTRY(start)
PHDRS { text PT_LOAD FLAGS(5); bss PT_LOAD FLAGS(6); }
SECTIONS {
  . = 0x100000;
  image_start = .;
  .text : { *(.text) *(.rodata) } :text
  image_end = .;
  . = ALIGN(4096);
  .bss : { *(.bss) } :bss
}
"""


@dataclass(frozen=True)
class Boot:
    """How a boot ended: exit status of QEMU (None: it had to be stopped) and the serial text."""

    status: int | None
    text: str

    def value(self, name: str) -> int:
        """The number that the test kernel printed behind `name`."""
        (line,) = [line for line in self.text.splitlines() if line.startswith(f"{name} ")]
        return int(line.split()[1], 16)

    @property
    def memory_map(self) -> list[tuple[int, int, int]]:
        """The memory map that the test kernel was given: base, length and type of each entry."""
        lines = (line.split() for line in self.text.splitlines() if line.startswith("map "))
        rows = ((int(a + b, 16), int(c + d, 16), int(kind, 16)) for _, a, b, c, d, kind in lines)
        return list(rows)

    @property
    def reason(self) -> str:
        """Why the loader refused; fails if it did anything else."""
        assert self.status == outcomes.LOADER.exit_status, self
        assert self.text.startswith(outcomes.LOADER_PREFIX), self
        assert self.text.endswith("\n") and self.text.count("\n") == 1, self
        return self.text[len(outcomes.LOADER_PREFIX) : -1]

    def assert_finished(self) -> None:
        """The test kernel ran to its end, got all of its file, and its .bss was zero."""
        assert self.status == outcomes.FINISHED.exit_status, self
        assert self.text.startswith(outcomes.BANNER_PREFIX), self
        assert self.value("zeroed") == 1, self


def build_kernel(folder: Path, *, fill_bytes: int = 0, bss_bytes: int = 4096) -> Path:
    """Assemble and link the test kernel; the file is stripped."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kernel.ld").write_text(LINKER_SCRIPT)
    defines = [
        f"-DOUTCOME_PORT={outcomes.OUTCOME_PORT}",
        f"-DOUTCOME_FINISHED={outcomes.FINISHED.code}",
        f"-DBANNER_PREFIX='{outcomes.BANNER_PREFIX}'",
        f"-DFINISHED_PREFIX='{outcomes.FINISHED_PREFIX}'",
        f"-DFILL_BYTES={fill_bytes}",
        f"-DBSS_BYTES={bss_bytes}",
    ]
    object_file, elf = folder / "kernel.o", folder / "kernel.elf"
    source = HERE / "loader_kernel.asm"
    nasm = [
        "nasm",
        "-f",
        "elf32",
        *defines,
        "-o",
        str(object_file),
        str(source),
    ]
    link = ["ld", "-m", "elf_i386", "-n", "-s", "--build-id=none", "-T", str(folder / "kernel.ld")]
    subprocess.run(nasm, check=True, timeout=BACKSTOP_S)
    subprocess.run([*link, "-o", str(elf), str(object_file)], check=True, timeout=BACKSTOP_S)
    return elf


def make_image(
    folder: Path, kernel: bytes, changes: Sequence[Change] = ()
) -> subprocess.CompletedProcess[str]:
    """Run the tree's own rules for disk.img, on `kernel` as it is and boot/ with `changes`."""
    shutil.copytree(LOADER_SOURCE, folder / "boot")
    for name, old, new in changes:
        text = (folder / "boot" / name).read_text()
        assert old in text
        (folder / "boot" / name).write_text(text.replace(old, new, 1))
    (folder / "include").mkdir()
    lines = (f"%define {name} {value}\n" for name, value in CONSTANTS.items())
    (folder / "include" / "constants.inc").write_text("".join(lines))
    (folder / "Makefile").write_text(MAKEFILE)
    (folder / "kernel.elf").write_bytes(kernel)
    # Not objcopy: the tests want to say what the kernel's file is, byte for byte.
    keep = 'OBJCOPY=keep() { cp "$$2" "$$3"; }; keep'
    argv = ["make", "-C", str(folder), keep, "disk.img"]
    return subprocess.run(argv, capture_output=True, text=True, timeout=BACKSTOP_S, check=False)


def image_of(folder: Path, kernel: bytes, changes: Sequence[Change] = ()) -> Path:
    """The disk image of `kernel`; fails if it cannot be made without a warning."""
    done = make_image(folder, kernel, changes)
    assert done.returncode == 0 and not done.stderr, done.stdout + done.stderr
    return folder / "disk.img"


def boot(
    path: Path,
    *,
    memory_mib: int = 16,
    icount: bool = False,
    dirt: Path | None = None,
    disk: str = "ide",
) -> Boot:
    """Boot a disk image, or a kernel by QEMU's own loader if its name ends in .elf.

    The disk is IDE by default: for virtio SeaBIOS needs memory of its own, which would show in
    the memory map, and it waits for ever for a sector that is not there. The bytes of `dirt` are
    in memory from 1 MiB on when the machine starts; without it, zeros.
    """
    image = BootImage("kernel" if path.suffix == ".elf" else "disk", path)
    argv = Qemu().command(Machine(memory_mib=memory_mib, icount=icount), image)
    if image.kind == "disk":
        assert ",if=virtio," in argv[-1], argv
        argv[-1] = argv[-1].replace(",if=virtio,", f",if={disk},")
    if dirt is not None:
        argv += ["-device", f"loader,file={dirt},addr=0x100000,force-raw=on"]
    run = run_to_end(argv)
    return Boot(run.status, run.text)


def flip(image: Path, bit: int, copy: Path) -> Path:
    """A copy of `image` with one bit turned over; bit 0 is the lowest of byte 0."""
    data = bytearray(image.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    copy.write_bytes(data)
    return copy


def hooked(image: Path, folder: Path, *defines: str) -> Path:
    """A copy of `image` that runs boot/bios_hook.asm first."""
    data = bytearray(image.read_bytes())
    last = len(data) // SECTOR - 1
    sector = folder / "hook.bin"
    argv = ["nasm", "-f", "bin", f"-DREAL_LBA={last}"]
    argv += [*(f"-D{define}" for define in defines), "-o", str(sector)]
    subprocess.run([*argv, str(HERE / "bios_hook.asm")], check=True, timeout=BACKSTOP_S)
    data[last * SECTOR :] = data[:SECTOR]
    data[:SECTOR] = sector.read_bytes()
    (folder / "hooked.img").write_bytes(data)
    return folder / "hooked.img"
