"""Rules about segment registers, far transfers, V86 mode, real mode, and single instructions."""

from __future__ import annotations

from builder.model.rule import Mode, Rule

RAN = "ran"
LOADS = "3A 5.6; 2B MOV"


def _ring3(name: str, sentence: str, sdm: str, code: str, *expected: str, setup: str = "",
           show: tuple[str, ...] = (), mode: Mode = Mode.RING3) -> Rule:  # fmt: skip
    return Rule(name, sentence, sdm, code, expected, mode, setup, "", show)


def _load(name: str, register: str, selector: str, sentence: str, *expected: str) -> Rule:
    return _ring3(
        f"load.{name}", sentence, LOADS, f"mov eax, {selector}; mov {register}, ax", *expected
    )


_LOADS = (
    _load("ds-null", "ds", "0", "A null selector may be loaded into DS", RAN),
    _load("ds-null-rpl", "ds", "3", "So may one with an RPL", RAN),
    _ring3("load.ds-null-used", "A use of a null DS is #GP(0)", LOADS,
           "xor eax, eax; mov ds, ax; mov eax, [ds:user_stack]", "#GP(0) in cs 1b"),
    _load("ss-null", "ss", "0", "A null selector in SS is #GP(0)", "#GP(0) in cs 1b"),
    _load("ss-null-rpl", "ss", "3", "So is one with an RPL", "#GP(0) in cs 1b"),
    _load("ss-rpl0", "ss", "SEL_UDATA & ~3", "SS with another RPL than the ring is #GP(selector)",
          "#GP(20) in cs 1b"),
    _load("ss-dpl0", "ss", "SEL_KDATA | 3", "SS with another DPL than the ring is #GP(selector)",
          "#GP(10) in cs 1b"),
    _load("ss-read-only", "ss", "SEL_READ_ONLY", "SS that cannot be written to is #GP(selector)",
          "#GP(c8) in cs 1b"),
    _load("ss-code", "ss", "SEL_UCODE", "A code segment in SS is #GP(selector)", "#GP(18) in cs 1b"),
    _load("ss-absent", "ss", "SEL_ABSENT", "SS that is not present is #SS(selector)",
          "#SS(b8) in cs 1b"),
    _load("ss-outside", "ss", "0x403", "SS outside the GDT is #GP(selector)", "#GP(400) in cs 1b"),
    _load("ds-dpl0", "ds", "SEL_KDATA", "DS with a DPL below the ring is #GP(selector)",
          "#GP(10) in cs 1b"),
    _load("ds-code-readable", "ds", "SEL_UCODE", "A code segment that can be read may be in DS", RAN),
    _load("ds-code-unreadable", "ds", "SEL_EXEC_ONLY", "One that cannot be read is #GP(selector)",
          "#GP(d0) in cs 1b"),
    _load("ds-conforming", "ds", "SEL_CONFORMING", "A conforming code segment of ring 0's may be in DS",
          RAN),
    _load("ds-absent", "ds", "SEL_ABSENT", "DS that is not present is #NP(selector)",
          "#NP(b8) in cs 1b"),
    _load("ds-outside", "ds", "0x403", "DS outside the GDT is #GP(selector)", "#GP(400) in cs 1b"),
    _load("ds-tss", "ds", "SEL_TSS", "A TSS in DS is #GP(selector)", "#GP(28) in cs 1b"),
    _load("ds-gate", "ds", "SEL_CALL_GATE", "A gate in DS is #GP(selector)", "#GP(88) in cs 1b"),
    _load("gs-absent", "gs", "SEL_ABSENT", "GS that is not present is #NP(selector)",
          "#NP(b8) in cs 1b"),
    _ring3("load.ldt-without", "A selector in the LDT without an LDT is #GP(selector)", LOADS,
           "mov eax, 0xf; mov ds, ax", "#GP(c) in cs 1b"),
    _ring3("load.mov-cs", "MOV to CS is #UD", "2B MOV", "db 0x8e, 0xc8", "#UD in cs 1b"),
    _ring3("load.limit", "An access behind the limit is #GP(0)", "3A 5.3",
           "mov eax, SEL_LIMIT0; mov ds, ax; mov al, [1]", "#GP(0) in cs 1b"),
    _ring3("load.limit-across", "An access that begins before the limit and ends behind it, too",
           "3A 5.3", "mov eax, SEL_LIMIT0; mov ds, ax; mov ax, [0]", "#GP(0) in cs 1b"),
    _ring3("load.read-only-write", "A write to a segment that is read-only is #GP(0)", "3A 5.5",
           "mov eax, SEL_READ_ONLY; mov ds, ax; mov [user_stack], eax", "#GP(0) in cs 1b"),
    _ring3("load.code-write", "A write to a code segment is #GP(0)", "3A 5.5",
           "mov [cs:user_stack], eax", "#GP(0) in cs 1b"),
)  # fmt: skip

