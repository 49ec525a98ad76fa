"""What students hand in that is neither the solution nor a known mistake, and what it must get."""

from __future__ import annotations

from dataclasses import dataclass

from builder.labs.lab import Change


@dataclass(frozen=True)
class OtherAnswer:
    """One hand-in, as changes of what was handed out.

    Attributes:
        lab: Of which lab.
        what: Is done otherwise, or is wrong.
        change: What was changed.
        points: That it gets; None: all.
        about: What the hints are about; empty: the lab.
        shows: What stands in a line of the check.
    """

    lab: str
    what: str
    change: tuple[Change, ...]
    points: int | None = None
    about: str = ""
    shows: str = ""


def _in(file: str, *pairs: tuple[str, str]) -> tuple[Change, ...]:
    return tuple(Change(file=file, old=old, new=new) for old, new in pairs)


_OTHER_GATE = "idt: first gate with another type, DPL or selector"
_OVERFLOW_GATE = "    idt[VECTOR_OF].type |= GATE_FROM_USER;\n"
_INT80, _FAST = "entry/int80_entry.asm", "entry/sysenter_entry.asm"
_FRAME = """\
    times 3 push dword -1                   ; LAB: three registers belong here
    push edx
    push ecx
    push dword -1                           ; LAB: and one here; then ESP is a struct pt_regs *
"""
_DESCRIPTORS = "    /* LAB: the code and the data of programs. */\n"
_CLOSED = ("frame_take(); /* no need to clear it: a program writes first */", "frame_alloc();")
_STEAL = '    /* LAB: find what hello has left behind. */\n    print("the secret is %06x\\n", 0);\n'
_WORDS = "    const uint32_t *word = (const uint32_t *)(USER_TOP - PAGE_SIZE);\n"
_PRINT = '        print("the secret is %06x\\n", word[i]);\n'
_FOUND = f"{_WORDS}    while (*word++ != 0x5ec2e700) {{\n    }}\n{_PRINT[4:].replace('[i]', '[0]')}"
_ALL = f"{_WORDS}    for (uint32_t i = 0; i < 1000; i++) {{\n{_PRINT}    }}\n"
_SHARED = """\
    /* LAB: a copy of its own. As it is, both go on writing to the same page. */
    (void)frame;
    frame_put(copy);
    *entry |= PAGE_WRITE;
"""
_COPIED = """\
    uint32_t *to = phys_to_virt(copy), *from = phys_to_virt(frame), rights = *entry & 0xfff;

    for (uint32_t i = 0; i < PAGE_SIZE / 4; i++) {
        to[i] = from[i];
    }
    *entry = copy | rights | PAGE_WRITE;
    frame_put(frame);
"""
_OVERFLOW = "    add  al, 0x10 - EFLAGS_OF / 256\n"
_LEAVE = "    sysexit\n"

RIGHT = (
    OtherAnswer(
        *("03", "the frame is made by MOV"),
        _in(
            _INT80,
            (
                _FRAME,
                "    sub  esp, 24\n    mov  [esp], ebx\n    mov  [esp + 4], ecx\n"
                "    mov  [esp + 8], edx\n    mov  [esp + 12], esi\n    mov  [esp + 16], edi\n"
                "    mov  [esp + 20], ebp\n",
            ),
        ),
    ),
    OtherAnswer(
        *("06", "descriptors that were never used, and AVL"),
        _in(
            "cpu/gdt.c",
            (_DESCRIPTORS, "    [14] = 0x00cffa000000ffff,\n    [15] = 0x00dff2000000ffff,\n"),
        ),
    ),
    OtherAnswer(
        *("07", "the sum is compared with its beginning"),
        _in(
            "mm/mm.h",
            (
                "    return (uint32_t)start + size <= USER_TOP;",
                "    uint32_t end = (uint32_t)start + size;\n"
                "    return end >= (uint32_t)start && end <= USER_TOP;",
            ),
        ),
    ),
    OtherAnswer(
        *("13", "out of line"),
        _in(
            _FAST,
            (_LEAVE, "    jmp  .out\n"),
            (".no_such_call:\n", ".out:\n    sti\n    sysexit\n\n.no_such_call:\n"),
        ),
    ),
    OtherAnswer(*("14", "a shift overflows, too"), _in(_FAST, (_OVERFLOW, "    shl  al, 4\n"))),
    OtherAnswer(*("41", "word by word"), _in("mm/fault.c", (_SHARED, _COPIED))),
)

WRONG = (
    OtherAnswer(
        *("02", "the gate is open, and its selector is another one"),
        _in(
            "cpu/idt.c",
            (
                _OVERFLOW_GATE,
                f"    idt[SYSCALL_VECTOR].type |= GATE_FROM_USER;\n"
                f"    idt[SYSCALL_VECTOR].selector |= 3;\n{_OVERFLOW_GATE}",
            ),
        ),
        points=6,
        about=f"not as it was: descriptor tables: {_OTHER_GATE}",
        shows=_OTHER_GATE,
    ),
    OtherAnswer(
        *("03", "write and exit get another register"),
        _in(
            _INT80,
            (
                _FRAME,
                "".join(f"    push {r}\n" for r in ("ebp", "ebx", "esi", "edx", "ecx", "edi")),
            ),
        ),
        points=0,
        shows="registers and arguments: none of its results were printed",
    ),
    OtherAnswer(
        *("03", "no instruction behind the first"),
        _in(_INT80, ("int80_entry:\n", "int80_entry:\n    jmp  int80_entry\n")),
        points=0,
        about="the kernel goes round in itself",
    ),
    OtherAnswer(
        *("03", "each program calls again and again"),
        _in(
            _INT80,
            (
                _FRAME,
                "".join(f"    push {r}\n" for r in ("edx", "ecx", "ebx", "esi", "edi", "ebp")),
            ),
        ),
        points=0,
        about="the last one first",
    ),
    OtherAnswer(
        *("06", "data that nobody may write"),
        _in(
            "cpu/gdt.c",
            (_DESCRIPTORS, "    [14] = 0x00cffb000000ffff,\n    [15] = 0x00cff1000000ffff,\n"),
        ),
        points=0,
    ),
    OtherAnswer(
        *("09", "the hole is still open"),
        _in("user/trespass.c", (_STEAL, _FOUND)),
        points=5,
        about="not yet: the hole is closed: our trespass finds nothing",
    ),
    OtherAnswer(
        *("09", "all that it could be"),
        _in("user/trespass.c", (_STEAL, _ALL)) + _in("proc/process.c", _CLOSED),
        points=5,
        shows="the secret is ...: 1000 such lines, and one is right",
    ),
    OtherAnswer(
        *("13", "POPFD lets an interrupt in before SYSEXIT"),
        _in(_FAST, (_LEAVE, f"    push dword 0x202\n    popfd\n{_LEAVE}")),
        points=0,
        about="STI too early",
    ),
)
