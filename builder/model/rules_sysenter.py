"""Rules about the MSRs of SYSENTER, SYSENTER itself and SYSEXIT."""

from __future__ import annotations

from builder.model.rule import Mode, Rule

MSRS = "3A 5.8.7"
ENTER, EXIT = "2B SYSENTER", "2B SYSEXIT"
CS_SS = ("cs", "ss")
ENTERED, RAN = "entered cs=8 ss=10", "ran cs=1b ss=23"
GP3, GP0, UD3, UD0 = "#GP(0) in cs 1b", "#GP(0) in cs 8", "#UD in cs 1b", "#UD in cs 8"
RESERVED = ("rep", "repne", "66")  # where an instruction gives them no meaning
LEAVE = "mov edx, user_end; mov ecx, user_stack_end; "  # SYSEXIT to the place that ends a rule


def _msr(name: str, sentence: str, code: str, *expected: str, sdm: str = MSRS) -> Rule:
    return Rule(f"msr.{name}", sentence, sdm, code, expected, Mode.RING0, show=("n0",), needs="sep")


def _read_back(msr: int, high: str, low: str) -> str:
    write = f"mov ecx, {msr:#x}; mov edx, {high}; mov eax, {low}; wrmsr"
    return f"{write}; xor eax, eax; rdmsr; mov [saved + S_N0], eax"


def _privileged(instruction: str, ring: int, cs: str) -> Rule:
    """RDMSR and WRMSR of an MSR that there is."""
    value = "" if instruction == "rdmsr" else "mov eax, 8; xor edx, edx; "
    return Rule(
        f"msr.{instruction}-ring{ring}",
        f"{instruction.upper()} in ring {ring} is #GP(0)",
        f"2B {instruction.upper()}",
        f"mov ecx, 0x174; {value}{instruction}",
        (f"#GP(0) in cs {cs}",),
        Mode(ring),
        needs="msr",
        without=(f"#UD in cs {cs}",),
    )


_OTHER_RINGS = ((1, "39"), (2, "4a"), (3, "1b"))
_MSRS = (
    _msr(
        "reset-cs",
        "MSR_IA32_SYSENTER_CS is 0 after a reset",
        "mov eax, [reset_msrs]; mov [saved + S_N0], eax",
        "done n0=0",
        sdm="3A 9.1.1",
    ),
    _msr(
        "reset-esp",
        "MSR_IA32_SYSENTER_ESP is 0 after a reset",
        "mov eax, [reset_msrs + 4]; mov [saved + S_N0], eax",
        "done n0=0",
        sdm="3A 9.1.1",
    ),
    _msr(
        "reset-eip",
        "MSR_IA32_SYSENTER_EIP is 0 after a reset",
        "mov eax, [reset_msrs + 8]; mov [saved + S_N0], eax",
        "done n0=0",
        sdm="3A 9.1.1",
    ),
    _msr(
        "cs-all-bits",
        "MSR_IA32_SYSENTER_CS keeps bits 15 to 0; those above are not used",
        _read_back(0x174, "0", "0xdeadbeef"),
        "done n0=deadbeef",
        "done n0=beef",
    ),
    _msr(
        "esp-all-bits",
        "MSR_IA32_SYSENTER_ESP keeps all its 32 bits",
        _read_back(0x175, "0", "0xdeadbeef"),
        "done n0=deadbeef",
    ),
    _msr(
        "eip-all-bits",
        "MSR_IA32_SYSENTER_EIP keeps all its 32 bits",
        _read_back(0x176, "0", "0xdeadbeef"),
        "done n0=deadbeef",
    ),
    Rule(
        "msr.undefined-write",
        "WRMSR to an MSR that is not there is #GP(0)",
        "2B WRMSR",
        "mov ecx, 0x177; xor eax, eax; xor edx, edx; wrmsr",
        (GP0,),
        Mode.RING0,
        needs="msr",
        without=(UD0,),
    ),
    Rule(
        "msr.undefined-read",
        "RDMSR of an MSR that is not there is #GP(0)",
        "2B RDMSR",
        "mov ecx, 0x177; rdmsr",
        (GP0,),
        Mode.RING0,
        needs="msr",
        without=(UD0,),
    ),
    Rule(
        "msr.undefined-read-far",
        "RDMSR of an MSR with a number far from all others is #GP(0)",
        "2B RDMSR",
        "mov ecx, 0x4fff0000; rdmsr",
        (GP0,),
        Mode.RING0,
        needs="msr",
        without=(UD0,),
    ),
    *(_privileged(name, ring, cs) for name in ("rdmsr", "wrmsr") for ring, cs in _OTHER_RINGS),
)


