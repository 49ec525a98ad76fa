"""A program that makes each kind of call again and again, so that a debugger can look at one."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from builder.config.step import Step

CALLS = 400  # of each kind: more than any of them has instructions
NAME = "calls"
PID = 1
GETPID, WRITE, NO_SUCH_CALL = 20, 4, 0x80000000
EFAULT, ENOSYS = 14, 38
_PAGE = 0xFFFFE000
_STEPPED = 0x302  # IF, TF
_OF_IRET = 0x17202  # RF, NT, IOPL 3, IF
_NOT_FOR_RING_3 = 0x13000  # RF lasts for one instruction, and IOPL is the kernel's
_NOWHERE = 0x1000
_BAD_EBP = 0xBFFFFFFE  # a word there would end behind USER_TOP


@dataclass(frozen=True)
class Call:
    """One kind of call.

    Attributes:
        name: What is special about it.
        way: NASM: what makes it.
        result: EAX behind it.
        before: NASM: what comes before the number is loaded.
        number: Of the call.
        after: NASM: what makes the program as it was.
        first: The step that has it first.
        last: The instruction before `way`; the number is loaded before that, too.
        leaves_page: The program has no stack behind it, or would be stepped. It is looked at where
            the kernel comes back to, and there the debugger gives it ESP and EFLAGS to go on with.
        popped_bytes: By `last`.
        flags: EFLAGS behind it; 0: as before `last`.
    """

    name: str
    way: str
    result: int = PID
    before: str = ""
    number: int = GETPID
    after: str = ""
    first: Step = Step.INT80
    last: str = "nop"
    leaves_page: bool = False
    popped_bytes: int = 0
    flags: int = 0


_FLAGS = "    pushfd\n    or dword [esp], 0x244c01\n    popfd"  # ID, AC, NT, OF, DF, CF
_FLAGS_BACK = "    push dword 2\n    popfd"
_NULL = "    xor eax, eax\n    mov ds, eax\n    mov es, eax"
_DATA = "    push ss\n    pop ds\n    push ss\n    pop es"
_BY_HAND = "    push dword BEHIND\n    push ecx\n    push edx\n    push ebp\n"


def _both(name: str, *, before: str = "", after: str = "", **more: int) -> tuple[Call, ...]:
    """Through the page and by `int 0x80`."""
    return (
        Call(f"{name} by the page", "call page", before=before, after=after,
             first=Step.SYSENTER, **more),  # type: ignore[arg-type]
        Call(f"{name} by int 0x80", "int 0x80", before=before, after=after, **more),  # type: ignore[arg-type]
    )  # fmt: skip


CALLS_MADE = (
    *_both("getpid"),
    *_both("with odd flags", before=_FLAGS, after=_FLAGS_BACK),
    *_both("with null segments", before=_NULL, after=_DATA),
    *_both("with only ES null", before="    xor eax, eax\n    mov es, eax", after=_DATA),
    *_both("without such a number", number=NO_SUCH_CALL, result=-ENOSYS),
    *_both("of a bad pointer", number=WRITE, result=-EFAULT,
           before=f"    mov ebx, 1\n    mov ecx, {_NOWHERE}\n    mov edx, 4"),
    # Behind POPFD with TF set one more instruction is executed: SYSENTER. The trap comes in ring 0.
    Call("stepped into", "sysenter", first=Step.SYSENTER, leaves_page=True, last="popfd",
         popped_bytes=4, flags=_STEPPED,
         before=_BY_HAND + f"    mov ebp, esp\n    push dword {_STEPPED:#x}"),
    Call("with RF, IOPL and NT from IRET", "sysenter", first=Step.SYSENTER, leaves_page=True,
         last="iretd", popped_bytes=12, flags=_OF_IRET & ~_NOT_FOR_RING_3,
         before=_BY_HAND + f"    mov ebp, esp\n    push dword {_OF_IRET:#x}\n    push cs\n"
                           "    push dword WAY"),
    Call("with a bad EBP", "sysenter", -EFAULT, first=Step.VSYSCALL, leaves_page=True,
         before=_BY_HAND + f"    mov ebp, {_BAD_EBP:#x}"),
    Call("with an EBP where nothing is", "sysenter", -EFAULT, first=Step.VSYSCALL,
         leaves_page=True, before=_BY_HAND + f"    mov ebp, {_NOWHERE:#x}"),
)  # fmt: skip

# The stub of step sysenter, which every program carries.
_STUB = """
page:
    push dword .return
    push ecx
    push edx
    push ebp
    mov  ebp, esp
    sysenter
.return:
    pop  ebp
    pop  edx
    pop  ecx
    lea  esp, [esp + 4]
    ret
"""
_LOOP = """
    mov  dword [left], {calls}
loop_{index}:
    mov  ebx, 0xb1b2b3b4
    mov  ecx, 0xc1c2c3c4
    mov  edx, 0xd1d2d3d4
    mov  esi, 0x51525354
    mov  edi, 0x61626364
    mov  ebp, 0xe1e2e3e4
{call.before}
    mov  eax, {call.number:#x}
ready_{index}:
    nop
last_{index}:
    {call.last}
way_{index}:
    {call.way}
behind_{index}:
{call.after}
    dec  dword [left]
    jnz  loop_{index}
done_{index}:
"""
_SOURCE = """
    global _start
_start:
{loops}
    mov  eax, 1                             ; exit(0)
    xor  ebx, ebx
    int  0x80
{stub}
    section .bss
left: resd 1
"""


def calls_of(step: Step) -> tuple[Call, ...]:
    """Those that a kernel of that step can be asked for."""
    return tuple(call for call in CALLS_MADE if call.first <= step)


def make_calls_program(folder: Path, step: Step) -> Path:
    """Assemble the program, into `folder`; its labels are ready_N, last_N, behind_N and done_N."""
    loops = "".join(
        _LOOP.format(index=index, call=call, calls=CALLS)
        .replace("BEHIND", f"behind_{index}")
        .replace("WAY", f"way_{index}")
        for index, call in enumerate(calls_of(step))
    )
    stub = _STUB if step == Step.SYSENTER else f"page equ {_PAGE:#x}"
    source = _SOURCE.format(loops=loops, stub=stub)
    (folder / f"{NAME}.asm").write_text(source)
    subprocess.run(["nasm", "-f", "elf32", f"{NAME}.asm"], cwd=folder, check=True)
    link = ["ld", "-m", "elf_i386", "-z", "noexecstack", "-o", NAME, f"{NAME}.o"]
    subprocess.run(link, cwd=folder, check=True)
    return folder / NAME
