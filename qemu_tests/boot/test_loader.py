"""The boot sector and the loader, in QEMU: what they start, and what they refuse and why."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from builder.errors import UserError
from builder.image import check_image
from qemu_tests.loader_kit import (
    HERE,
    LOADER_SOURCE,
    PHDR,
    SECTOR,
    Boot,
    boot,
    build_kernel,
    flip,
    image_of,
    make_image,
)

KERNEL_MAX = 0x80000 - 0x10000 - SECTOR  # boot/layout.inc
EFLAGS_ARITHMETIC = 0x8D5
KERNEL_OFFSET = 5 * SECTOR
CHECKSUM_WRONG = "kernel damaged: the checksum of its file is wrong"


@pytest.fixture(scope="module")
def elf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_kernel(tmp_path_factory.mktemp("kernel"), fill_bytes=8000)


@pytest.fixture(scope="module")
def image(elf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return image_of(tmp_path_factory.mktemp("image") / "tree", elf.read_bytes())


def without_names(booted: Boot) -> list[str]:
    """The kernel's lines but for those that may differ from loader to loader."""
    lines = booted.text.splitlines()
    return [line for line in lines if not line.startswith(("loader ", "flags ", "eflags "))]


@pytest.mark.parametrize("memory_mib", [2, 3, 4, 15, 16, 17, 64, 512])
def test_the_kernel_gets_what_qemus_own_loader_gives(
    elf: Path, image: Path, memory_mib: int
) -> None:
    from_disk = boot(image, memory_mib=memory_mib)
    from_disk.assert_finished()
    assert from_disk.value("eax") == 0x2BADB002
    assert from_disk.value("flags") == 0x241
    assert from_disk.value("eflags") & ~EFLAGS_ARITHMETIC == 2
    assert without_names(from_disk) == without_names(boot(elf, memory_mib=memory_mib))
    assert "loader tinygate boot sector" in from_disk.text.splitlines()


def test_two_boots_with_a_counted_clock_are_the_same(image: Path) -> None:
    first = boot(image, icount=True)
    first.assert_finished()
    assert first == boot(image, icount=True)


@pytest.mark.parametrize(
    "size",
    [2559, 2560, 2561, 64 * SECTOR, 65 * SECTOR, 65535, 65536, 65537, 200_000, KERNEL_MAX],
)
def test_a_kernel_file_of_any_size_that_fits(tmp_path: Path, size: int) -> None:
    kernel = build_kernel(tmp_path / "kernel").read_bytes()
    assert len(kernel) <= size
    padded = kernel + bytes(i * 7 & 0xFF for i in range(size - len(kernel)))
    made = image_of(tmp_path / "tree", padded)
    assert check_image(made).kernel_size == size
    boot(made).assert_finished()


def test_a_large_segment_is_loaded_whole(tmp_path: Path) -> None:
    kernel = build_kernel(tmp_path / "kernel", fill_bytes=440 * 1024, bss_bytes=300_001)
    booted = boot(image_of(tmp_path / "tree", kernel.read_bytes()))
    booted.assert_finished()
    assert booted.value("sum") == boot(kernel).value("sum")


def test_a_kernel_that_is_too_large_does_not_assemble(elf: Path, tmp_path: Path) -> None:
    done = make_image(tmp_path / "tree", elf.read_bytes().ljust(KERNEL_MAX + 1, b"x"))
    assert done.returncode != 0
    wanted = (
        f"error: kernel file of {KERNEL_MAX + 1} bytes is too large: the boot loader has room for"
    )
    assert wanted in done.stderr
    assert not (tmp_path / "tree" / "disk.img").exists()


@pytest.mark.parametrize("byte", [512, 520, 524, 528, 536, 700, 1500, 2000, KERNEL_OFFSET - 1])
def test_a_wrong_bit_in_the_loader_is_named(image: Path, tmp_path: Path, byte: int) -> None:
    assert boot(flip(image, byte * 8 + byte % 8, tmp_path / "disk.img")).reason == "loader damaged"


def test_a_wrong_bit_in_its_checksum_is_named(image: Path, tmp_path: Path) -> None:
    assert boot(flip(image, 440 * 8 + 3, tmp_path / "disk.img")).reason == "loader damaged"


@pytest.mark.parametrize("permille", [0, 1, 250, 500, 999, 1000])
def test_a_wrong_bit_in_the_kernel_is_named(
    elf: Path, image: Path, tmp_path: Path, permille: int
) -> None:
    byte = KERNEL_OFFSET + (elf.stat().st_size - 1) * permille // 1000
    assert boot(flip(image, byte * 8 + 5, tmp_path / "disk.img")).reason == CHECKSUM_WRONG