def _enter(
    name: str,
    sentence: str,
    *expected: str,
    code: str = "sysenter",
    setup: str = "",
    show: tuple[str, ...] = CS_SS,
    mode: Mode = Mode.RING3,
    entry: str = "",
    sdm: str = ENTER,
) -> Rule:
    cs = {Mode.RING0: "8", Mode.RING1: "39", Mode.RING2: "4a", Mode.CODE16: "5b", Mode.V86: "v86"}
    return Rule(
        f"enter.{name}",
        sentence,
        sdm,
        code,
        expected or (ENTERED,),
        mode,
        setup,
        entry,
        show,
        needs="sep",
        without=(f"#UD in cs {cs.get(mode, '1b')}",),
    )


def _flag(name: str, flag: str, seen: str, what: str) -> Rule:
    return _enter(
        f"flag-{name}",
        f"SYSENTER {what}",
        f"entered fl={seen}",
        setup=f"FLAGS 2 | {flag}",
        show=("fl",),
    )


def _prefix_sentence(instruction: str, name: str) -> str:
    if name == "lock":
        return f"{instruction} with LOCK before it is #UD"
    reserved = ", or is #UD: the manual reserves that" if name in RESERVED else ""
    return f"{instruction} takes no notice of {name.upper()} before it{reserved}"


def _prefix(name: str, byte: str) -> Rule:
    expected = {"lock": (UD3,), **dict.fromkeys(RESERVED, (ENTERED, UD3))}.get(name, (ENTERED,))
    return _enter(f"prefix-{name}", _prefix_sentence("SYSENTER", name), *expected,
                  code=f"db {byte}; sysenter", sdm=f"{ENTER}; 2A 2.1.1")  # fmt: skip


