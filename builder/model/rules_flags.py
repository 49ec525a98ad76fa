"""Rules about EFLAGS, interrupts that wait, single steps and breakpoints."""

from __future__ import annotations

from builder.model.rule import Mode, Rule

RING = {Mode.RING0: "8", Mode.RING1: "39", Mode.RING2: "4a", Mode.RING3: "1b"}


def _row(group: str, name: str, sentence: str, sdm: str, code: str, *expected: str,
         setup: str = "", mode: Mode = Mode.RING3, show: tuple[str, ...] = (),
         fault_show: tuple[str, ...] = (), entry: str = "", needs: str = "", before: str = ""
         ) -> Rule:  # fmt: skip
    """`before`: the events before the instruction that is #UD on a CPU without SEP."""
    without = (f"#UD in cs {RING[mode]}{before}",) if needs == "sep" else ()
    return Rule(f"{group}.{name}", sentence, sdm, code, expected, mode, setup, entry, show,
                fault_show, needs, without)  # fmt: skip


def _rf(name: str, vector: str, code: str, seen: str, *, rf: int, kind: str, mode: Mode = Mode.RING3,
        setup: str = "") -> Rule:  # fmt: skip
    what = "set" if rf else "clear"
    return _row("rf", name, f"RF is {what} in the EFLAGS saved for {vector}, a {kind}", "3B 17.3.1.1",
                code, f"{seen} rf={rf}", fault_show=("rf",), mode=mode, setup=setup)  # fmt: skip


_RF = (
    _rf("ud", "#UD", "ud2", "#UD in cs 1b", rf=1, kind="fault"),
    _rf("gp", "#GP", "cli", "#GP(0) in cs 1b", rf=1, kind="fault"),
    _rf("pf", "#PF", "mov eax, [page_missing]", "#PF(4) in cs 1b", rf=1, kind="fault"),
    _rf("de", "#DE", "xor ecx, ecx; div ecx", "#DE in cs 1b", rf=1, kind="fault"),
    _rf("ud-ring0", "#UD in ring 0", "ud2", "#UD in cs 8", rf=1, kind="fault", mode=Mode.RING0),
    _rf("np", "#NP", "mov eax, SEL_ABSENT; mov ds, ax", "#NP(b8) in cs 1b", rf=1, kind="fault"),
    _rf("bp", "#BP", "int3", "#BP in cs 1b", rf=0, kind="trap"),
    _rf("of", "#OF", "mov al, 0x7f; inc al; into", "#OF in cs 1b", rf=0, kind="trap"),
    _rf("int", "INT n", "int 0x3e", "interrupt 3e", rf=0, kind="trap",
        setup="mov byte [idt + 0x3e * 8 + 5], 0xee"),
    _rf("page-fault-write", "#PF of a write", "mov [page_supervisor], eax", "#PF(7) in cs 1b", rf=1,
        kind="fault"),
)  # fmt: skip

