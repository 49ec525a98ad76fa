"""Rules about the task register, the TSS and its I/O bitmap, and task switches."""

from __future__ import annotations

from builder.model.rule import Mode, Rule

TASKS = "3A 7.3"
SWITCH = "n0=30 n1={nt} n2={link} n3=1 n4={old} n5=8b"
SWITCH_SHOW = ("n0", "n1", "n2", "n3", "n4", "n5")


def _kernel(group: str, name: str, sentence: str, sdm: str, code: str, *expected: str,
            setup: str = "", show: tuple[str, ...] = ()) -> Rule:  # fmt: skip
    return Rule(f"{group}.{name}", sentence, sdm, code, expected, Mode.RING0, setup, "", show)


def _ltr(name: str, sentence: str, selector: str, *expected: str) -> Rule:
    return _kernel(
        "tss", f"ltr-{name}", sentence, "2A LTR", f"mov ax, {selector}; ltr ax", *expected
    )


_LTR = (
    _kernel("tss", "busy-after-ltr", "LTR marks the TSS busy", "2A LTR",
            "mov al, [gdt + SEL_TSS + 5]; movzx eax, al; mov [saved + S_N0], eax", "done n0=8b",
            show=("n0",)),
    _ltr("busy", "LTR of a busy TSS is #GP(selector)", "SEL_TSS", "#GP(28) in cs 8"),
    _ltr("null", "LTR of a null selector is #GP(0)", "0", "#GP(0) in cs 8"),
    _ltr("ti", "LTR of a selector in the LDT is #GP(selector)", "SEL_TSS | 4", "#GP(2c) in cs 8"),
    _ltr("absent", "LTR of a TSS that is not present is #NP(selector)", "SEL_TSS_ABSENT",
         "#NP(78) in cs 8"),
    _ltr("data", "LTR of a data segment is #GP(selector)", "SEL_KDATA", "#GP(10) in cs 8"),
    _ltr("outside", "LTR of a selector outside the GDT is #GP(selector)", "0x400", "#GP(400) in cs 8"),
    *(
        Rule(f"tss.ltr-ring{ring}", f"LTR in ring {ring} is #GP(0)", "2A LTR",
             "mov ax, SEL_TSS_OTHER; ltr ax", (f"#GP(0) in cs {cs}",), Mode(ring))
        for ring, cs in ((1, "39"), (2, "4a"), (3, "1b"))
    ),
    Rule("tss.str-ring3", "STR may be executed in ring 3, without UMIP", "2B STR",
         "xor eax, eax; str ax", ("ran eax=28",), show=("eax",)),
    Rule("tss.lldt-ring3", "LLDT in ring 3 is #GP(0)", "2A LLDT", "xor eax, eax; lldt ax",
         ("#GP(0) in cs 1b",)),
    _kernel("tss", "lldt-data", "LLDT of a data segment is #GP(selector)", "2A LLDT",
            "mov ax, SEL_KDATA; lldt ax", "#GP(10) in cs 8"),
    _kernel("tss", "lldt-null", "LLDT of a null selector is no fault", "2A LLDT",
            "xor eax, eax; lldt ax", "done"),
)  # fmt: skip


def _ss0(name: str, sentence: str, selector: str, *expected: str) -> Rule:
    """The fault happens on the way to ring 0, so that it must have a task of its own."""
    return Rule(f"tss.ss0-{name}", sentence, "3A 6.12.1; 2A INT", "int 0x40", expected, Mode.RING3,
                f"TASK_FOR 10; mov word [tss + 8], {selector}",
                fault_show=())  # fmt: skip


_SS0 = (
    _ss0("null", "A null SS0 is #TS(0) on the way to ring 0", "0", "#TS(0) in cs 1b"),
    _ss0("rpl3", "An SS0 with another RPL than the ring is #TS(selector)", "SEL_KDATA | 3",
         "#TS(10) in cs 1b"),
    _ss0("dpl3", "An SS0 with another DPL than the ring is #TS(selector)", "SEL_UDATA & ~3",
         "#TS(20) in cs 1b"),
    _ss0("read-only", "An SS0 that cannot be written to is #TS(selector)", "SEL_READ_ONLY & ~3",
         "#TS(c8) in cs 1b"),
    _ss0("outside", "An SS0 outside the GDT is #TS(selector)", "0x400", "#TS(400) in cs 1b"),
)  # fmt: skip


def _io(name: str, sentence: str, code: str, *expected: str, setup: str = "", mode: Mode = Mode.RING3,
        sdm: str = "1 19.5.2") -> Rule:  # fmt: skip
    return Rule(f"io.{name}", sentence, sdm, code, expected, mode, setup)