_FAR = (
    _ring3("far.jmp-ring0", "A far JMP to a code segment of ring 0's is #GP(selector)", "2A JMP",
           "jmp SEL_KCODE:user_end", "#GP(8) in cs 1b"),
    _ring3("far.jmp-rpl0", "A far JMP with an RPL of 0 stays in ring 3", "2A JMP",
           "jmp (SEL_UCODE & ~3):user_end", "ran cs=1b", show=("cs",)),
    _ring3("far.jmp-conforming", "A far JMP to a conforming segment keeps the ring", "2A JMP",
           "jmp SEL_CONFORMING:user_end", "ran cs=db", show=("cs",)),
    _ring3("far.jmp-data", "A far JMP to a data segment is #GP(selector)", "2A JMP",
           "jmp SEL_UDATA:user_end", "#GP(20) in cs 1b"),
    _ring3("far.jmp-null", "A far JMP to a null selector is #GP(0)", "2A JMP", "jmp 0:user_end",
           "#GP(0) in cs 1b"),
    _ring3("far.jmp-absent", "A far JMP to a segment that is not present is #NP(selector)", "2A JMP",
           "jmp SEL_CODE_ABSENT:user_end", "#NP(c0) in cs 1b"),
    _ring3("far.jmp-limit", "A far JMP behind the limit is #GP(0)", "2A JMP",
           "jmp SEL_CODE_LIMIT0:user_end", "#GP(0) in cs 1b"),
    _ring3("far.call-gate", "A call gate leads ring 3 to ring 0", "3A 5.8.4", "call SEL_CALL_GATE:0",
           "done cs=8 ss=10", show=("cs", "ss")),
    _ring3("far.jmp-gate-inward", "A far JMP through a gate cannot change the ring: #GP(selector)",
           "2A JMP", "jmp SEL_CALL_GATE:0", "#GP(8) in cs 1b"),
    _ring3("far.retf-inward", "RETF to an inner ring is #GP(selector)", "2B RET",
           "push dword SEL_KCODE; push dword user_end; retf", "#GP(8) in cs 1b"),
    _ring3("far.iret-inward", "IRET to an inner ring is #GP(selector)", "2A IRET",
           "push dword 2; push dword SEL_KCODE; push dword user_end; iretd", "#GP(8) in cs 1b"),
    _ring3("far.iret-null-cs", "IRET to a null CS is #GP(0)", "2A IRET",
           "push dword 2; push dword 0; push dword user_end; iretd", "#GP(0) in cs 8",
           mode=Mode.RING0),
    _ring3("far.iret-data-cs", "IRET to a data segment is #GP(selector)", "2A IRET",
           "push dword 2; push dword SEL_UDATA; push dword user_end; iretd", "#GP(20) in cs 8",
           mode=Mode.RING0),
    _ring3("far.iret-null-ss", "IRET to ring 3 with a null SS is #GP(0)", "2A IRET",
           "push dword 0; push dword user_stack_end; push dword 2; push dword SEL_UCODE; "
           "push dword user_end; iretd", "#GP(0) in cs 8", mode=Mode.RING0),
    _ring3("far.iret-ss-rpl", "IRET to ring 3 with an SS of another RPL is #GP(selector)", "2A IRET",
           "push dword SEL_UDATA & ~3; push dword user_stack_end; push dword 2; "
           "push dword SEL_UCODE; push dword user_end; iretd", "#GP(20) in cs 8", mode=Mode.RING0),
    _ring3("far.iret-ss-absent", "IRET to ring 3 with an SS that is not present is #SS or #NP(selector)",
           "2A IRET", "push dword SEL_ABSENT; push dword user_stack_end; push dword 2; "
           "push dword SEL_UCODE; push dword user_end; iretd", "#SS(b8) in cs 8", "#NP(b8) in cs 8", mode=Mode.RING0),
    _ring3("far.iret-limit", "IRET behind the limit of CS is #GP(0)", "2A IRET",
           "push dword SEL_UDATA; push dword user_stack_end; push dword 2; "
           "push dword SEL_CODE_LIMIT0; push dword user_end; iretd", "#GP(0) in cs 8",
           mode=Mode.RING0),
    _ring3("far.iret-clears-ds", "IRET to ring 3 makes a DS of ring 0's null", "2A IRET",
           "push dword SEL_UDATA; push dword user_stack_end; push dword 2; push dword SEL_UCODE; "
           "push dword user_end; iretd", "ran ds=0", mode=Mode.RING0, show=("ds",)),
    _ring3("far.iret-null-ds-used", "And a use of that DS is #GP(0)", "2A IRET",
           "push dword SEL_UDATA; push dword user_stack_end; push dword 2; push dword SEL_UCODE; "
           "push dword .on; iretd; .on: mov eax, [user_stack]", "#GP(0) in cs 1b", mode=Mode.RING0),
    _ring3("far.int-dpl0", "INT n through a gate of DPL 0 is #GP(number * 8 + 2) in ring 3",
           "2A INT", "int 0x3d", "#GP(1ea) in cs 1b"),
    _ring3("far.int-outside", "INT n behind the IDT's limit is #GP(number * 8 + 2)", "2A INT",
           "int 0x80", "#GP(402) in cs 1b"),
    _ring3("far.int-absent", "INT n through a gate that is not present is #NP(number * 8 + 2)",
           "2A INT", "int 0x3e", "#NP(1f2) in cs 1b",
           setup="mov byte [idt + 0x3e * 8 + 5], 0x6e"),
)  # fmt: skip