_ENTER = (
    _enter("ring3", "SYSENTER in ring 3 loads CS from its MSR and SS with 8 more"),
    _enter("ring2", "SYSENTER may be executed in ring 2", mode=Mode.RING2),
    _enter("ring1", "SYSENTER may be executed in ring 1", mode=Mode.RING1),
    _enter("ring0", "SYSENTER may be executed in ring 0", mode=Mode.RING0),
    _enter("code16", "SYSENTER leaves a 16-bit code segment, too", mode=Mode.CODE16),
    _enter(
        "stack16",
        "SYSENTER takes a flat stack, whatever the one before was",
        code="push dword SEL_STACK16; pop ss; mov esp, 0x100; sysenter",
    ),
    _enter(
        "registers",
        "SYSENTER leaves all general registers but ESP alone",
        "entered eax=a0a0a0a0 ebx=b0b0b0b0 ecx=c0c0c0c0 edx=d0d0d0d0 esi=c1c1c1c1 edi=d1d1d1d1"
        " ebp=e1e1e1e1",
        show=("eax", "ebx", "ecx", "edx", "esi", "edi", "ebp"),
    ),
    _enter(
        "esp-is-the-msr",
        "ESP is the MSR to the last bit, and nothing is pushed",
        "entered esp=1357",
        setup="MSR 0x175, 0x1357",
        show=("esp",),
    ),
    _enter(
        "saves-nothing",
        "SYSENTER writes nothing to the stack that it takes",
        "entered n0=5a5a5a5a",
        setup="mov dword [entry_stack_end - 4], 0x5a5a5a5a",
        entry="mov eax, [ss:entry_stack_end - 4]; mov [ss:saved + S_N0], eax; jmp entered",
        show=("n0",),
    ),
    _enter(
        "data-segments",
        "SYSENTER leaves DS, ES, FS and GS alone",
        "entered ds=23 es=23 fs=23 gs=23",
        show=("ds", "es", "fs", "gs"),
    ),
    _enter(
        "ds-null",
        "SYSENTER leaves a null DS null",
        "entered ds=0",
        code="xor eax, eax; mov ds, ax; sysenter",
        show=("ds",),
    ),
    _flag("if", "FLAG_IF", "2", "clears IF"),
    _flag("df", "FLAG_DF", "402", "leaves DF alone"),
    _flag("nt", "FLAG_NT", "4002", "leaves NT alone"),
    _flag("ac", "FLAG_AC", "40002", "leaves AC alone"),
    _flag("iopl", "0x3000", "3002", "leaves IOPL alone"),
    _flag("id", "FLAG_ID", "200002", "leaves ID alone"),
    _flag("status", "0x8d5", "8d7", "leaves the status flags alone"),
    *(
        _enter(
            f"csmsr-{value:x}",
            f"SYSENTER is #GP(0) if bits 15 to 2 of the MSR are 0: {value:#x}",
            GP3,
            setup=f"MSR 0x174, {value:#x}",
        )
        for value in (0, 1, 2, 3, 0x12340000, 0xFFFC0003)
    ),
    _enter(
        "csmsr-rpl",
        "The RPL in the MSR is not used: 0xb is 8",
        setup="MSR 0x174, 0xb",
    ),
    _enter(
        "csmsr-high",
        "Bits 31 to 16 of the MSR are not used",
        setup="MSR 0x174, 0x12340008",
    ),
    _enter(
        "csmsr-ti",
        "Bit 2 of the MSR is one of the selector, and no LDT is looked at",
        "entered cs=c ss=14",
        setup="MSR 0x174, 0xc",
    ),
    _enter(
        "csmsr-4",
        "A selector of 4 is none that is null",
        "entered cs=4 ss=c",
        setup="MSR 0x174, 4",
    ),
    _enter(
        "csmsr-outside",
        "No descriptor is read: a selector outside the GDT does",
        "entered cs=1108 ss=1110",
        setup="MSR 0x174, 0x1108",
    ),
    _enter(
        "csmsr-other-descriptor",
        "CS is flat, whatever the descriptor says that it selects",
        "entered cs=e0 ss=e8",
        setup="MSR 0x174, SEL_CODE_LIMIT0 & ~3",
    ),
    _enter(
        "csmsr-fff8",
        "SS is the MSR and 8 in 16 bits, and may come out null",
        "entered cs=fff8 ss=0",
        setup="MSR 0x174, 0xfff8",
    ),
    _prefix("lock", "0xf0"),
    _prefix("rep", "0xf3"),
    _prefix("repne", "0xf2"),
    _prefix("66", "0x66"),
    _prefix("67", "0x67"),
    _prefix("es", "0x26"),
    _prefix("cs", "0x2e"),
    _prefix("ss", "0x36"),
    _prefix("ds", "0x3e"),
    _prefix("fs", "0x64"),
    _prefix("gs", "0x65"),
    _enter(
        "eip-unmapped",
        "An MSR_IA32_SYSENTER_EIP without a page is a page fault in ring 0, of ring 0",
        "#PF(0) in cs 8",
        setup="MSR 0x176, page_missing",
    ),
    _enter(
        "eip-supervisor-page",
        "The entry may lie in a page that only ring 0 can see",
        UD0,
        setup="MSR 0x176, page_supervisor; mov word [page_supervisor], 0x0b0f",
    ),
    _enter(
        "pending-irq-waits",
        "An interrupt that waits behind STI comes after the entry only if IF is set there",
        "entered fl=3002",
        code="sti; sysenter",
        setup="IRQ; FLAGS 0x3002",
        show=("fl",),
        sdm="2B STI",
    ),
)


def _exit(
    name: str,
    sentence: str,
    *expected: str,
    code: str = f"{LEAVE}sysexit",
    setup: str = "",
    show: tuple[str, ...] = CS_SS,
    mode: Mode = Mode.RING0,
    sdm: str = EXIT,
) -> Rule:
    cs = {Mode.RING1: "39", Mode.RING2: "4a", Mode.RING3: "1b", Mode.CODE16: "5b", Mode.V86: "v86"}
    return Rule(
        f"exit.{name}",
        sentence,
        sdm,
        code,
        expected or (RAN,),
        mode,
        setup,
        "",
        show,
        needs="sep",
        without=(f"#UD in cs {cs.get(mode, '8')}",),
    )


def _exit_prefix(name: str, byte: str) -> Rule:
    expected = {"lock": (UD0,), **dict.fromkeys(RESERVED, (RAN, UD0))}.get(name, (RAN,))
    return _exit(f"prefix-{name}", _prefix_sentence("SYSEXIT", name), *expected,
                 code=f"{LEAVE}db {byte}; sysexit", sdm=f"{EXIT}; 2A 2.1.1")  # fmt: skip