RAN, DENIED = "ran", "#GP(0) in cs 1b"
_DENY_83 = "or byte [tss + IO_MAP_OFFSET + 0x83 / 8], 1 << (0x83 & 7)"
_DENY_88 = "or byte [tss + IO_MAP_OFFSET + 0x88 / 8], 1"
_IO = (
    _io("allowed-byte", "A clear bit lets ring 3 at the port", "in al, 0x83", RAN),
    _io("denied-byte", "A set bit is #GP(0)", "in al, 0x83", DENIED, setup=_DENY_83),
    _io("beside-denied-below", "The port below a denied one is not", "in al, 0x82", RAN, setup=_DENY_83),
    _io("beside-denied-above", "The port above a denied one is not", "in al, 0x84", RAN, setup=_DENY_83),
    _io("word-first-denied", "A word needs both bits: the first is set", "in ax, 0x83", DENIED,
        setup=_DENY_83),
    _io("word-second-denied", "A word needs both bits: the second is set", "in ax, 0x82", DENIED,
        setup=_DENY_83),
    _io("word-straddles", "A word's bits may lie in two bytes of the map: the second is set",
        "in ax, 0x87", DENIED, setup=_DENY_88),
    _io("word-straddles-allowed", "A word's bits may lie in two bytes of the map: both are clear",
        "in ax, 0x87", RAN, setup=_DENY_83),
    _io("dword-last-denied", "A doubleword needs all four bits: the last is set", "in eax, 0x80",
        DENIED, setup=_DENY_83),
    _io("dword-straddles", "A doubleword's bits may lie in two bytes: the last is set",
        "in eax, 0x85", DENIED, setup=_DENY_88),
    _io("dword-allowed", "A doubleword with four clear bits is allowed", "in eax, 0x84", RAN,
        setup=_DENY_83 + "; " + _DENY_88),
    _io("out-denied", "OUT is checked like IN", "out 0x83, al", DENIED, setup=_DENY_83),
    _io("in-dx-denied", "A port in DX is checked like one in the instruction",
        "mov edx, 0x83; in al, dx", DENIED, setup=_DENY_83),
    _io("ins-denied", "INS is checked like IN", "mov edx, 0x83; mov edi, user_stack; insb", DENIED,
        setup=_DENY_83),
    _io("outs-denied", "OUTS is checked like OUT", "mov edx, 0x83; mov esi, user_stack; outsb",
        DENIED, setup=_DENY_83),
    _io("iopl3-no-check", "With IOPL 3 the map is not looked at", "in al, 0x83", RAN,
        setup=_DENY_83 + "; FLAGS 0x3002", sdm="1 19.5.1"),
    _io("iopl2-ring3", "IOPL 2 is not enough for ring 3", "in al, 0x83", DENIED,
        setup=_DENY_83 + "; FLAGS 0x2002", sdm="1 19.5.1"),
    _io("iopl2-ring2", "IOPL 2 is enough for ring 2", "in al, 0x83", RAN,
        setup=_DENY_83 + "; FLAGS 0x2002", mode=Mode.RING2, sdm="1 19.5.1"),
    _io("iopl0-ring1", "Ring 1 is checked with IOPL 0", "in al, 0x83", "#GP(0) in cs 39",
        setup=_DENY_83, mode=Mode.RING1, sdm="1 19.5.1"),
    _io("ring0-no-check", "Ring 0 is not checked", "in al, 0x83", "done", setup=_DENY_83,
        mode=Mode.RING0, sdm="1 19.5.1"),
    _io("limit-at-byte", "Two bytes of the map are read: the second must lie in the TSS",
        "in al, 0x83", DENIED, setup="TSS_LIMIT IO_MAP_OFFSET + 0x83 / 8"),
    _io("limit-one-beyond", "Two bytes of the map are read: both lie in the TSS", "in al, 0x83", RAN,
        setup="TSS_LIMIT IO_MAP_OFFSET + 0x83 / 8 + 1"),
    _io("limit-before-byte", "A port behind the limit is denied", "in al, 0x83", DENIED,
        setup="TSS_LIMIT IO_MAP_OFFSET + 0x83 / 8 - 1"),
    _io("byte-of-ones", "The byte of ones behind the map denies a word that needs it",
        "mov edx, 0xffff; in ax, dx", DENIED),
    _io("last-port", "The last port has its bit", "mov edx, 0xffff; in al, dx", RAN),
    _io("last-port-denied", "The last port's bit denies it", "mov edx, 0xffff; in al, dx", DENIED,
        setup="or byte [tss + IO_MAP_OFFSET + 8191], 0x80"),
    _io("base-at-limit", "A map that begins at the limit has no bits for any port", "in al, 0x83",
        DENIED, setup="mov word [tss + 102], TSS_SIZE - 1"),
    _io("base-beyond-limit", "A map that begins behind the limit is none", "in al, 0x83", DENIED,
        setup="mov word [tss + 102], TSS_SIZE + 100"),
    _io("base-elsewhere", "The map begins where the TSS says", "in al, 0x83", RAN,
        setup=_DENY_83 + "; mov word [tss + 102], IO_MAP_OFFSET + 200"),
    _io("tss-of-104-bytes", "A TSS that ends before a map has none", "in al, 0x83", DENIED,
        setup="TSS_LIMIT 103"),
)  # fmt: skip


