"""The vDSO as those see it who never run it: C libraries, debuggers, unwinders; and our checks."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from capstone import CS_ARCH_X86, CS_MODE_32, Cs
from elftools.dwarf.callframe import FDE, CFARule, RegisterRule
from elftools.elf.elffile import ELFFile

from builder.image.elf_check import kernel_problems
from builder.image.vdso_check import Vdso, elf_hash, vdso_problems
from builder.model import memory
from builder.model.budgets import VSYSCALL_STUBS
from builder.model.layout import SIGCONTEXT
from builder.model.vdso import VDSO_VERSIONS
from qemu_tests.kit.kernels import Kernel, Lab

LINUX = "kernel.step=linux"
NAMES = [(s.name, version.name) for version in VDSO_VERSIONS for s in version.symbols]
# DWARF's numbers of the registers (System V ABI i386 supplement, table 2.14).
REGISTERS = ("eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eip")
ESP, EIP = REGISTERS.index("esp"), REGISTERS.index("eip")
STACK = 0xBFFFF000


def image_of(kernel: Kernel) -> bytes:
    """The vDSO inside a kernel."""
    start, end = kernel.symbols["vdso_image"], kernel.symbols["vdso_image_end"]
    with kernel.elf.open("rb") as file:
        for segment in ELFFile(file).iter_segments("PT_LOAD"):
            offset = start - segment["p_vaddr"]
            if 0 <= offset < segment["p_filesz"]:
                return bytes(segment.data()[offset : offset + end - start])
    raise AssertionError("no segment has the vDSO")


@pytest.fixture(scope="session", params=["fixed", "random"])
def image(lab: Lab, request: pytest.FixtureRequest) -> bytes:
    bare = lab.kernel(LINUX, "programs.suite=none", f"vsyscall.address={request.param}")
    return image_of(bare)


# ---- names ----


@pytest.mark.parametrize(("name", "value"), [("", 0), ("exit", 0x6CF04), ("printf", 0x77905A6)])
def test_the_hash_is_that_of_the_system_v_abi(name: str, value: int) -> None:
    assert elf_hash(name) == value


def test_every_name_is_found_where_the_symbol_table_has_it(image: bytes) -> None:
    elf = ELFFile(io.BytesIO(image))
    table = elf.get_section_by_name(".dynsym")
    values = {symbol.name: symbol["st_value"] for symbol in table.iter_symbols()}
    for name, version in NAMES:
        assert Vdso(image).look_up(name, version) == values[name] != 0
        other = next(v.name for v in VDSO_VERSIONS if v.name != version)
        assert Vdso(image).look_up(name, other) is None
    assert Vdso(image).look_up("__vdso_nothing", "LINUX_2.6") is None


def test_a_good_vdso_has_no_problems(image: bytes) -> None:
    assert list(vdso_problems(image)) == []


def put(image: bytes, at: int, data: bytes) -> bytes:
    return image[:at] + data + image[at + len(data) :]


def _header(kind: str) -> Callable[[bytes], int]:
    def find(image: bytes) -> int:
        elf = ELFFile(io.BytesIO(image))
        kinds = [segment["p_type"] for segment in elf.iter_segments()]
        return int(elf["e_phoff"]) + 32 * kinds.index(kind)

    return find


def _value(name: str, version: str) -> Callable[[bytes], int]:
    return lambda image: Vdso(image).look_up(name, version) or 0


def _text(text: bytes) -> Callable[[bytes], int]:
    return lambda image: image.index(text)


def _tag(number: int) -> Callable[[bytes], int]:
    def find(image: bytes) -> int:
        start = _header("PT_DYNAMIC")(image)
        (dynamic,) = struct.unpack_from("<I", image, start + 4)
        return image.index(struct.pack("<I", number), dynamic)

    return find


# What is done to it: where, how far from there, which bytes; and what is said about it.
DAMAGE: dict[str, tuple[Callable[[bytes], int], int, bytes, str]] = {
    "another entry point": (lambda _: 24, 0, b"\x04", "entry point is 0x404"),
    "an executable": (lambda _: 16, 0, b"\x02", "ET_EXEC for EM_386"),
    "a writable segment": (_header("PT_LOAD"), 24, b"\x07", "readable and executable"),
    "linked at an address": (_header("PT_LOAD"), 9, b"\xe0", "not the file from its beginning"),
    "two segments": (_header("PT_GNU_EH_FRAME"), 0, b"\x01\0\0\0", "has 2 segments to load"),
    "no unwinding": (_header("PT_GNU_EH_FRAME"), 0, b"\x06\0\0\0", "no PT_GNU_EH_FRAME"),
    "zeros in memory": (_header("PT_LOAD"), 21, b"\x7f", "of which"),
    "relocations": (_tag(16), 0, b"\x11", "it has DT_REL"),
    "another library": (_tag(16), 0, b"\x01", "it has DT_NEEDED"),
    "another name": (_text(b"linux-gate"), 0, b"L", "its name is Linux-gate.so.1"),
    "a stub byte": (_value("__kernel_vsyscall", "LINUX_2.5"), 4, b"\xe6", "is 51 52 55 89 e6"),
    "sigreturn": (_value("__kernel_sigreturn", "LINUX_2.5"), 2, b"\x78", "__kernel_sigreturn is"),
    "no NOP": (_value("__kernel_rt_sigreturn", "LINUX_2.5"), -1, b"\xcc", "no NOP before"),
    "a misspelt name": (_text(b"__vdso_time"), 7, b"T", "__vdso_time is not found"),
    "a misspelt version": (_text(b"LINUX_2.6"), 0, b"l", "not found in version LINUX_2.6"),
    "no hash table": (_tag(4), 0, b"\x7f", "damaged: KeyError 'DT_HASH'"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_named(lab: Lab, name: str) -> None:
    image = image_of(lab.kernel(LINUX))
    find, further, data, said = DAMAGE[name]
    damaged = put(image, find(image) + further, data)
    assert damaged != image
    assert re.search(re.escape(said), "\n".join(vdso_problems(damaged)))


def test_chains_that_do_not_begin_or_end_are_named(image: bytes) -> None:
    table = Vdso(image).dynamic["DT_HASH"]
    buckets, symbols = Vdso(image).numbers("II", table)
    each_follows_itself = struct.pack(f"<{symbols}I", *range(symbols))
    damaged = put(image, table, bytes(4))
    assert "DT_HASH has no buckets" in "\n".join(vdso_problems(damaged))
    damaged = put(image, table + 8 + 4 * buckets, each_follows_itself)
    assert "goes round in a circle" in "\n".join(vdso_problems(damaged))
    damaged = put(image, _tag(0x6FFFFFFD)(image) + 4, b"\xff\xff\xff\xff")
    assert " versions more than DT_VERDEF" in "\n".join(vdso_problems(damaged))


def test_the_stub_must_be_where_the_kernel_takes_it_to_be(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = lab.kernel(LINUX)
    monkeypatch.setattr(memory, "VDSO_STUB", 0x410)
    problems = kernel_problems(kernel.elf, kernel.model)
    assert "vDSO: __kernel_vsyscall is at 0x400, the kernel has 0x410" in problems
    assert "SYSENTER_RETURN is 0xffffe409, the model has 0xffffe419" in problems


def test_one_that_is_too_long_is_named(image: bytes) -> None:
    assert "a page has 4096" in "".join(vdso_problems(image.ljust(4097, b"\0")))


def test_no_damage_brings_the_check_down(lab: Lab) -> None:
    """Every word as zeros, as ones, and one off; and the image cut off at every word."""
    image = image_of(lab.kernel(LINUX))
    for at in range(0, len(image), 4):
        (word,) = struct.unpack_from("<I", image, at)
        for other in (0, 0xFFFFFFFF, word ^ 1):
            list(vdso_problems(put(image, at, struct.pack("<I", other))))
        assert list(vdso_problems(image[:at]))


# ---- unwinding ----


@dataclass
class Machine:
    """Registers, and memory by words: as much of a CPU as the stub uses."""

    registers: dict[str, int] = field(
        default_factory=lambda: {name: 0x11110000 + i for i, name in enumerate(REGISTERS)}
    )
    memory: dict[int, int] = field(default_factory=dict)

    def push(self, value: int) -> None:
        self.registers["esp"] -= 4
        self.memory[self.registers["esp"]] = value

    def pop(self) -> int:
        self.registers["esp"] += 4
        return self.memory[self.registers["esp"] - 4]

    def run(self, mnemonic: str, operands: str) -> None:
        """Carry out one instruction of the stub. The kernel gives back what it was given."""
        if mnemonic == "push":
            self.push(self.registers[operands])
        elif mnemonic == "pop":
            self.registers[operands] = self.pop()
        elif mnemonic == "mov" and operands == "ebp, esp":
            self.registers["ebp"] = self.registers["esp"]
        else:
            assert mnemonic in ("sysenter", "int", "lea"), f"{mnemonic} {operands}"


def _sleb128(data: Iterator[int]) -> int:
    value = shift = 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value - (1 << shift) if byte & 0x40 else value
    raise AssertionError("a number without an end")


def evaluate(expression: list[int], machine: Machine) -> int:
    """A DWARF expression of DW_OP_breg and DW_OP_deref."""
    data = iter(expression)
    stack: list[int] = []
    for operation in data:
        if operation == 0x06:
            stack.append(machine.memory[stack.pop()])
        else:
            assert 0x70 <= operation <= 0x8F, f"operation 0x{operation:x}"
            stack.append(machine.registers[REGISTERS[operation - 0x70]] + _sleb128(data))
    assert len(stack) == 1
    return stack[0]


def fde_of(image: bytes, address: int) -> FDE:
    """The description of the code at an address; exactly one must have it."""
    entries = ELFFile(io.BytesIO(image)).get_dwarf_info().EH_CFI_entries()
    found = [
        e
        for e in entries
        if isinstance(e, FDE)
        and e["initial_location"] <= address < e["initial_location"] + e["address_range"]
    ]
    assert len(found) == 1, f"{len(found)} FDEs have 0x{address:x}"
    return found[0]


def unwind(image: bytes, address: int, machine: Machine) -> dict[str, int]:
    """The caller's registers, as an unwinder finds them that was interrupted at `address`."""
    rows = [row for row in fde_of(image, address).get_decoded().table if row["pc"] <= address]
    row = rows[-1]
    cfa = row["cfa"]
    assert isinstance(cfa, CFARule)
    if cfa.expr is not None:
        frame = evaluate(cfa.expr, machine)
    else:
        frame = machine.registers[REGISTERS[cfa.reg]] + cfa.offset
    found = {**machine.registers, "esp": frame}
    for number, rule in row.items():
        if isinstance(number, int):
            assert isinstance(rule, RegisterRule)
            if rule.type == RegisterRule.OFFSET:
                found[REGISTERS[number]] = machine.memory[frame + rule.arg]
            elif rule.type == RegisterRule.EXPRESSION:
                found[REGISTERS[number]] = machine.memory[evaluate(rule.arg, machine)]
            else:
                assert rule.type in (RegisterRule.UNDEFINED, RegisterRule.SAME_VALUE)
    return found