_FLAGS = (
    *(
        _row("flags", f"{name}-ring{int(mode)}", f"{name.upper()} with IOPL 0 in ring {int(mode)} is #GP(0)",
             f"2A {name.upper()}" if name == "cli" else "2B STI", name, f"#GP(0) in cs {RING[mode]}", mode=mode)
        for name in ("cli", "sti")
        for mode in (Mode.RING1, Mode.RING2, Mode.RING3)
    ),
    _row("flags", "cli-iopl3", "CLI with IOPL 3 in ring 3 is allowed", "2A CLI",
         "sti; cli; pushfd; pop eax", "ran eax=3002", setup="FLAGS 0x3002", show=("eax",)),
    _row("flags", "cli-iopl2-ring2", "CLI with IOPL 2 in ring 2 is allowed", "2A CLI", "cli", "ran",
         setup="FLAGS 0x2002", mode=Mode.RING2),
    _row("flags", "cli-iopl2-ring3", "CLI with IOPL 2 in ring 3 is #GP(0)", "2A CLI", "cli",
         "#GP(0) in cs 1b", setup="FLAGS 0x2002"),
    _row("flags", "hlt-ring3", "HLT in ring 3 is #GP(0)", "2A HLT", "hlt", "#GP(0) in cs 1b"),
    _row("flags", "popf-ring3-if", "POPF in ring 3 with IOPL 0 leaves IF alone, without a fault",
         "2B POPF", "push dword 0x202; popfd; pushfd; pop eax", "ran eax=2", show=("eax",)),
    _row("flags", "popf-ring3-iopl", "POPF in ring 3 leaves IOPL alone, without a fault", "2B POPF",
         "push dword 0x3002; popfd; pushfd; pop eax", "ran eax=2", show=("eax",)),
    _row("flags", "popf-ring3-iopl3", "POPF in ring 3 with IOPL 3 changes IF, and IOPL not",
         "2B POPF", "push dword 0x202; popfd; pushfd; cli; pop eax", "ran eax=3202",
         setup="FLAGS 0x3002", show=("eax",)),
    _row("flags", "popf-ring3-nt-id-ac", "POPF in ring 3 changes NT, AC and ID", "2B POPF",
         "push dword 0x244002; popfd; pushfd; pop eax; push dword 2; popfd", "ran eax=244002",
         show=("eax",)),
    _row("flags", "popf-vm-rf", "POPF leaves VM alone, and clears RF", "2B POPF",
         "push dword 0x30002; popfd; pushfd; pop eax", "done eax=2", mode=Mode.RING0, show=("eax",)),
    _row("flags", "popf-reserved", "POPF cannot set bits 3, 5, 15 and 22 to 31, nor clear bit 1",
         "2B POPF", "push dword 0xffc08028; popfd; pushfd; pop eax", "done eax=2", mode=Mode.RING0,
         show=("eax",)),
    _row("flags", "popf-ring0-iopl", "POPF in ring 0 changes IOPL", "2B POPF",
         "push dword 0x3002; popfd; pushfd; pop eax", "done eax=3002", mode=Mode.RING0, show=("eax",)),
    _row("flags", "popf16", "POPF of 16 bits leaves the upper half alone", "2B POPF",
         "push dword 0x200002; popfd; push word 0xd7; popfw; pushfd; pop eax", "done eax=2000d7",
         mode=Mode.RING0, show=("eax",)),
    _row("flags", "iret-ring3-iopl", "IRET in ring 3 leaves IF and IOPL alone", "2A IRET",
         "push dword 0x3202; push dword SEL_UCODE; push dword .on; iretd; .on: pushfd; pop eax",
         "ran eax=2", show=("eax",)),
    _row("flags", "gate-clears", "An interrupt gate clears IF and NT and leaves AC and DF", "3A 6.12.1.3",
         "push dword 0x44602; popfd; int 0x3e", "done n0=40402",
         mode=Mode.RING0, show=("n0",),
         setup="GATE 0x3e, .here; jmp .over; .here: pushfd; pop dword [saved + S_N0]; "
               "push dword 2; popfd; jmp done; .over: nop"),
    _row("flags", "trap-gate-keeps-if", "A trap gate leaves IF alone", "3A 6.12.1.3",
         "sti; int 0x3e", "done n0=202", mode=Mode.RING0, show=("n0",),
         setup="GATE 0x3e, .here; mov byte [idt + 0x3e * 8 + 5], 0x8f; jmp .over; .here: pushfd; cli; "
               "pop dword [saved + S_N0]; jmp done; .over: nop"),
    _row("flags", "cpuid-id", "A CPU with CPUID lets ID be changed", "1 3.4.3.3",
         "push dword 0x200002; popfd; pushfd; pop eax", "done eax=200002", mode=Mode.RING0,
         show=("eax",)),
    _row("ac", "ring3", "An unaligned access in ring 3 with AM and AC is #AC(0)", "3A 6.15 #AC",
         "mov eax, [user_stack + 1]", "#AC(0) in cs 1b", setup="AM_ON; FLAGS FLAG_AC | 2"),
    _row("ac", "aligned", "An aligned access with AM and AC is no fault", "3A 6.15 #AC",
         "mov eax, [user_stack + 4]", "ran", setup="AM_ON; FLAGS FLAG_AC | 2"),
    _row("ac", "without-am", "Without CR0.AM there is no #AC", "3A 6.15 #AC",
         "mov eax, [user_stack + 1]", "ran", setup="FLAGS FLAG_AC | 2"),
    _row("ac", "without-ac", "Without EFLAGS.AC there is no #AC", "3A 6.15 #AC",
         "mov eax, [user_stack + 1]", "ran", setup="AM_ON"),
    _row("ac", "ring0", "There is no #AC in ring 0", "3A 6.15 #AC",
         "push dword FLAG_AC | 2; popfd; mov eax, [user_stack + 1]", "done", setup="AM_ON",
         mode=Mode.RING0),
    _row("ac", "ring0-after-sysenter", "Nor behind SYSENTER, which leaves AC set", "2B SYSENTER",
         "sysenter", "entered", setup="AM_ON; FLAGS FLAG_AC | 2",
         entry="mov eax, [ss:user_stack + 1]; jmp entered", needs="sep"),
    _row("ac", "word", "A word at an odd address is #AC(0), too", "3A 6.15 #AC",
         "mov ax, [user_stack + 1]", "#AC(0) in cs 1b", setup="AM_ON; FLAGS FLAG_AC | 2"),
    _row("ac", "byte", "A byte is always aligned", "3A 6.15 #AC", "mov al, [user_stack + 1]", "ran",
         setup="AM_ON; FLAGS FLAG_AC | 2"),
)  # fmt: skip