@pytest.mark.parametrize("sectors", [1, 3, 5, 12])
def test_a_truncated_image_is_a_read_error(image: Path, tmp_path: Path, sectors: int) -> None:
    short = tmp_path / "disk.img"
    short.write_bytes(image.read_bytes()[: sectors * SECTOR])
    reason = boot(short).reason
    assert reason.startswith("disk read error 0x") and int(reason[-2:], 16), reason
    with pytest.raises(UserError) as caught:
        check_image(short)
    assert caught.value.what == "the disk image is truncated"


def set_header(kernel: bytes, offset: int, layout: str, value: int) -> bytes:
    """A copy of an ELF file with one field of its header changed."""
    return kernel[:offset] + struct.pack(layout, value) + kernel[offset + struct.calcsize(layout) :]


def set_segment(kernel: bytes, field: int, value: int) -> bytes:
    """The same for the first program header, that of the kernel's text; fields by number."""
    offset: int = struct.unpack_from("<I", kernel, 28)[0]
    assert PHDR.unpack_from(kernel, offset)[0] == 1
    return set_header(kernel, offset + 4 * field, "<I", value)


P_TYPE, P_OFFSET, P_PADDR, P_FILESZ, P_MEMSZ = 0, 1, 3, 4, 5
BAD_TABLE = "kernel has no program headers inside its file"
OUTSIDE_FILE = "kernel segment reaches beyond its file"
NO_MEMORY = "kernel segment does not fit into this machine's memory"
NO_ENTRY = "kernel entry point is in no segment"
BAD_KERNELS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "magic": (lambda k: set_header(k, 0, "<B", 0x7E), "kernel is not an ELF file"),
    "class": (lambda k: set_header(k, 4, "<B", 2), "kernel is not for a 32-bit i386"),
    "byte order": (lambda k: set_header(k, 5, "<B", 2), "kernel is not for a 32-bit i386"),
    "machine": (lambda k: set_header(k, 18, "<H", 62), "kernel is not for a 32-bit i386"),
    "type": (lambda k: set_header(k, 16, "<H", 3), "kernel is not an executable ELF file"),
    "phentsize": (lambda k: set_header(k, 42, "<H", 31), BAD_TABLE),
    "phnum 0": (lambda k: set_header(k, 44, "<H", 0), BAD_TABLE),
    "phnum max": (lambda k: set_header(k, 44, "<H", 0xFFFF), BAD_TABLE),
    "phoff end": (lambda k: set_header(k, 28, "<I", len(k) - 63), BAD_TABLE),
    "phoff max": (lambda k: set_header(k, 28, "<I", 0xFFFFFFE0), BAD_TABLE),
    "offset end": (lambda k: set_segment(k, P_OFFSET, len(k)), OUTSIDE_FILE),
    "offset wraps": (lambda k: set_segment(k, P_OFFSET, 0xFFFFFFFF), OUTSIDE_FILE),
    "filesz max": (lambda k: set_segment(k, P_FILESZ, 0xFFFFFFFF), OUTSIDE_FILE),
    "memsz small": (
        lambda k: set_segment(k, P_MEMSZ, 16),
        "kernel segment is larger in the file than in memory",
    ),
    "paddr low": (lambda k: set_segment(k, P_PADDR, 0xFFFFF), "kernel segment begins below 1 MiB"),
    "paddr zero": (lambda k: set_segment(k, P_PADDR, 0), "kernel segment begins below 1 MiB"),
    "memsz wraps": (lambda k: set_segment(k, P_MEMSZ, 0xFFF00000), NO_MEMORY),
    "entry low": (lambda k: set_header(k, 24, "<I", 0xFFFFF), NO_ENTRY),
    "entry high": (lambda k: set_header(k, 24, "<I", 0x180000), NO_ENTRY),
    "no text": (lambda k: set_segment(k, P_TYPE, 6), NO_ENTRY),
}


@pytest.mark.parametrize("name", BAD_KERNELS)
def test_a_bad_kernel_is_refused_by_loader_and_host(elf: Path, tmp_path: Path, name: str) -> None:
    change, reason = BAD_KERNELS[name]
    made = image_of(tmp_path / "tree", change(elf.read_bytes()))
    assert boot(made).reason == reason
    with pytest.raises(UserError, match=r"the kernel (is|has)"):
        check_image(made)


def test_a_kernel_for_more_memory_than_there_is(tmp_path: Path) -> None:
    kernel = build_kernel(tmp_path / "kernel", bss_bytes=3 << 20).read_bytes()
    made = image_of(tmp_path / "tree", kernel)
    assert boot(made, memory_mib=4).reason == NO_MEMORY
    boot(made, memory_mib=5).assert_finished()


