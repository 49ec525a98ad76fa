"""The boot sector and the loader, in QEMU: what they start, and what they refuse and why."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from builder.errors import UserError
from builder.image.disk_check import check_image
from qemu_tests.boot.loader_kit import (
    DISK_ERROR,
    LOADER_SOURCE,
    PHDR,
    SECTOR,
    Boot,
    boot,
    build_kernel,
    flip,
    hooked,
    image_of,
    make_image,
)

KERNEL_MAX = 0x80000 - 0x10000  # boot/layout.inc
EFLAGS_ARITHMETIC = 0x8D5
KERNEL_OFFSET = 3 * SECTOR
NO_MAP = "the BIOS reports no memory at 1 MiB (int 15h AX=E820h, AX=E801h, AH=88h)"
NO_MEMORY = "kernel segment does not fit into this machine's memory"
TOO_LOW = "kernel segment begins below 1 MiB"
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
    return [line for line in lines if not line.startswith(("flags ", "eflags "))]


@pytest.mark.parametrize("memory_mib", [2, 3, 4, 15, 16, 17, 64, 512])
def test_the_kernel_gets_what_qemus_own_loader_gives(
    elf: Path, image: Path, memory_mib: int
) -> None:
    from_disk = boot(image, memory_mib=memory_mib)
    from_disk.assert_finished()
    assert from_disk.value("eax") == 0x2BADB002
    assert from_disk.value("flags") == 0x41
    assert from_disk.value("eflags") & ~EFLAGS_ARITHMETIC == 2
    assert without_names(from_disk) == without_names(boot(elf, memory_mib=memory_mib))


@pytest.mark.parametrize("disk", ["ide", "virtio"])
def test_any_disk_that_the_bios_can_read(image: Path, disk: str) -> None:
    boot(image, disk=disk).assert_finished()


def test_two_boots_with_a_counted_clock_are_the_same(image: Path) -> None:
    first = boot(image, icount=True)
    first.assert_finished()
    assert first == boot(image, icount=True)


@pytest.mark.parametrize(
    "size",
    [2559, 2560, 2561, 64 * SECTOR, 64 * SECTOR + 1, 65535, 65536, 65537, 200_000, KERNEL_MAX],
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


@pytest.mark.parametrize("byte", [446, 512, 520, 524, 528, 536, 700, 1500, KERNEL_OFFSET - 1])
def test_a_wrong_bit_in_the_loader_is_named(image: Path, tmp_path: Path, byte: int) -> None:
    assert boot(flip(image, byte * 8 + byte % 8, tmp_path / "disk.img")).reason == "loader damaged"


@pytest.mark.parametrize("permille", [0, 1, 250, 500, 999, 1000])
def test_a_wrong_bit_in_the_kernel_is_named(
    elf: Path, image: Path, tmp_path: Path, permille: int
) -> None:
    byte = KERNEL_OFFSET + (elf.stat().st_size - 1) * permille // 1000
    assert boot(flip(image, byte * 8 + 5, tmp_path / "disk.img")).reason == CHECKSUM_WRONG


@pytest.mark.parametrize("sectors", [1, 2, 3, 12])
def test_a_truncated_image_is_a_read_error(image: Path, tmp_path: Path, sectors: int) -> None:
    short = tmp_path / "disk.img"
    short.write_bytes(image.read_bytes()[: sectors * SECTOR])
    assert boot(short).reason == DISK_ERROR
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


P_PADDR, P_MEMSZ = 3, 5


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        (P_PADDR, 0xFFFFF, TOO_LOW),
        (P_PADDR, 0, TOO_LOW),
        (P_PADDR, 0xFFFFF000, NO_MEMORY),
        (P_MEMSZ, 0xFFF00000, NO_MEMORY),
        (P_MEMSZ, 0x7FF00000, NO_MEMORY),
    ],
)
def test_a_kernel_for_other_memory_is_refused(
    elf: Path, tmp_path: Path, field: int, value: int, reason: str
) -> None:
    made = image_of(tmp_path / "tree", set_segment(elf.read_bytes(), field, value))
    assert boot(made).reason == reason


def test_a_kernel_for_more_memory_than_there_is(tmp_path: Path) -> None:
    kernel = build_kernel(tmp_path / "kernel", bss_bytes=3 << 20).read_bytes()
    made = image_of(tmp_path / "tree", kernel)
    assert boot(made, memory_mib=4).reason == NO_MEMORY
    boot(made, memory_mib=5).assert_finished()


@pytest.mark.parametrize("good_reads", [0, 1])
def test_a_read_that_fails_is_named(image: Path, tmp_path: Path, good_reads: int) -> None:
    """The first read is that of the loader, the second that of the kernel."""
    made = hooked(image, tmp_path, "FAIL_READS=1", f"GOOD_READS={good_reads}")
    assert boot(made).reason == DISK_ERROR


@pytest.mark.parametrize("way", ["BIOS", "port 92", "none"])
def test_address_line_20_is_switched_on_each_way(elf: Path, tmp_path: Path, way: str) -> None:
    """All ways but one are made to fail, so that none can cover up for another."""
    changes = []
    if way != "port 92":
        changes.append(("loader.asm", "FAST_A20_ON     0x02", "FAST_A20_ON     0x00"))
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


Entry = tuple[int, int, int]  # base, length, type
MIB = 1 << 20
LOW = (0, 0x9F000, 1)
# A gap at 7 MiB, and nothing in order.
ODD_MAP: list[Entry] = [
    (0x800000, 0x200000, 1),
    (0x400000, 0x300000, 1),
    (0x700000, 0x100000, 2),
    LOW,
    (0x080000, 0x380000, 1),  # begins below 1 MiB and reaches beyond
    (0x100000000, 0x10000000, 1),
    (0x0F0000, 0x200000, 2),  # not to be used
    (0x0E0000, 0x020000, 1),  # ends at 1 MiB
]
PLAIN_MAP: list[Entry] = [LOW, (0xF0000, 0x10000, 2), (MIB, 15 * MIB, 1)]


def e820(
    entries: list[Entry],
    *,
    acpi: list[int] | None = None,
    count: int | None = None,
    signed: int = 0xFFFF,
    late: bool = False,
) -> list[str]:
    """Defines for boot/bios_hook.asm: a BIOS that tells of this memory.

    `acpi`: the fourth word that ACPI 3 gives to each entry; a BIOS of before writes only 20 bytes.
    """
    words = [
        word
        for (base, length, kind), flags in zip(entries, acpi or [0] * len(entries), strict=True)
        for word in struct.unpack("<6I", struct.pack("<QQII", base, length, kind, flags))
    ]
    return [
        "E820_MAP=" + ",".join(map(hex, words)),
        f"E820_WRITES={24 if acpi else 20}",
        f"E820_COUNT={count or len(entries)}",
        f"E820_SIGNED={signed}",
        *["E820_LATE"] * late,
    ]


def e801(*registers: int) -> list[str]:
    """Defines for a BIOS without a map that answers AX=E801h by AX, BX, and maybe CX and DX."""
    answers = (f"E801_{name}X={value}" for name, value in zip("ABCD", registers, strict=False))
    return ["FAIL_E820", *answers]


@pytest.mark.parametrize("carry", [[], ["KEEP_CARRY"]])
@pytest.mark.parametrize("late", [False, True])
def test_a_memory_map_in_no_order(
    image: Path, tmp_path: Path, late: bool, carry: list[str]
) -> None:
    booted = boot(hooked(image, tmp_path, *e820(ODD_MAP, late=late), *carry))
    booted.assert_finished()
    assert booted.value("upper") == 3 * 1024  # to the end of the entry that 1 MiB is in
    assert booted.memory_map == ODD_MAP


def test_a_bios_that_sets_the_carry_flag_for_errors_only(image: Path, tmp_path: Path) -> None:
    """DOSBox-X 2026.10 does so. The first call of its map came with the flag clear."""
    booted = boot(hooked(image, tmp_path, "KEEP_CARRY", *e820(PLAIN_MAP)))
    booted.assert_finished()
    assert booted.memory_map == PLAIN_MAP


def test_an_entry_that_acpi_3_calls_none(image: Path, tmp_path: Path) -> None:
    """The lowest of its flags is clear; the others are of no concern here."""
    entries = [*PLAIN_MAP, (MIB, 63 * MIB, 1), (32 * MIB, MIB, 1), (48 * MIB, MIB, 1)]
    booted = boot(hooked(image, tmp_path, *e820(entries, acpi=[1, 1, 1, 0, 0xFFFFFFFE, 3])))
    booted.assert_finished()
    assert booted.memory_map == [*PLAIN_MAP, (48 * MIB, MIB, 1)]
    assert booted.value("upper") == 15 * 1024


def test_an_entry_of_length_0(image: Path, tmp_path: Path) -> None:
    entries = [(MIB, 0, 1), (0, 0, 1), *PLAIN_MAP, (MIB, 0, 1), (0, 0, 0)]
    booted = boot(hooked(image, tmp_path, *e820(entries)))
    booted.assert_finished()
    assert booted.memory_map == entries
    assert booted.value("upper") == 15 * 1024


@pytest.mark.parametrize("count", [159, 160, 161, 65535])
def test_a_memory_map_of_any_length(image: Path, tmp_path: Path, count: int) -> None:
    """There is room for 160 entries. A BIOS that never comes to the last one is not waited for."""
    entries = [*PLAIN_MAP, (32 * MIB, MIB, 2)]
    booted = boot(hooked(image, tmp_path, *e820(entries, acpi=[1] * 4, count=count)))
    booted.assert_finished()
    assert booted.memory_map == PLAIN_MAP + [entries[-1]] * (min(count, 160) - 3)


@pytest.mark.parametrize("carry", [[], ["KEEP_CARRY"]])
@pytest.mark.parametrize(
    ("registers", "upper_kib"),
    [
        ((0x3C00, 0x100), 31 * 1024),
        ((0x3C00, 0), 15 * 1024),
        ((0x1C00, 0), 7 * 1024),
        ((0x3800, 0x100), 14 * 1024),  # a hole for devices from 15 to 16 MiB
        ((0, 0, 0x3C00, 0x100), 31 * 1024),
        ((0x3C00, 0x100, 0, 0), 31 * 1024),
        ((0x3C00, 0x100, 0x3C00, 0x100), 31 * 1024),
        ((0x3C00, 0xFEFF), (4 << 20) - 1024 - 64),  # the last 64 KiB of 4 GiB are never memory
    ],
)
def test_a_bios_that_knows_two_sizes(
    image: Path, tmp_path: Path, registers: tuple[int, ...], upper_kib: int, carry: list[str]
) -> None:
    booted = boot(hooked(image, tmp_path, *e801(*registers), "FAIL_88", *carry))
    booted.assert_finished()
    assert (booted.value("flags"), booted.value("upper")) == (1, upper_kib)


@pytest.mark.parametrize("carry", [[], ["KEEP_CARRY"]])
@pytest.mark.parametrize(
    "no_e801", [["FAIL_E820", "FAIL_E801"], e801(0, 0), e801(0, 0, 0, 0), e801(0x3C01, 0x100)]
)
@pytest.mark.parametrize("size_kib", [1024, 0x3C00, 0xFFFF])
def test_a_bios_that_knows_one_size(
    image: Path, tmp_path: Path, no_e801: list[str], size_kib: int, carry: list[str]
) -> None:
    booted = boot(hooked(image, tmp_path, *no_e801, f"SIZE_88={size_kib}", *carry))
    booted.assert_finished()
    assert (booted.value("flags"), booted.value("upper")) == (1, size_kib)


@pytest.mark.parametrize("signed", [2, 5])
def test_sizes_count_if_the_map_is_rubbish(image: Path, tmp_path: Path, signed: int) -> None:
    """So many entries are signed as they must be, the next one is not. The fifth has 1 MiB."""
    defines = [*e820(ODD_MAP, signed=signed), "E801_AX=0x1c00", "E801_BX=0"]
    booted = boot(hooked(image, tmp_path, *defines))
    booted.assert_finished()
    assert (booted.value("flags"), booted.value("upper")) == (1, 7 * 1024)


@pytest.mark.parametrize(
    "defines",
    [
        ["FAIL_E820", "FAIL_E801", "FAIL_88"],
        ["FAIL_E820", "FAIL_E801", "FAIL_88", "KEEP_CARRY"],
        ["FAIL_E820", "FAIL_E801", "SIZE_88=0"],
        [*e801(0, 0x100), "SIZE_88=0"],
        [*e820(PLAIN_MAP, signed=0), "FAIL_E801", "FAIL_88"],
        [*e820(PLAIN_MAP, signed=2), "FAIL_E801", "FAIL_88"],
        [*e820(ODD_MAP, signed=5), "FAIL_E801", "FAIL_88"],  # after the one at 1 MiB
        [*e820([LOW], acpi=[0]), "FAIL_E801", "FAIL_88"],
        e820([LOW]),  # believed, whatever the other calls say
        e820([LOW, (MIB, 0, 1)]),
        e820([LOW, (MIB, 15 * MIB, 2)]),
    ],
)
def test_a_bios_without_memory_at_1_mib(image: Path, tmp_path: Path, defines: list[str]) -> None:
    assert boot(hooked(image, tmp_path, *defines)).reason == NO_MAP


def test_the_refusals_in_the_table_are_all_there_are() -> None:
    """A reason that no test provokes is a reason that nobody has seen."""
    tested = Path(__file__).read_text()
    found = 0
    for name in ("bootsect.asm", "loader.asm"):
        for line in (LOADER_SOURCE / name).read_text().splitlines():
            if line.lstrip().startswith("refuse_if"):
                found += 1
                reason = line.split('"')[1]
                assert reason in tested or reason == DISK_ERROR, line
    assert found == 7