_SHADOWS = (
    _row("sti", "cli-behind", "An interrupt does not come between STI and CLI", "2B STI", "sti; cli; nop",
         "done", setup="IRQ", mode=Mode.RING0),
    _row("sti", "one-instruction", "It comes behind the instruction after STI", "2B STI",
         "sti; nop; nop; cli", "done; irq code+2", setup="IRQ", mode=Mode.RING0),
    _row("sti", "popf-no-shadow", "POPF that sets IF holds nothing back", "2B POPF",
         "push dword 0x202; popfd; nop; nop; cli", "done; irq code+6", setup="IRQ", mode=Mode.RING0),
    _row("sti", "iret-no-shadow", "IRET that sets IF holds nothing back", "2A IRET",
         "push dword 0x202; push dword SEL_KCODE; push dword .on; iretd; .on: nop; nop; cli",
         "done; irq code+d", setup="IRQ", mode=Mode.RING0),
    _row("sti", "ring3-first", "An IRET to ring 3 with IF set: before its first instruction", "2A IRET",
         "nop; nop", "ran; irq code+0", setup="IRQ; FLAGS 0x202"),
    _row("sti", "ring3-iopl3", "STI in ring 3 holds back one instruction", "2B STI",
         "sti; nop; nop; cli", "ran; irq code+2", setup="IRQ; FLAGS 0x3002"),
    _row("sti", "mov-ss", "MOV SS holds an interrupt back for one instruction; behind STI it need not",
         "2B MOV; 3A 6.8.3", "mov ax, ss; push dword 0x202; sti; mov ss, ax; popfd; nop; nop; cli",
         "done; irq code+c", "done; irq code+b", setup="IRQ", mode=Mode.RING0),
    _row("sti", "pop-ss", "POP SS holds an interrupt back for one instruction", "2B POP; 3A 6.8.3",
         "push ss; sti; pop ss; nop; nop; cli", "done; irq code+4", "done; irq code+3", setup="IRQ",
         mode=Mode.RING0),
    _row("sti", "hlt-behind", "HLT behind STI is woken by an interrupt that waited", "2B STI",
         "sti; hlt; cli", "done; irq code+2", setup="IRQ", mode=Mode.RING0),
    _row("sti", "int-flag-in-gate", "An interrupt finds IF clear behind its gate", "3A 6.8.1",
         "sti; nop; nop; pushfd; cli; pop eax", "done eax=202; irq code+2", setup="IRQ",
         mode=Mode.RING0, show=("eax",)),
)  # fmt: skip