def _task(name: str, sentence: str, code: str, *expected: str, setup: str = "",
          mode: Mode = Mode.RING0, show: tuple[str, ...] = SWITCH_SHOW) -> Rule:  # fmt: skip
    return Rule(f"task.{name}", sentence, TASKS, code, expected, mode, setup, "", show)


_NESTED = SWITCH.format(nt=1, link=28, old="8b")
_TASK = (
    _task("call", "A far CALL of a TSS nests: NT, back link, both busy", "call SEL_TSS_TASK:0",
          f"done {_NESTED}"),
    _task("jmp", "A far JMP to a TSS does not nest: the old one is not busy", "jmp SEL_TSS_TASK:0",
          "done " + SWITCH.format(nt=0, link=0, old=89)),
    _task("gate-call", "A far CALL of a task gate nests", "call SEL_TASK_GATE:0", f"done {_NESTED}"),
    _task("gate-int", "An interrupt through a task gate nests", "int 0x3f", f"done {_NESTED}",
          setup="TASK_GATE 0x3f"),
    _task("gate-int-ring3", "From ring 3, too", "int 0x3f", f"ran {_NESTED}",
          setup="TASK_GATE 0x3f", mode=Mode.RING3),
    _task("free-after-iret", "IRET of a nested task frees its TSS", "call SEL_TSS_TASK:0; "
          "movzx eax, byte [gdt + SEL_TSS_TASK + 5]; mov [saved + S_N0], eax", "done n0=89",
          show=("n0",)),
    _task("back-in-tr", "TR has the old task again", "call SEL_TSS_TASK:0; str [saved + S_N0]",
          "done n0=28", show=("n0",)),
    _task("jmp-busy", "A JMP to a busy TSS is #GP(selector)", "jmp SEL_TSS:0", "#GP(28) in cs 8",
          show=()),
    _task("call-absent", "A CALL of a TSS that is not present is #NP(selector)",
          "call SEL_TSS_ABSENT:0", "#NP(78) in cs 8", show=()),
    _task("call-short", "A TSS of less than 104 bytes is #TS(selector)", "call SEL_TSS_SHORT:0",
          "#TS(e8) in cs 8", show=()),
    _task("dpl0-from-ring3", "A TSS of ring 0's cannot be called from ring 3",
          "call SEL_TSS_TASK:0", "#GP(30) in cs 1b", mode=Mode.RING3, show=()),
    _task("iret-link-0", "IRET with NT and a back link of 0 is #TS(0)",
          "push dword 0x4002; popfd; iretd", "#TS(0) in cs 8", show=()),
    _task("iret-link-data", "IRET with NT and a back link to no TSS is #TS(selector)",
          "push dword 0x4002; popfd; iretd", "#TS(10) in cs 8",
          setup="mov word [tss], SEL_KDATA", show=()),
    _task("iret-link-free", "IRET with NT and a back link to a free TSS is #TS(selector)",
          "push dword 0x4002; popfd; iretd", "#TS(30) in cs 8",
          setup="mov word [tss], SEL_TSS_TASK", show=()),
    _task("iret-nt-ring3", "IRET with NT in ring 3 looks at the back link, too",
          "pushfd; or dword [esp], FLAG_NT; popfd; iretd", "#TS(0) in cs 1b", mode=Mode.RING3,
          show=()),
    _task("t-bit", "A TSS with the T bit is #DB before its first instruction",
          "call SEL_TSS_TASK:0", "done; db task+0 dr6=8000", show=(),
          setup="mov byte [tss_task + 100], 1"),
)  # fmt: skip

TASK_RULES = (*_LTR, *_SS0, *_IO, *_TASK)
