"""The disk of the lesson's kernels: one boot sector, and the kernel as it will lie in memory."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from builder.boot.emulator import BootImage, Machine, Qemu
from builder.boot.patience import BACKSTOP_S
from builder.boot.run import RunResult, run_image
from builder.boot.verdict_words import Word
from builder.errors import UserError
from builder.image.build import make_command
from builder.image.disk_check import check_image
from builder.model.outcomes import FINISHED, LOADER_PREFIX
from builder.tools import commands
from qemu_tests.boot.loader_kit import DISK_ERROR, SECTOR, Boot, boot, hooked
from qemu_tests.kit.kernels import IMPATIENT, WERROR, Change, Kernel, Lab, rebuild

KERNEL_BYTES_MAX = 512 * 1024  # boot/bootsect.asm
READS_MAX = 16  # for that many bytes


class IdeQemu(Qemu):
    """With an IDE disk: on a virtio disk SeaBIOS waits for ever for a sector that is not there."""

    def command(self, *args: object) -> list[str]:
        argv = super().command(*args)  # type: ignore[arg-type]
        return [word.replace(",if=virtio,", ",if=ide,") for word in argv]


@pytest.fixture(scope="module")
def kernel(lab: Lab) -> Kernel:
    return lab.kernel("kernel.step=int80")


def refused(image: Path, folder: Path) -> RunResult:
    """Boot an image that must be refused: the line is all that comes."""
    result = run_image(
        Machine(), BootImage("disk", image), transcript_dir=folder, name="refused",
        patience=IMPATIENT, emulator=IdeQemu(),
    )  # fmt: skip
    assert result.verdict.word is Word.LOADER, result.explain()
    assert result.transcript.text == f"{LOADER_PREFIX}{DISK_ERROR}\n"
    return result


def assert_finished(booted: Boot) -> None:
    assert booted.status == FINISHED.exit_status, booted
    assert booted.text.endswith(" passed, 0 failed\n"), booted


@pytest.mark.parametrize("left", ["boot sector", "half", "all but the last"])
def test_a_kernel_that_is_cut_off_is_a_read_error(
    kernel: Kernel, tmp_path: Path, left: str
) -> None:
    data = kernel.disk.read_bytes()
    sectors = int.from_bytes(data[508:510], "little")
    kept = {"boot sector": 0, "half": sectors // 2, "all but the last": sectors - 1}[left]
    short = tmp_path / "disk.img"
    short.write_bytes(data[: (1 + kept) * SECTOR])
    refused(short, tmp_path)
    with pytest.raises(UserError) as caught:
        check_image(short)
    assert caught.value.what == "the disk image is truncated"


def test_a_disk_that_ends_with_the_kernel_is_enough(kernel: Kernel, tmp_path: Path) -> None:
    data = kernel.disk.read_bytes()
    short = tmp_path / "disk.img"
    short.write_bytes(data[: (1 + int.from_bytes(data[508:510], "little")) * SECTOR])
    assert_finished(boot(short))


@pytest.mark.parametrize("good_reads", [0, 1, READS_MAX - 1])
def test_a_read_that_fails_is_named(kernel: Kernel, tmp_path: Path, good_reads: int) -> None:
    assert made_of(kernel, tmp_path, KERNEL_BYTES_MAX).ok
    disk = tmp_path / "kernel/disk.img"
    refused(hooked(disk, tmp_path, "FAIL_READS=1", f"GOOD_READS={good_reads}"), tmp_path)


def test_there_are_no_more_reads_than_the_kernel_takes(kernel: Kernel, tmp_path: Path) -> None:
    assert made_of(kernel, tmp_path, KERNEL_BYTES_MAX).ok
    disk = tmp_path / "kernel/disk.img"
    assert_finished(boot(hooked(disk, tmp_path, "FAIL_READS=1", f"GOOD_READS={READS_MAX}")))


def test_address_line_20_is_switched_on(kernel: Kernel, tmp_path: Path) -> None:
    assert_finished(boot(hooked(kernel.disk, tmp_path, "A20_OFF")))


@pytest.mark.parametrize("kib", [1024, 2048, 3072, 0x3C00, 0xFFFF])
def test_memory_is_what_the_bios_says_up_to_4_mib(kernel: Kernel, tmp_path: Path, kib: int) -> None:
    booted = boot(hooked(kernel.disk, tmp_path, f"SIZE_88={kib}"))
    assert_finished(booted)
    end = min(1024 + kib, 4096) * 1024
    assert f"-{0xC0000000 + end - 1:08x} rw its data, and page frames\n" in booted.text


def test_memory_behind_the_file_is_zeroed(kernel: Kernel, tmp_path: Path) -> None:
    dirt = tmp_path / "dirt"
    dirt.write_bytes(b"\xa5" * (1 << 20))
    assert_finished(boot(kernel.disk, dirt=dirt))


def made_of(kernel: Kernel, folder: Path, kernel_bytes: int) -> commands.Completed:
    """Make disk.img in a copy of the tree, of a kernel that zeros make larger."""
    tree = folder / "kernel"
    shutil.copytree(kernel.tree, tree)
    (tree / "obj/boot/kernel.bin").unlink()
    command = make_command(tree, jobs=1, cc=None, verbose=False, werror=WERROR, debug=False)
    padded = f'pad() {{ objcopy "$$@" && truncate -s {kernel_bytes} "$$4"; }}; pad'
    return commands.run([*command[:-1], f"OBJCOPY={padded}", "disk.img"], timeout_s=BACKSTOP_S)


def test_the_largest_kernel_that_low_memory_has_room_for(kernel: Kernel, tmp_path: Path) -> None:
    done = made_of(kernel, tmp_path, KERNEL_BYTES_MAX)
    assert done.ok, done.stderr
    assert_finished(boot(tmp_path / "kernel/disk.img"))


def test_a_kernel_that_is_too_large_does_not_assemble(kernel: Kernel, tmp_path: Path) -> None:
    done = made_of(kernel, tmp_path, KERNEL_BYTES_MAX + 1)
    assert not done.ok
    assert (
        f"error: a kernel of {KERNEL_BYTES_MAX + 1} bytes is too large: low memory has room for "
        "512 KiB" in done.stderr
    )
    assert not (tmp_path / "kernel/disk.img").exists()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (Change("boot/start.asm", "\nboot_start:", "\n    nop\nboot_start:"), "jumps elsewhere"),
        (
            Change("boot/start.asm", "boot_stack:\n", "    resb 1 << 20\nboot_stack:\n"),
            "the kernel does not fit into 2 MiB of memory",
        ),
    ],
    ids=["entry", "memory"],
)
def test_what_the_boot_sector_relies_on_is_checked_by_the_linker(
    kernel: Kernel, tmp_path: Path, change: Change, why: str
) -> None:
    done = rebuild(kernel, tmp_path / "out", [change])
    assert not done.ok
    assert why in done.stderr, done