def hooked(image: Path, folder: Path, *defines: str) -> Path:
    """A copy of `image` that runs boot/bios_hook.asm first."""
    data = bytearray(image.read_bytes())
    last = len(data) // SECTOR - 1
    sector = folder / "hook.bin"
    argv = ["nasm", "-f", "bin", "-Wall", "-Werror", f"-DREAL_LBA={last}"]
    argv += [*(f"-D{define}" for define in defines), "-o", str(sector)]
    subprocess.run([*argv, str(HERE / "bios_hook.asm")], check=True, timeout=60)
    data[last * SECTOR :] = data[:SECTOR]
    data[:SECTOR] = sector.read_bytes()
    (folder / "hooked.img").write_bytes(data)
    return folder / "hooked.img"


@pytest.mark.parametrize("memory_mib", [2, 16, 64])
@pytest.mark.parametrize("failing", [["FAIL_E820"], ["FAIL_E820", "FAIL_E801"]])
def test_a_bios_without_a_memory_map(
    image: Path, tmp_path: Path, failing: list[str], memory_mib: int
) -> None:
    booted = boot(hooked(image, tmp_path, *failing), memory_mib=memory_mib)
    booted.assert_finished()
    upper_kib = (memory_mib - 1) * 1024 - 128  # SeaBIOS keeps 128 KiB for itself
    # int 15h AH=88h counts to 63 MiB.
    assert booted.value("upper") == upper_kib
    assert booted.text.count("\nmap ") == (3 if len(failing) == 1 and memory_mib > 16 else 2)


def test_a_bios_that_knows_of_no_memory(image: Path, tmp_path: Path) -> None:
    made = hooked(image, tmp_path, "FAIL_E820", "FAIL_E801", "FAIL_88")
    assert boot(made).reason == "the BIOS reports no memory at 1 MiB"


@pytest.mark.parametrize(
    "answer",
    [["FAIL_LBA"], ["LBA_BX=0x55aa", "LBA_CX=1"], ["LBA_BX=0xaa55", "LBA_CX=6"]],
    ids=["unknown call", "no answer", "no reads"],
)
def test_a_bios_that_reads_by_cylinder_only(image: Path, tmp_path: Path, answer: list[str]) -> None:
    reason = boot(hooked(image, tmp_path, *answer)).reason
    assert reason == "this BIOS cannot read the disk by sector number"


def test_a_drive_that_fails_twice_is_asked_again(image: Path, tmp_path: Path) -> None:
    boot(hooked(image, tmp_path, "FAIL_READS=2")).assert_finished()


def test_a_drive_that_fails_three_times_is_given_up(image: Path, tmp_path: Path) -> None:
    assert boot(hooked(image, tmp_path, "FAIL_READS=3")).reason == "disk read error 0x2a"


@pytest.mark.parametrize("way", ["BIOS", "port 92", "keyboard", "none"])
def test_address_line_20_is_switched_on_each_way(elf: Path, tmp_path: Path, way: str) -> None:
    """All ways but one are made to fail, so that none can cover up for another."""
    changes = []
    if way != "port 92":
        changes.append(("a20.asm", "FAST_A20_ON     0x02", "FAST_A20_ON     0x00"))
    if way != "keyboard":
        changes.append(("a20.asm", "KBD_PINS_A20    0xdf", "KBD_PINS_A20    0xdd"))
    made = image_of(tmp_path / "tree", elf.read_bytes(), changes)
    booted = boot(hooked(made, tmp_path, "A20_OFF", *["FAIL_2401"] * (way != "BIOS")))
    if way == "none":
        assert booted.reason == "address line A20 cannot be switched on"
    else:
        booted.assert_finished()


@pytest.mark.parametrize("bss_bytes", [1, 4095, 4096, 30_002, 30_003])
def test_memory_that_the_file_does_not_fill_is_zeroed(tmp_path: Path, bss_bytes: int) -> None:
    dirt = tmp_path / "dirt"
    dirt.write_bytes(b"\xa5" * (1 << 20))
    kernel = build_kernel(tmp_path / "kernel", bss_bytes=bss_bytes).read_bytes()
    boot(image_of(tmp_path / "tree", kernel), dirt=dirt).assert_finished()


def test_a_memory_map_in_no_order(image: Path, tmp_path: Path) -> None:
    booted = boot(hooked(image, tmp_path, "ODD_E820"))
    booted.assert_finished()
    assert booted.value("upper") == 6 * 1024  # from 1 MiB to the gap at 7 MiB
    assert booted.text.count("\nmap ") == 6


def test_the_refusals_in_the_table_are_all_there_are() -> None:
    """A reason that no test provokes is a reason that nobody has seen."""
    tested = Path(__file__).read_text()
    for name in ("kernel_file.asm", "memory_map.asm", "a20.asm", "bootsect.asm"):
        for line in (LOADER_SOURCE / name).read_text().splitlines():
            label, _, text = line.partition('"')
            if label.strip().endswith("db") and len(text.split()) > 2:
                assert text.partition('"')[0] in tested, line