_TF = (
    _row("tf", "ring3", "TF in ring 3 is #DB behind each instruction", "3B 17.3.1.4", "nop; nop",
         "ran; db code+1; db code+2", setup="FLAGS FLAG_TF | 2"),
    _row("tf", "popf", "POPF that sets TF: the first #DB is behind the next instruction", "3B 17.3.1.4",
         "push dword FLAG_TF | 2; popfd; nop; nop", "ran; db code+7; db code+8"),
    _row("tf", "popf-clears", "POPF that clears TF is still followed by #DB", "3B 17.3.1.4",
         "push dword 2; popfd; nop", "ran; db code+2; db code+3", setup="FLAGS FLAG_TF | 2"),
    _row("tf", "int", "INT n clears TF, and there is no #DB behind it", "3B 17.3.1.4",
         "int 0x40", "ran", setup="FLAGS FLAG_TF | 2"),
    _row("tf", "fault", "There is no #DB behind an instruction that faults", "3A 6.9", "ud2",
         "#UD in cs 1b", setup="FLAGS FLAG_TF | 2"),
    _row("tf", "mov-ss", "There is no #DB behind MOV SS", "3A 6.8.3", "mov eax, ss; mov ss, ax; nop; nop",
         "ran; db code+2; db code+5; db code+6", setup="FLAGS FLAG_TF | 2"),
    _row("tf", "jump", "There is a #DB at the target of a jump", "3B 17.3.1.4", "jmp .on; ud2; .on: nop",
         "ran; db code+4; db code+5", setup="FLAGS FLAG_TF | 2"),
    _row("tf", "sysenter", "SYSENTER leaves TF: #DB at its first instruction, in ring 0", "2B SYSENTER",
         "sysenter", "entered; db entry+0; db entry+1; db entry+2", setup="FLAGS FLAG_TF | 2",
         entry="nop; nop; jmp entered", needs="sep"),
    _row("tf", "sysenter-cleared", "#DB comes behind the POPF of the entry that clears TF, too",
         "2B SYSENTER", "sysenter", "entered; db entry+0; db entry+2; db entry+3",
         setup="FLAGS FLAG_TF | 2", entry="push byte 2; popfd; nop; jmp entered", needs="sep"),
    _row("tf", "sysenter-gp", "There is no #DB behind a SYSENTER that faults", "2B SYSENTER", "sysenter",
         "#GP(0) in cs 1b", setup="FLAGS FLAG_TF | 2; MSR 0x174, 0", needs="sep"),
    _row("tf", "sysexit", "SYSEXIT leaves TF: #DB at its target, in ring 3", "2B SYSEXIT",
         "mov edx, .on; mov ecx, user_stack_end; push dword FLAG_TF | 2; popfd; sysexit; .on: nop; int 0x40",
         "ran; db code+12; db code+13", mode=Mode.RING0, needs="sep"),
    _row("tf", "sti-sysexit", "STI holds back no #DB", "3B 17.3.1.4; 2B STI",
         "mov edx, .on; mov ecx, user_stack_end; push dword FLAG_TF | 2; popfd; sti; sysexit; .on: nop; int 0x40",
         "ran; db code+11; db code+13; db code+14", mode=Mode.RING0, needs="sep",
         before="; db code+11"),
    _row("tf", "iret-to-ring3", "IRET that sets TF: the first #DB is behind the first instruction",
         "2A IRET", "nop", "ran; db code+1", setup="FLAGS FLAG_TF | 2"),
    _row("tf", "icebp", "INT1 is #DB, in any ring", "3A 6.3.3", "int1; nop", "ran; db code+1"),
    _row("tf", "int3", "INT3 clears TF like any INT", "3B 17.3.1.4", "int3", "#BP in cs 1b",
         setup="FLAGS FLAG_TF | 2"),
)  # fmt: skip


def _dr(name: str, sentence: str, code: str, *expected: str, at: str, kind: int = 0, entry: str = "",
        mode: Mode = Mode.RING3, also: str = "", needs: str = "", before: str = "",
        sdm: str = "3B 17.2.4") -> Rule:  # fmt: skip
    """`also`: set up behind the breakpoint at `at`."""
    setup = f"BREAK {at}, {kind:#x}" + (f"; {also}" if also else "")
    return _row("dr", name, sentence, sdm, code, *expected, setup=setup, entry=entry,
                mode=mode, needs=needs, before=before)  # fmt: skip