def _query(name: str, sentence: str, instruction: str, selector: str, *expected: str,
           mode: Mode = Mode.RING0) -> Rule:  # fmt: skip
    code = f"mov ecx, {selector}; xor eax, eax; xor edx, edx; {instruction}; setz dl"
    if instruction.startswith("lar"):
        code += "; and eax, 0xf0ff00"  # the manual leaves the others open
    return Rule(f"query.{name}", sentence, f"2A {instruction.split()[0].upper()}", code,
                expected, mode, show=("edx", "eax"))  # fmt: skip


def _lar(name: str, sentence: str, selector: str, seen: str, mode: Mode = Mode.RING0) -> Rule:
    end = "done" if mode is Mode.RING0 else "ran"
    return _query(f"lar-{name}", sentence, "lar eax, ecx", selector, f"{end} {seen}", mode=mode)


_QUERIES = (
    _lar("tss-busy", "LAR gives the rights of a busy TSS", "SEL_TSS", "edx=1 eax=8b00"),
    _lar("tss-free", "LAR gives the rights of a free TSS", "SEL_TSS_OTHER", "edx=1 eax=8900"),
    _lar("tss16", "LAR gives the rights of a 16-bit TSS", "SEL_TSS16", "edx=1 eax=8100"),
    _lar("call-gate", "LAR gives the rights of a call gate", "SEL_CALL_GATE & ~3", "edx=1 eax=ec00"),
    _lar("task-gate", "LAR gives the rights of a task gate", "SEL_TASK_GATE & ~3", "edx=1 eax=e500"),
    _lar("null", "LAR of a null selector clears ZF", "0", "edx=0 eax=0"),
    _lar("outside", "LAR of a selector outside the GDT clears ZF", "0x400", "edx=0 eax=0"),
    _lar("absent", "LAR asks for no segment that is present", "SEL_ABSENT & ~3", "edx=1 eax=c07300"),
    _lar("dpl0-ring3", "LAR in ring 3 of what ring 3 cannot see clears ZF", "SEL_TSS", "edx=0 eax=0",
         Mode.RING3),
    _query("lsl-tss", "LSL gives the limit of a TSS", "lsl eax, ecx", "SEL_TSS", "done edx=1 eax=2068"),
    _query("lsl-pages", "LSL gives a limit in bytes", "lsl eax, ecx", "SEL_UDATA",
           "done edx=1 eax=ffffffff"),
    _query("lsl-call-gate", "LSL of a call gate clears ZF", "lsl eax, ecx", "SEL_CALL_GATE & ~3",
           "done edx=0 eax=0"),
    _query("lsl-task-gate", "LSL of a task gate clears ZF", "lsl eax, ecx", "SEL_TASK_GATE & ~3",
           "done edx=0 eax=0"),
    _query("verr-tss", "VERR of a TSS clears ZF", "verr cx", "SEL_TSS", "done edx=0 eax=0"),
    _query("verr-exec-only", "VERR of code that cannot be read clears ZF", "verr cx", "SEL_EXEC_ONLY",
           "done edx=0 eax=0"),
    _query("verr-data", "VERR of data sets ZF", "verr cx", "SEL_UDATA", "done edx=1 eax=0"),
    _query("verw-code", "VERW of code clears ZF", "verw cx", "SEL_UCODE", "done edx=0 eax=0"),
    _query("verw-read-only", "VERW of data that is read-only clears ZF", "verw cx", "SEL_READ_ONLY",
           "done edx=0 eax=0"),
    _query("verw-data", "VERW of data sets ZF", "verw cx", "SEL_UDATA", "done edx=1 eax=0"),
    _query("verr-dpl0-ring3", "VERR in ring 3 of what ring 3 cannot see clears ZF", "verr cx",
           "SEL_KDATA", "ran edx=0 eax=0", mode=Mode.RING3),
)  # fmt: skip