@pytest.mark.parametrize("stub", VSYSCALL_STUBS, ids=lambda stub: stub.symbol)
def test_the_caller_is_found_from_every_instruction_of_the_stub(image: bytes, stub) -> None:  # type: ignore[no-untyped-def]
    machine = Machine()
    machine.registers["esp"] = STACK
    caller = dict(machine.registers)
    machine.push(caller["eip"])
    seen = []
    code = Cs(CS_ARCH_X86, CS_MODE_32).disasm(stub.code, memory.VDSO_STUB)
    for instruction in code:
        here = {**machine.registers, "eip": instruction.address}
        at = Machine(here, machine.memory)
        assert unwind(image, instruction.address, at) == caller, hex(instruction.address)
        seen.append(instruction.mnemonic)
        if instruction.mnemonic == "ret":
            break
        machine.run(instruction.mnemonic, instruction.op_str)
    assert seen[-1] == "ret" and len(seen) >= 9
    assert machine.registers == {**caller, "esp": STACK - 4}


@pytest.mark.parametrize(
    ("name", "context", "steps"),
    [
        # ESP's distance from struct sigcontext (Linux arch/x86/include/asm/sigframe.h), and by how
        # much ESP has moved at each instruction; the first is the NOP that unwinders look up.
        ("__kernel_sigreturn", 4, ((-1, 0), (0, 0), (1, 4), (6, 4))),
        ("__kernel_rt_sigreturn", 160, ((-1, 0), (0, 0), (5, 0))),
    ],
)
def test_the_interrupted_program_is_found_behind_a_signal(
    image: bytes, name: str, context: int, steps: tuple[tuple[int, int], ...]
) -> None:
    start = Vdso(image).look_up(name, "LINUX_2.5")
    assert start
    interrupted = {name: 0x22220000 + i for i, name in enumerate(REGISTERS)}
    words = {STACK + context + SIGCONTEXT.offset_of(r): v for r, v in interrupted.items()}
    for at, moved in steps:
        machine = Machine(memory=words)
        machine.registers["esp"] = STACK + moved
        assert unwind(image, start + at, machine) == interrupted, at
    assert b"S" in fde_of(image, start).cie["augmentation"]  # the frame of a signal


@pytest.mark.parametrize(("name", "version"), NAMES)
def test_the_table_of_the_unwinder_finds_every_function(
    image: bytes, name: str, version: str
) -> None:
    elf = ELFFile(io.BytesIO(image))
    segment = next(elf.iter_segments("PT_GNU_EH_FRAME"))
    place = segment["p_vaddr"]
    # Version 1; .eh_frame is 4 bytes from here; the table is of 4-byte distances from its begin.
    assert image[place : place + 4] == bytes((1, 0x1B, 0x03, 0x3B))
    (count,) = struct.unpack_from("<I", image, place + 8)
    rows = list(struct.iter_unpack("<ii", image[place + 12 : place + 12 + 8 * count]))
    assert rows == sorted(rows)
    address = Vdso(image).look_up(name, version)
    assert address
    start, entry = [row for row in rows if place + row[0] <= address][-1]
    fde = fde_of(image, address)
    assert fde["initial_location"] == place + start
    frames = elf.get_section_by_name(".eh_frame")["sh_addr"]
    assert frames + fde.offset == place + entry
