"""What elf_check says of programs that cannot run, and of kernels that are not their model's."""

from __future__ import annotations

import re
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.boot.patience import BACKSTOP_S
from builder.errors import BuildError, UserError
from builder.image.elf_check import check_kernel, kernel_problems
from builder.tree.user_programs import check_user_program
from qemu_tests.kit.kernels import Lab

EHDR = struct.Struct("<4sBBB9xHHIIIIIHHHHHH")
PHDR = struct.Struct("<8I")
PT_LOAD, PT_INTERP = 1, 3
CODE = b"\xcd\x80"


def program(
    *,
    e_class: int = 1,
    order: int = 1,
    e_type: int = 2,
    machine: int = 3,
    vaddr: int = 0x08048000,
    memsz: int | None = None,
    filesz: int | None = None,
    kinds: tuple[int, ...] = (PT_LOAD,),
) -> bytes:
    """A tiny ELF file; without arguments one that the kernel runs."""
    offset = EHDR.size + PHDR.size * len(kinds)
    filesz = len(CODE) if filesz is None else filesz
    memsz = filesz if memsz is None else memsz
    header = EHDR.pack(
        b"\x7fELF", e_class, order, 1, e_type, machine, 1, vaddr, EHDR.size, 0, 0, EHDR.size,
        PHDR.size, len(kinds), 0, 0, 0,
    )  # fmt: skip
    rows = (PHDR.pack(kind, offset, vaddr, vaddr, filesz, memsz, 5, 4) for kind in kinds)
    return header + b"".join(rows) + CODE


def test_a_static_i386_program_is_taken() -> None:
    check_user_program(program(), "hello")
    check_user_program(program(vaddr=0x10000), "lowest place")
    check_user_program(program(memsz=0x1000, vaddr=0xB0000000 - 0x1000), "highest place")


BAD_PROGRAMS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "not an ELF file"),
    "text": (b"#!/bin/sh\necho hello\n", "not an ELF file"),
    "only the magic": (b"\x7fELF", "headers are damaged"),
    "x86-64": (program(e_class=2, machine=62), "EM_X86_64|damaged"),
    "ARM": (program(machine=40), "EM_ARM, 32 bit; wanted EM_386"),
    "big endian": (program(order=2), "wanted EM_386"),
    "position independent": (program(e_type=3), "type is ET_DYN, not ET_EXEC"),
    "object file": (program(e_type=1), "type is ET_REL, not ET_EXEC"),
    "core dump": (program(e_type=4), "type is ET_CORE"),
    "dynamic": (program(kinds=(PT_INTERP, PT_LOAD)), "dynamic linker: link it with -static"),
    "nothing to load": (program(kinds=(4,)), "no segment to load"),
    "no program header": (program(kinds=()), "no segment to load"),
    "cut off in the code": (program()[:-1], "reaches beyond the file"),
    "cut off in the headers": (program()[: EHDR.size + 8], "damaged|beyond the file"),
    "content larger than memory": (program(memsz=1), "smaller than its content"),
    "in the kernel": (program(vaddr=0xC0100000), "not between 0x00010000 and 0xb0000000"),
    "at address 0": (program(vaddr=0), "not between"),
    "up into the kernel": (program(vaddr=0xAFFFFFFF), "not between"),
    "beyond 4 GiB": (program(memsz=0xFFFFFFFF), "not between"),
}


@pytest.mark.parametrize("name", BAD_PROGRAMS)
def test_a_program_that_cannot_run_is_refused_with_the_reason(name: str) -> None:
    data, why = BAD_PROGRAMS[name]
    with pytest.raises(UserError) as caught:
        check_user_program(data, "some/path")
    assert caught.value.where == "some/path"
    assert re.search(why, caught.value.why), caught.value.why
    assert "gcc -m32 -static" in caught.value.fix


def _assert_judged(data: bytes) -> None:
    """It is taken, or refused with a reason; nothing else."""
    try:
        check_user_program(data, "any")
    except UserError as error:
        assert error.why


@settings(deadline=None)
@given(data=st.binary(max_size=200))
def test_no_bytes_bring_it_down(data: bytes) -> None:
    for candidate in (
        data,
        b"\x7fELF" + data,
        EHDR.pack(b"\x7fELF", 1, 1, 1, 2, 3, *[0] * 11) + data,
    ):
        _assert_judged(candidate)


