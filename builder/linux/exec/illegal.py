"""What is said of a process that SIGILL ended: it says nothing itself, and seldom means it.

By the name of the instruction, which is read where the process was, and disassembled.
"""

from __future__ import annotations

import capstone

from builder.errors import harmless
from builder.linux.exec.guest_memory import GuestMemory
from builder.linux.exec.strace import Record
from builder.model.traps import TRAPS

ALL_OF_QEMU = "max"  # the model of QEMU's that has all that QEMU knows
INSTRUCTION_BYTES_MAX = 15
_UD = next(trap.vector for trap in TRAPS if trap.mnemonic == "UD")
_NOT_KILLED = 0xFFFFFFFF  # of struct process: by no exception
_MEANT = ("ud0", "ud1", "ud2")
_VEX = (0xC4, 0xC5, 0x62)  # how AVX's instructions begin, and some of others
# Names of groups that capstone puts an instruction into, among others.
_FEATURES = (
    *("cmov", "mmx", "3dnow", "sse1", "sse2", "sse3", "ssse3", "sse41", "sse42", "sse4a", "aes"),
    *("pclmul", "bmi", "bmi2", "adx", "sha", "tbm", "xop", "fma4", "rtm", "hle", "fsgsbase"),
    *("avx", "avx2", "avx512", "f16c", "fma"),
)


def line(words: tuple[int, ...], memory: memoryview, cpu: str) -> str:
    """The line about a process that SIGILL ends.

    Args:
        words: Of struct host_trace, in their order: HOST_TRACE_ILLEGAL.
        memory: All of the guest's.
        cpu: The guest's CPU, as --cpu has it.
    """
    record = Record.of(words)
    eip, *name_words = record.arguments
    name = b"".join(word.to_bytes(4, "little") for word in name_words).partition(b"\0")[0]
    who = f"tinygate exec: {name.decode('utf-8', 'backslashreplace')} (pid {record.pid})"
    return harmless(f"{who}: SIGILL at {eip:#x}: {_reason(record, memory, eip, cpu)}") + "\n"


def _reason(record: Record, memory: memoryview, eip: int, cpu: str) -> str:
    if record.number != _UD:
        return "no instruction did it" + (", it was sent" if record.number == _NOT_KILLED else "")
    guest = GuestMemory(memory, record.directory)
    sizes = range(INSTRUCTION_BYTES_MAX, 0, -1)  # the next page may not be there
    return about(next(filter(None, (guest.read(eip, size) for size in sizes)), b""), eip, cpu)


def about(code: bytes, eip: int, cpu: str) -> str:
    """What a CPU refused, and the option by which another would not.

    Args:
        code: The bytes that it found.
        eip: Where.
        cpu: As --cpu has it.
    """
    has_all = cpu.partition(",")[0] == ALL_OF_QEMU
    option = "QEMU has none with it" if has_all else f"--cpu {ALL_OF_QEMU} has all that QEMU has"
    decoder = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_32)
    decoder.detail = True
    found = next(decoder.disasm(code, eip, 1), None)
    if found is None:
        return f"CPU {cpu} has no instruction {code.hex(' ')}; {option}"
    named = f"`{found.mnemonic} {found.op_str}".rstrip() + "`"
    if found.mnemonic in _MEANT:
        return f"{named} is there to be refused, by CPU {cpu} as by any: the program gives up"
    features = map(found.group_name, found.groups)
    shown = "".join(f" ({name.upper()})" for name in features if name in _FEATURES)
    if found.mnemonic == "xgetbv" or (code[0] in _VEX and found.mnemonic[0] in "vk"):
        return (
            f"CPU {cpu} has no {named}{shown}; no --cpu has: the kernel does not keep the registers"
            " of AVX. Build it without"
        )
    return f"CPU {cpu} has no {named}{shown}; {option}"