def _v86(name: str, sentence: str, sdm: str, code: str, *expected: str, setup: str = "",
         show: tuple[str, ...] = (), needs: str = "", without: tuple[str, ...] = (),
         fault_show: tuple[str, ...] = ()) -> Rule:  # fmt: skip
    return Rule(f"v86.{name}", sentence, sdm, code, expected, Mode.V86, setup, "", show, fault_show,
                needs, without)  # fmt: skip


GP, UD = "#GP(0) in cs v86", "#UD in cs v86"
_DENY = "or byte [tss + IO_MAP_OFFSET + 0x83 / 8], 1 << (0x83 & 7)"
_V86 = (
    _v86("runs", "An IRET with VM enters V86 mode", "3B 20.2.5", "nop", "ran"),
    _v86("segments-cleared", "An exception in V86 mode clears DS to GS on the way to ring 0",
         "3B 20.3.1", "nop", "ran ds=0", show=("ds",)),
    _v86("sysenter", "SYSENTER enters from V86 mode, and clears VM", "2B SYSENTER", "sysenter",
         "entered cs=8 ss=10 fl=2", show=("cs", "ss", "fl"), needs="sep", without=(UD,)),
    _v86("sysenter-iopl3", "IOPL does not matter", "2B SYSENTER", "sysenter",
         "entered cs=8 ss=10 fl=3002", setup="FLAGS 0x3002", show=("cs", "ss", "fl"), needs="sep",
         without=(UD,)),
    _v86("sysenter-csmsr-0", "SYSENTER with an MSR of 0 is #GP(0)", "2B SYSENTER", "sysenter", GP,
         setup="MSR 0x174, 0", needs="sep", without=(UD,)),
    _v86("sysexit", "SYSEXIT in V86 mode is #GP(0)", "2B SYSEXIT", "sysexit", GP, needs="sep",
         without=(UD,)),
    _v86("rdmsr", "RDMSR in V86 mode is #GP(0)", "2B RDMSR", "rdmsr", GP, needs="msr", without=(UD,)),
    _v86("wrmsr", "WRMSR in V86 mode is #GP(0)", "2B WRMSR", "wrmsr", GP, needs="msr", without=(UD,)),
    *(
        _v86(name, f"{name.upper()} is not recognised in V86 mode", f"2B {name.upper()}", code, UD)
        for name, code in (("str", "str ax"), ("ltr", "ltr ax"), ("lldt", "lldt ax"),
                           ("sldt", "sldt ax"), ("lar", "lar ax, cx"), ("lsl", "lsl ax, cx"),
                           ("verr", "verr ax"), ("verw", "verw ax"), ("arpl", "arpl ax, cx"))
    ),
    _v86("lgdt", "LGDT in V86 mode is #GP(0)", "2A LGDT", "lgdt [0]", GP),
    _v86("mov-cr0", "MOV of a control register in V86 mode is #GP(0)", "2B MOV", "mov eax, cr0", GP),
    _v86("clts", "CLTS in V86 mode is #GP(0)", "2A CLTS", "clts", GP),
    _v86("cli-iopl0", "CLI with IOPL 0 is #GP(0)", "3B 20.2.6", "cli", GP),
    _v86("pushf-iopl0", "PUSHF with IOPL 0 is #GP(0)", "3B 20.2.6", "pushf", GP),
    _v86("popf-iopl0", "POPF with IOPL 0 is #GP(0)", "3B 20.2.6", "popf", GP),
    _v86("iret-iopl0", "IRET with IOPL 0 is #GP(0)", "3B 20.2.6", "iret", GP),
    _v86("int-iopl0", "INT n with IOPL 0 is #GP(0)", "3B 20.2.6", "int 0x40", GP),
    _v86("int3-iopl0", "INT3 does not look at IOPL", "3B 20.2.6", "int3", "#BP in cs v86"),
    _v86("cli-iopl3", "CLI with IOPL 3 is allowed", "3B 20.2.6", "cli", "ran", setup="FLAGS 0x3002"),
    _v86("io-allowed", "A clear bit lets V86 mode at the port", "3B 20.2.8", "in al, 0x83", "ran"),
    _v86("io-denied", "A set bit is #GP(0)", "3B 20.2.8", "in al, 0x83", GP, setup=_DENY),
    _v86("io-denied-iopl3", "The bit counts with IOPL 3, too", "3B 20.2.8", "in al, 0x83", GP,
         setup=f"{_DENY}; FLAGS 0x3002"),
)  # fmt: skip