@settings(deadline=None)
@given(place=st.integers(0, len(program()) - 1), value=st.integers(0, 255))
def test_no_wrong_byte_brings_it_down(place: int, value: int) -> None:
    data = bytearray(program())
    data[place] = value
    _assert_judged(bytes(data))


@pytest.mark.parametrize("flag", ["-m64 -static", "-m32 -static-pie -fPIE", "-m32 -shared -fPIC"])
def test_what_gcc_makes_with_the_wrong_flags_is_refused(tmp_path: Path, flag: str) -> None:
    (tmp_path / "a.c").write_text("void _start(void) { for (;;) { } }\n")
    argv = ["gcc", *flag.split(), "-nostdlib", "-ffreestanding", "-o", "a", "a.c"]
    subprocess.run(argv, cwd=tmp_path, check=True, timeout=BACKSTOP_S)
    with pytest.raises(UserError):
        check_user_program((tmp_path / "a").read_bytes(), "a")


# ---- kernels ----


def test_a_good_kernel_has_no_problems(lab: Lab) -> None:
    options = ("kernel.step=robust", "cpu.count=4", "vsyscall.address=random")
    for overrides in ((), ("kernel.step=int80",), ("kernel.step=sysenter",), options):
        kernel = lab.kernel(*overrides)
        assert kernel_problems(kernel.elf, kernel.model) == ()


def test_a_kernel_of_another_step_is_not_what_its_model_says(lab: Lab) -> None:
    int80, default = lab.kernel("kernel.step=int80"), lab.kernel()
    problems = kernel_problems(int80.elf, default.model)
    assert "entry point sysenter_entry is missing or not in the kernel's half of memory" in problems
    assert any(problem.startswith("vsyscall_sysenter is 0 bytes") for problem in problems)
    with pytest.raises(BuildError) as caught:
        check_kernel(int80.elf, default.model)
    assert all(problem in caught.value.why for problem in problems)


def test_the_bitmap_shows_in_the_limit_of_the_tss(lab: Lab) -> None:
    robust = "kernel.step=robust"
    without = lab.kernel(robust, "tss.io_bitmap=false").elf
    problems = kernel_problems(without, lab.kernel(robust).model)
    assert any(problem.startswith("GDT entry 16 (TSS)") for problem in problems)


def _moved(data: bytes, elf_at: int) -> bytes:
    """`data` with the first program header's p_vaddr of the ELF file at `elf_at` 0x20 higher."""
    damaged = bytearray(data)
    at = elf_at + int.from_bytes(data[elf_at + 28 : elf_at + 32], "little") + 8
    vaddr = int.from_bytes(data[at : at + 4], "little") + 0x20
    damaged[at : at + 4] = vaddr.to_bytes(4, "little")
    return bytes(damaged)


def test_sections_that_are_not_where_their_segment_puts_them_are_named(
    lab: Lab, tmp_path: Path
) -> None:
    kernel = lab.kernel("kernel.step=linux")
    data = kernel.elf.read_bytes()
    built = tmp_path / "kernel.elf"
    for path, prefix in (
        ("kernel.elf", ""),
        ("user/bin/hello", "program hello: "),
        ("obj/vdso/vdso.so", "vDSO: "),
    ):
        built.write_bytes(_moved(data, data.index((kernel.tree / path).read_bytes()[:2048])))
        problems = [
            each for each in kernel_problems(built, kernel.model) if "in no segment" in each
        ]
        assert problems and all(each.startswith(f"{prefix}section .") for each in problems), path