WRITE, READ_WRITE, IO = 0xD, 0xF, 0xE  # of 4 bytes, and of one port
_DR = (
    _dr("exec", "An execute breakpoint is #DB before the instruction", "nop; .at: nop; nop",
        "ran; db code+1 dr6=1", at="{code}.at"),
    _dr("exec-once", "With RF set it passes, and comes again at the next turn", "mov ecx, 2; .at: loop .at",
        "ran; db code+5 dr6=1; db code+5 dr6=1", at="{code}.at"),
    _dr("exec-rf-at-start", "RF in the EFLAGS of an IRET lets the first instruction pass", "nop; nop",
        "ran", at="{code}", also="FLAGS FLAG_RF | 2"),
    _dr("exec-behind-irq", "An interrupt due before it comes first, and does not take it away",
        "sti; nop; .at: nop; cli", "done; irq code+2; db code+2 dr6=1", at="{code}.at", also="IRQ",
        mode=Mode.RING0, sdm="3A 6.9; 3B 17.3.1.1"),
    _dr("exec-behind-irq-ring3", "So it is at the first instruction of ring 3 behind an IRET",
        "nop; nop", "ran; irq code+0; db code+0 dr6=1", at="{code}", also="IRQ; FLAGS 0x202",
        sdm="3A 6.9; 3B 17.3.1.1"),
    _dr("exec-sysenter", "A breakpoint at SYSENTER comes before it", "nop; .at: sysenter",
        "entered; db code+1 dr6=1", at="{code}.at", needs="sep", before="; db code+1 dr6=1"),
    _dr("exec-entry", "A breakpoint at the entry comes in ring 0, before the first instruction",
        "sysenter", "entered; db entry+0 dr6=1", at="{entry}", entry="nop; jmp entered", needs="sep"),
    _dr("exec-sysexit", "A breakpoint at SYSEXIT comes before it",
        "mov edx, user_end; mov ecx, user_stack_end; .at: sysexit", "ran; db code+a dr6=1",
        at="{code}.at", mode=Mode.RING0, needs="sep", before="; db code+a dr6=1"),
    _dr("exec-behind-sysexit", "A breakpoint at the target of SYSEXIT comes in ring 3",
        "mov edx, .on; mov ecx, user_stack_end; sysexit; .on: nop; int 0x40", "ran; db code+c dr6=1",
        at="{code}.on", mode=Mode.RING0, needs="sep"),
    _dr("write", "A write to a watched place is #DB behind it", "mov [user_stack], eax; nop",
        "ran; db code+5 dr6=1", at="user_stack", kind=WRITE),
    _dr("write-not-read", "A read of a place watched for writing is none", "mov eax, [user_stack]; nop",
        "ran", at="user_stack", kind=WRITE),
    _dr("read", "A read of a place watched for both is #DB behind it", "mov eax, [user_stack]; nop",
        "ran; db code+5 dr6=1", at="user_stack", kind=READ_WRITE),
    _dr("write-beside", "A write beside a watched place is none", "mov [user_stack + 4], eax; nop",
        "ran", at="user_stack", kind=WRITE),
    _dr("write-overlap", "A write that touches it with one byte is one", "mov [user_stack + 3], eax; nop",
        "ran; db code+5 dr6=1", at="user_stack", kind=WRITE),
    _dr("write-by-entry", "A push on the entry's stack is one like any other", "sysenter",
        "entered; db entry+1 dr6=1", at="entry_stack_end - 4", kind=WRITE,
        entry="push eax; nop; jmp entered", needs="sep"),
    _row("dr", "mov-ring3", "MOV of a debug register in ring 3 is #GP(0)", "2B MOV", "mov eax, dr0",
         "#GP(0) in cs 1b"),
    _row("dr", "gd", "With DR7.GD a MOV of a debug register is #DB before it", "3B 17.2.4",
         "mov eax, dr0; nop", "done; db code+0 dr6=2000", mode=Mode.RING0,
         setup="mov eax, 0x2400; mov dr7, eax"),
    _row("dr", "de-off-dr4", "Without CR4.DE DR4 is DR6", "3B 17.2.2", "mov eax, dr4", "done",
         mode=Mode.RING0),
    _row("dr", "dr7-bit10", "Bit 10 of DR7 reads 1", "3B 17.2", "mov eax, dr7; and eax, 0x400",
         "done eax=400", mode=Mode.RING0, show=("eax",)),
)  # fmt: skip

FLAG_RULES = (*_RF, *_FLAGS, *_SHADOWS, *_TF, *_DR)