_REAL = (
    Rule("real.runs", "Real mode is left and entered by CR0.PE", "3A 9.9", "nop", ("ran",), Mode.REAL),
    Rule("real.sysenter", "SYSENTER in real mode is #GP", "2B SYSENTER", "sysenter", ("#GP",),
         Mode.REAL, needs="sep", without=("#UD",)),
    Rule("real.sysexit", "SYSEXIT in real mode is #GP", "2B SYSEXIT", "sysexit", ("#GP",), Mode.REAL,
         needs="sep", without=("#UD",)),
    *(
        Rule(f"real.{name}", f"{name.upper()} is not recognised in real mode", f"2B {name.upper()}",
             code, ("#UD",), Mode.REAL)
        for name, code in (("str", "str ax"), ("ltr", "ltr ax"), ("lldt", "lldt ax"),
                           ("lar", "lar ax, cx"), ("verr", "verr ax"), ("arpl", "arpl ax, cx"))
    ),
    Rule("real.ud2", "UD2 is #UD", "2B UD", "ud2", ("#UD",), Mode.REAL),
    Rule("real.limit", "An access across the end of a segment is #GP", "3B 20.1.4",
         "mov ax, [0xffff]", ("#GP",), Mode.REAL),
    Rule("real.div", "A division by 0 is #DE", "2A DIV", "xor cx, cx; div cx", ("#DE",), Mode.REAL),
    Rule("real.bound", "BOUND with an index outside is #BR", "2A BOUND",
         "mov ax, -1; bound ax, [0]", ("#BR",), Mode.REAL),
)  # fmt: skip