# Where a field lies: in the ELF header, or with the number of its program header before it.
IN_HEADER = {
    "class": (4, 1), "data": (5, 1), "version": (6, 1), "type": (16, 2), "machine": (18, 2),
    "version again": (20, 4), "flags": (36, 4), "ehsize": (40, 2), "phentsize": (42, 2),
    "phnum": (44, 2),
}  # fmt: skip
IN_SEGMENT = {"offset": 4, "vaddr": 8, "paddr": 12, "filesz": 16, "memsz": 20, "flags": 24}
BOOT, TEXT, RODATA, DATA, BSS = range(5)
FIELDS = [
    *(("class", value, "damaged|EI_CLASS|readable") for value in (0, 2, 255)),
    *(("data", value, "damaged|EI_DATA|readable") for value in (0, 2, 255)),
    *(("version", value, "EI_VERSION") for value in (0, 2)),
    *(("type", value, "e_type .* wanted ET_EXEC") for value in (0, 1, 3, 4, 0xFFFF)),
    *(("machine", value, "e_machine .* wanted EM_386") for value in (0, 6, 62, 0xFFFF)),
    ("version again", 2, "e_version"),
    ("flags", 1, "e_flags"),
    ("ehsize", 64, "e_ehsize .* 64, wanted 52"),
    ("phentsize", 56, "e_phentsize|damaged|readable"),
    ("phnum", 6, "program header 5 is empty"),
    *((f"{part} paddr", (0, 4), "is loaded at .* and runs at") for part in range(5)),
    *((f"{part} paddr", (0, 0x1000), "is loaded at .* and runs at") for part in range(5)),
    *((f"{part} vaddr", (0, 0x1000), "is loaded at .* and runs at") for part in range(1, 5)),
    *((f"{part} memsz", (0, 4), "ends at .* its last section at") for part in range(5)),
    *((f"{part} memsz", (0, -1), "its last section at|only .* in memory") for part in range(5)),
    *((f"{part} filesz", (0, 1), "only .* in memory") for part in (BOOT, TEXT, RODATA)),
    (f"{RODATA} memsz", (0, 0x100000), "lie over each other"),
    (f"{TEXT} offset", 0x7FFFFFFF, "behind the end of the file"),
    (f"{BSS} filesz", 0x10, "fills .bss, which should be zeros"),
    *((f"{TEXT} flags", value, "has the flags ., its sections need 5") for value in (0, 4, 6)),
    *((f"{RODATA} flags", value, "has the flags ., its sections need 4") for value in (5, 6)),
    *((f"{BSS} flags", value, "has the flags ., its sections need 6") for value in (4, 5)),
    (f"{TEXT} flags", 13, "unknown flags"),
    (f"{TEXT} flags", 7, "writable and executable"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "problem"), FIELDS)
def test_a_field_of_the_headers_that_says_something_else_is_named(
    lab: Lab, tmp_path: Path, field: str, value: int | tuple[int, int], problem: str
) -> None:
    kernel = lab.kernel()
    data = bytearray(kernel.elf.read_bytes())
    part, _, name = field.rpartition(" ")
    if part.isdigit():
        headers = int.from_bytes(data[28:32], "little")
        at, size = headers + PHDR.size * int(part) + IN_SEGMENT[name], 4
    else:
        at, size = IN_HEADER[field]
    old = int.from_bytes(data[at : at + size], "little")
    new = old + value[1] if isinstance(value, tuple) else value
    data[at : at + size] = new.to_bytes(size, "little")
    (tmp_path / "kernel.elf").write_bytes(data)
    problems = kernel_problems(tmp_path / "kernel.elf", kernel.model)
    assert any(re.search(problem, each) for each in problems), problems


def test_a_program_in_the_kernel_that_cannot_run_is_named(lab: Lab, tmp_path: Path) -> None:
    kernel = lab.kernel()
    data = bytearray(kernel.elf.read_bytes())
    data[data.index((kernel.tree / "user/bin/hello").read_bytes()[:2048]) + 16] = 3
    (tmp_path / "kernel.elf").write_bytes(data)
    problems = kernel_problems(tmp_path / "kernel.elf", kernel.model)
    assert any(each.startswith("program hello: ") and "ET_DYN" in each for each in problems)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _data: b"",
    "text": lambda _data: b"hello\n",
    "cut off in the header": lambda data: data[:40],
    "cut off in the middle": lambda data: data[: len(data) // 2],
    "section table elsewhere": lambda data: data[:32] + b"\xff\xff\xff\x7f" + data[36:],
    "no sections": lambda data: data[:48] + b"\0\0" + data[50:],
    "program headers elsewhere": lambda data: data[:28] + b"\0\0\0\x70" + data[32:],
    "zeros": lambda data: bytes(len(data)),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_kernel_is_named_as_one(lab: Lab, tmp_path: Path, name: str) -> None:
    kernel = lab.kernel()
    damaged = tmp_path / "kernel.elf"
    damaged.write_bytes(DAMAGES[name](kernel.elf.read_bytes()))
    assert kernel_problems(damaged, kernel.model) != ()


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
@given(place=st.integers(0, 200), bit=st.integers(0, 7))
def test_no_damage_to_the_headers_brings_it_down(
    lab: Lab, tmp_path: Path, place: int, bit: int
) -> None:
    kernel = lab.kernel()
    data = bytearray(kernel.elf.read_bytes())
    data[place] ^= 1 << bit
    (tmp_path / "kernel.elf").write_bytes(data)
    assert isinstance(kernel_problems(tmp_path / "kernel.elf", kernel.model), tuple)
