"""One instruction: its text, and the memory that it reads and writes, by capstone."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass

import capstone
from capstone import x86

from builder.xray.debugger import Registers

INSTRUCTION_BYTES_MAX = 15  # SDM 2A 2.3.11
_WORD = 4
# Neither touches the memory that its operand names.
_ONLY_NAMES = (x86.X86_INS_LEA, x86.X86_INS_NOP, x86.X86_INS_INVLPG)
# What is pushed without being an operand: how many words.
_PUSHED_WORDS = {
    x86.X86_INS_PUSH: 1,
    x86.X86_INS_PUSHFD: 1,
    x86.X86_INS_PUSHAL: 8,
    x86.X86_INS_CALL: 1,
}
_POPPED_WORDS = {
    x86.X86_INS_POP: 1,
    x86.X86_INS_POPFD: 1,
    x86.X86_INS_POPAL: 8,
    x86.X86_INS_RET: 1,
}


@dataclass(frozen=True)
class Access:
    """Memory that an instruction touches: linear address, length in bytes."""

    address: int
    size_bytes: int
    writes: bool


@dataclass(frozen=True)
class Instruction:
    """One decoded instruction.

    Attributes:
        code: Its bytes.
        mnemonic: Such as `sysenter`, with its prefix: `rep movsd`.
        operands: As NASM would write them.
        target: Of a near CALL or JMP to a fixed address; None for others.
    """

    code: bytes
    mnemonic: str
    operands: str
    target: int | None

    @property
    def text(self) -> str:
        """Mnemonic and operands."""
        return f"{self.mnemonic} {self.operands}".strip()


@functools.cache
def _decoder() -> capstone.Cs:
    decoder = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_32)
    decoder.detail = True
    return decoder


@functools.lru_cache(maxsize=65536)
def _decode(code: bytes, address: int) -> capstone.CsInsn | None:
    return next(_decoder().disasm(code, address, count=1), None)


def decode(code: bytes, address: int) -> Instruction:
    """The instruction that `code` begins with; `(bad)`, of one byte, if there is none."""
    found = _decode(code, address)
    if found is None:
        return Instruction(code[:1], "(bad)", "", None)
    first = found.operands[0] if found.operands else None
    jumps = found.group(capstone.CS_GRP_CALL) or found.group(capstone.CS_GRP_JUMP)
    is_fixed = jumps and first is not None and first.type == x86.X86_OP_IMM
    target = first.imm & 0xFFFFFFFF if first is not None and is_fixed else None
    operands = found.op_str.replace(" ptr ", " ")
    # An address in the upper half of memory, which capstone takes for a negative number.
    for negative in re.findall(r"- 0x([0-9a-f]{7,8})", operands):
        operands = operands.replace(f"- 0x{negative}", f"+ {(1 << 32) - int(negative, 16):#x}")
    return Instruction(bytes(found.bytes), found.mnemonic, operands, target)


def accesses(
    code: bytes, registers: Registers, segment_base: Callable[[int], int]
) -> tuple[Access, ...]:
    """What the instruction at EIP touches if it is executed with these registers.

    What the CPU reads and writes by itself (INT, IRET, far calls, a descriptor) is not among it.

    Args:
        code: Bytes at EIP.
        registers: Before it.
        segment_base: Selector -> base of the segment that it is for.
    """
    found = _decode(code, registers["eip"])
    if found is None or found.id in _ONLY_NAMES:
        return ()
    touched = []
    for operand in found.operands:
        if operand.type == x86.X86_OP_MEM:
            address = _effective(found, operand.mem, registers, segment_base)
            if operand.access & capstone.CS_AC_READ:
                touched.append(Access(address, operand.size, writes=False))
            if operand.access & capstone.CS_AC_WRITE:
                touched.append(Access(address, operand.size, writes=True))
    if pushed := _PUSHED_WORDS.get(found.id, 0) * _WORD:
        touched.append(Access((registers["esp"] - pushed) & 0xFFFFFFFF, pushed, writes=True))
    if popped := _POPPED_WORDS.get(found.id, 0) * _WORD:
        touched.append(Access(registers["esp"], popped, writes=False))
    return tuple(touched)


def _effective(
    found: capstone.CsInsn,
    memory: x86.X86OpMem,
    registers: Registers,
    segment_base: Callable[[int], int],
) -> int:
    address: int = memory.disp
    if memory.base:
        address += _value(found.reg_name(memory.base), registers)
        # POP computes an address with ESP after it has moved (SDM 2B, POP).
        if found.id == x86.X86_INS_POP and memory.base == x86.X86_REG_ESP:
            address += _WORD
    if memory.index:
        address += _value(found.reg_name(memory.index), registers) * memory.scale
    if memory.segment:
        address += segment_base(registers[found.reg_name(memory.segment)])
    return address & 0xFFFFFFFF


def _value(name: str, registers: Registers) -> int:
    """Of a register, or the low half of one in 16-bit addresses."""
    return registers[name] if name in registers else registers[f"e{name}"] & 0xFFFF