_EXIT = (
    _exit("ring0", "SYSEXIT loads CS with 16 and SS with 24 more than the MSR, and an RPL of 3"),
    *(
        _exit(f"ring{ring}", f"SYSEXIT in ring {ring} is #GP(0)", f"#GP(0) in cs {cs}", mode=Mode(ring))
        for ring, cs in _OTHER_RINGS
    ),
    _exit("code16", "SYSEXIT in ring 3 of a 16-bit segment is #GP(0)", "#GP(0) in cs 5b",
          code="sysexit", mode=Mode.CODE16),
    _exit(
        "registers",
        "SYSEXIT leaves all general registers but ESP alone",
        "ran eax=a0a0a0a0 ebx=b0b0b0b0 esi=c1c1c1c1 edi=d1d1d1d1 ebp=e1e1e1e1",
        code=f"mov eax, 0xa0a0a0a0; mov ebx, 0xb0b0b0b0; mov esi, 0xc1c1c1c1; mov edi, 0xd1d1d1d1; mov ebp, 0xe1e1e1e1; {LEAVE}sysexit",
        show=("eax", "ebx", "esi", "edi", "ebp"),
    ),
    _exit("esp-is-ecx", "ESP is ECX to the last bit", "ran esp=1357",
          code="mov edx, user_end; mov ecx, 0x1357; sysexit", show=("esp",)),
    _exit("ecx-0", "An ECX of 0 is no fault by itself", "ran esp=0",
          code="mov edx, user_end; xor ecx, ecx; sysexit", show=("esp",)),
    _exit("flags", "SYSEXIT leaves EFLAGS alone: IF stays clear", "ran fl=240cd7",
          code=f"{LEAVE}push dword 0x240cd7; popfd; sysexit", show=("fl",)),
    _exit("if-stays-set", "SYSEXIT leaves IF set if it is", "ran fl=202",
          code=f"{LEAVE}sti; sysexit", show=("fl",)),
    _exit("data-segments-stay", "SYSEXIT leaves DS alone: ring 3 has what ring 0 had", "ran ds=10",
          show=("ds",)),
    *(
        _exit(f"csmsr-{value:x}", f"SYSEXIT is #GP(0) if bits 15 to 2 of the MSR are 0: {value:#x}",
              GP0, setup=f"MSR 0x174, {value:#x}")
        for value in (0, 1, 2, 3, 0x12340000)
    ),
    _exit("csmsr-rpl", "The RPL in the MSR is not used: 0xb is 8", setup="MSR 0x174, 0xb"),
    _exit("csmsr-ti", "Bit 2 of the MSR is one of the selectors", "ran cs=1f ss=27",
          setup="MSR 0x174, 0xc"),
    _exit("csmsr-outside", "No descriptor is read: a selector outside the GDT does",
          "ran cs=111b ss=1123", setup="MSR 0x174, 0x1108"),
    _exit("csmsr-fff8", "The selectors are the MSR and 16 and 24 in 16 bits", "ran cs=b ss=13",
          setup="MSR 0x174, 0xfff8"),
    _exit_prefix("lock", "0xf0"),
    _exit_prefix("rep", "0xf3"),
    _exit_prefix("repne", "0xf2"),
    _exit_prefix("66", "0x66"),
    _exit_prefix("67", "0x67"),
    _exit_prefix("cs", "0x2e"),
    _exit_prefix("ds", "0x3e"),
    _exit_prefix("fs", "0x64"),
    _exit("edx-unmapped", "An EDX without a page is a page fault of ring 3", "#PF(4) in cs 1b",
          code="mov edx, page_missing; mov ecx, user_stack_end; sysexit"),
    _exit("edx-supervisor-page", "An EDX in a page of ring 0's is a page fault of ring 3",
          "#PF(5) in cs 1b",
          code="mov edx, page_supervisor; mov ecx, user_stack_end; sysexit"),
    _exit("edx-end-of-space", "An EDX in the last page is no different", "#PF(4) in cs 1b",
          code="mov edx, 0xfffff000; mov ecx, user_stack_end; sysexit"),
    _exit("pending-irq", "An interrupt behind STI comes at the first instruction of ring 3",
          "ran; irq code+d",
          code="mov edx, .back; mov ecx, user_stack_end; sti; sysexit; .back: nop; nop; int 0x40",
          setup="IRQ", show=(), sdm="2B STI"),
)  # fmt: skip

SYSENTER_RULES = (*_MSRS, *_ENTER, *_EXIT)