_SINGLE = (
    _ring3("misc.bound", "BOUND with an index outside is #BR", "2A BOUND",
           "mov dword [user_stack], 0; mov dword [user_stack + 4], 5; mov eax, 6; "
           "bound eax, [user_stack]", "#BR in cs 1b"),
    _ring3("misc.bound-inside", "BOUND with an index inside is no fault", "2A BOUND",
           "mov dword [user_stack], 0; mov dword [user_stack + 4], 5; mov eax, 5; "
           "bound eax, [user_stack]", "ran"),
    _ring3("misc.lock-nop", "LOCK before what cannot be locked is #UD", "2A LOCK", "db 0xf0, 0x90",
           "#UD in cs 1b"),
    _ring3("misc.lock-register", "LOCK with a register as the target is #UD", "2A LOCK",
           "db 0xf0, 0x01, 0xc0", "#UD in cs 1b"),
    _ring3("misc.lock-memory", "LOCK with memory as the target is allowed", "2A LOCK",
           "lock add dword [user_stack], 1", "ran"),
    _ring3("misc.into", "INTO with OF set is #OF", "2A INT", "mov al, 0x7f; inc al; into",
           "#OF in cs 1b"),
    _ring3("misc.into-clear", "INTO with OF clear is nothing", "2A INT", "xor eax, eax; into", "ran"),
    _ring3("misc.aam-0", "AAM by 0 is #DE", "2A AAM", "aam 0", "#DE in cs 1b"),
    _ring3("misc.div-overflow", "A quotient that is too large is #DE", "2A DIV",
           "mov edx, 5; mov ecx, 5; div ecx", "#DE in cs 1b"),
    _ring3("misc.nm-ts", "x87 with CR0.TS is #NM", "3A 6.15 #NM", "fninit", "#NM in cs 1b",
           setup="mov eax, cr0; or al, 8; mov cr0, eax"),
    _ring3("misc.nm-em", "x87 with CR0.EM is #NM", "3A 6.15 #NM", "fninit", "#NM in cs 1b",
           setup="mov eax, cr0; or al, 4; mov cr0, eax"),
    _ring3("misc.clts-ring3", "CLTS in ring 3 is #GP(0)", "2A CLTS", "clts", "#GP(0) in cs 1b"),
    _ring3("misc.invlpg-ring3", "INVLPG in ring 3 is #GP(0)", "2A INVLPG", "invlpg [user_stack]",
           "#GP(0) in cs 1b"),
    _ring3("misc.mov-cr3-ring3", "MOV of CR3 in ring 3 is #GP(0)", "2B MOV", "mov eax, cr3",
           "#GP(0) in cs 1b"),
    _ring3("misc.lgdt-ring3", "LGDT in ring 3 is #GP(0)", "2A LGDT", "lgdt [user_stack]",
           "#GP(0) in cs 1b"),
    _ring3("misc.sgdt-ring3", "SGDT may be executed in ring 3, without UMIP", "2B SGDT",
           "sgdt [user_stack]", "ran"),
    Rule("misc.tsd-ring3", "With CR4.TSD RDTSC in ring 3 is #GP(0)", "2B RDTSC", "rdtsc",
         ("#GP(0) in cs 1b",), setup="mov eax, 4; mov cr4, eax", needs="tsc"),
    Rule("misc.rdtsc-ring3", "Without CR4.TSD it is allowed", "2B RDTSC", "rdtsc", ("ran",),
         needs="tsc", without=("#UD in cs 1b",)),
    _ring3("misc.pf-present", "A page fault of ring 3 for a page of ring 0's says present and user",
           "3A 6.15 #PF", "mov eax, [page_supervisor]", "#PF(5) in cs 1b"),
    _ring3("misc.pf-ring0", "A page fault of ring 0 does not say user", "3A 6.15 #PF",
           "mov eax, [page_missing]", "#PF(0) in cs 8", mode=Mode.RING0),
    _ring3("misc.wp-off", "Without CR0.WP ring 0 writes to pages that are read-only", "3A 4.6",
           "mov [page_supervisor], eax", "done", mode=Mode.RING0,
           setup="READ_ONLY page_supervisor"),
    _ring3("misc.wp-on", "With CR0.WP that is a page fault", "3A 4.6", "mov [page_supervisor], eax",
           "#PF(3) in cs 8", mode=Mode.RING0,
           setup="READ_ONLY page_supervisor; mov eax, cr0; or eax, 0x10000; mov cr0, eax"),
    _ring3("misc.long-instruction", "An instruction of more than 15 bytes is #GP(0)", "3A 6.15 #GP",
           "times 15 db 0x66; nop", "#GP(0) in cs 1b"),
    _ring3("misc.ud2", "UD2 is #UD", "2B UD", "ud2", "#UD in cs 1b"),
)  # fmt: skip

SEGMENT_RULES = (*_LOADS, *_FAR, *_QUERIES, *_V86, *_REAL, *_SINGLE)
