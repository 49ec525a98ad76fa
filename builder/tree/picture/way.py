"""The way into the kernel and back: SYSENTER on the left, `int 0x80` on the right.

The numbers are those of docs/way.md, and of the comments of the entry points.
"""

import textwrap

from capstone import CS_ARCH_X86, CS_MODE_32, Cs

from builder.model.budgets import VSYSCALL_STUBS
from builder.model.kernel import KernelModel
from builder.model.traps import SYSCALL_VECTOR
from builder.tree.picture.shapes import LINE_PX, Box, Picture

# What stands beside an instruction of the vsyscall page.
NOTES = {
    "push ecx": "SYSEXIT: ESP",
    "push edx": "SYSEXIT: EIP",
    "push ebp": "argument 6",
    "mov ebp, esp": "keeps ESP",
    "int 0x80": "Linux repeats here",
    "pop ebp": "SYSENTER_RETURN",
}
COLUMNS = {  # x and width
    "out": (24, 204),
    "fast": (252, 276),
    "stack": (560, 134),
    "old": (722, 132),
    "iret": (870, 106),
}
BANDS = (  # y, height, style, name
    (48, 262, "user", "ring 3: the program"),
    (318, 168, "cpu", "the CPU by itself"),
    (494, 450, "kernel", "ring 0: the kernel"),
)
CPU_Y, CPU_HEIGHT = 350, 120
KEY = (  # style, text
    ("slot-cpu", "int 0x80: pushed by the CPU,"),
    ("", "SYSENTER: by sysenter_entry"),
    ("slot", "pushed by both entry points"),
)


def way_picture(model: KernelModel) -> Picture:
    """The picture for `model`, a kernel of the step vsyscall."""
    picture = Picture(
        1000,
        956,
        "Into the kernel and back",
        "A program calls the vsyscall page; SYSENTER takes CS, ESP and EIP from three MSRs; "
        "sysenter_entry finds the process's kernel stack in the TSS, makes struct pt_regs there "
        "and calls through sys_call_table; SYSEXIT comes back with EDX and ECX. Beside it the "
        "older way by int 0x80 and IRET.",
    )
    for y, height, style, name in BANDS:
        picture.box(12, y, 976, height, style)
        picture.text(24, y + 20, name, "band-name")
    boxes = _ring3(picture) | _cpu(picture, model) | _ring0(picture, model)
    _fast_arrows(picture, boxes)
    _numbers(picture, boxes)
    _old_arrows(picture, boxes)
    _key(picture)
    _parts(picture, boxes)
    return picture


def _parts(picture: Picture, boxes: dict[str, Box]) -> None:
    """Where each part of the way is, for a page that shows where a call is."""
    entry, regs = boxes["entry"], boxes["regs"]
    picture.part(1, "fast", boxes["program"])
    picture.part(1, "old", boxes["old program"])
    saves = _from_to(boxes["push ecx"], boxes["mov ebp, esp"])
    picture.part(2, "both", saves, boxes["program stack"])
    picture.part(3, "fast", boxes["sysenter"], boxes["cpu fast"])
    picture.part(3, "old", boxes["old program"], boxes["cpu old"])
    picture.part(4, "both", boxes["cpu stack"], _lines(entry, 1, 1))
    picture.part(5, "fast", _lines(entry, 2, 3), _lines(entry, 5, 5), regs)
    picture.part(5, "old", boxes["old entry"], regs)
    picture.part(6, "both", _lines(entry, 4, 4))
    picture.part(7, "both", boxes["table"])
    picture.part(8, "fast", boxes["out"], boxes["cpu out"])
    picture.part(8, "old", boxes["old out"], boxes["cpu iret"])
    picture.part(9, "both", _from_to(boxes["pop ebp"], boxes["ret"]))


def _from_to(first: Box, last: Box) -> Box:
    return Box(first.x, first.y, first.width, last.bottom - first.y)


def _lines(card: Box, first: int, last: int) -> Box:
    """The lines of a card from one to another, the first below its title being 1."""
    y = _line_of(card, first) - LINE_PX // 2
    return Box(card.x, y, card.width, (last - first + 1) * LINE_PX)


def _column(picture: Picture, name: str, y: int, height: int, style: str = "plain") -> Box:
    x, width = COLUMNS[name]
    return picture.box(x, y, width, height, style)


def _ring3(picture: Picture) -> dict[str, Box]:
    """The program, the vsyscall page and the program's stack."""
    program = picture.box(24, 82, 158, 114)
    lines: tuple[str, ...] = (
        "eax = number",
        "ebx, ecx, edx,",
        "esi, edi, ebp =",
        "  arguments",
        "call AT_SYSINFO",
    )
    picture.card(program, "program", lines)
    old = picture.box(722, 82, 254, 80)
    lines = ("the same registers", f"int {SYSCALL_VECTOR:#x}", "eax = result, or -errno")
    picture.card(old, "program, the old way", lines)
    stack = _program_stack(picture)
    return {"program": program, "old program": old, "program stack": stack} | _page(picture)


def _page(picture: Picture) -> dict[str, Box]:
    """The vsyscall page as a listing; each instruction is an (undrawn) box by its own text."""
    found = tuple(Cs(CS_ARCH_X86, CS_MODE_32).disasm(VSYSCALL_STUBS[0].code, 0))
    page = _column(picture, "fast", 82, 26 + len(found) * LINE_PX + 6)
    picture.text(page.x + 10, page.y + 19, "__kernel_vsyscall", "mono-bold")
    picture.text(page.right - 8, page.y + 19, "vsyscall page", "grey", "end")
    boxes = {"page": page}
    for number, instruction in enumerate(found):
        text = f"{instruction.mnemonic} {instruction.op_str}".strip()
        row = Box(page.x, page.y + 26 + number * LINE_PX, page.width, LINE_PX)
        picture.text(page.x + 32, row.y + 13, f"+{instruction.address}", "mono-grey", "end")
        picture.text(page.x + 42, row.y + 13, instruction.bytes.hex(" "), "mono-grey")
        picture.text(page.x + 88, row.y + 13, text, "mono")
        if text in NOTES:
            picture.text(page.right - 8, row.y + 13, NOTES[text], "grey", "end")
        boxes[text] = row
    return boxes


def _program_stack(picture: Picture) -> Box:
    x, width = COLUMNS["stack"]
    middle = x + width // 2
    picture.text(middle, 100, "the program's stack", "grey", "middle")
    for number, name in enumerate(("return address", "ecx", "edx", "ebp")):
        slot = picture.box(x, 110 + number * 20, width, 20, "slot-user")
        picture.text(middle, slot.y + 14, name, "mono", "middle")
    picture.text(middle, 206, "ESP = EBP = its end", "grey", "middle")
    return Box(x, 130, width, 60)


def _cpu(picture: Picture, model: KernelModel) -> dict[str, Box]:
    """What each of the four instructions does, and the TSS that two of the ways read."""
    gdt = {entry.name: f"{entry.selector:#x}" for entry in model.gdt}
    msr = {
        name: f"{model.constant(f'MSR_IA32_SYSENTER_{name}'):#x}" for name in ("CS", "ESP", "EIP")
    }
    cards = {
        "out": (
            "SYSEXIT",
            f"CS  = MSR + 16 | 3 = {gdt['USER_CODE']}",
            f"SS  = MSR + 24 | 3 = {gdt['USER_DATA']}",
            "ESP = ECX",
            "EIP = EDX",
            "leaves the flags alone",
        ),
        "fast": (
            "SYSENTER",
            f"CS  = MSR {msr['CS']}     = {gdt['KERNEL_CODE']}",
            f"SS  = MSR {msr['CS']} + 8 = {gdt['KERNEL_DATA']}",
            f"ESP = MSR {msr['ESP']}     = the TSS's end",
            f"EIP = MSR {msr['EIP']}     = sysenter_entry",
            "IF  = 0; saves nothing",
        ),
        "stack": (
            "TSS",
            f"ss0  = {gdt['KERNEL_DATA']}",
            "esp0 = top of",
            "  the process's",
            "  kernel stack",
        ),
        "old": (
            f"int {SYSCALL_VECTOR:#x}",
            "SS  = tss.ss0",
            "ESP = tss.esp0",
            "pushes 5 words",
            "CS, EIP =",
            f"  IDT[{SYSCALL_VECTOR:#x}]",
        ),
        "iret": ("IRET", "pops eip, cs", "  eflags", "  esp, ss"),
    }
    boxes = {}
    for name, (title, *lines) in cards.items():
        boxes[f"cpu {name}"] = _column(picture, name, CPU_Y, CPU_HEIGHT)
        picture.card(boxes[f"cpu {name}"], title, lines)
    return boxes


def _pushed(model: KernelModel, first: str, last: str) -> str:
    """Pushing the registers from `first` to `last`: the frame is made from its end."""
    names = [placed.field.name for placed in reversed(model.layout("pt_regs").placed)]
    return " ".join(("push", *names[names.index(first) : names.index(last) + 1]))


def _ring0(picture: Picture, model: KernelModel) -> dict[str, Box]:
    boxes = _kernel_stack(picture, model)
    boxes["entry"] = _column(picture, "fast", 556, 136)
    lines: tuple[str, ...] = (
        "mov esp, tss.esp0",
        _pushed(model, "ss", "eip"),
        _pushed(model, "orig_eax", "eax"),
        "push [ebp], EBP checked",
        _pushed(model, "edi", "ebx"),
        "flags other than arithmetic: work",
    )
    picture.card(boxes["entry"], "sysenter_entry", lines)
    boxes["old entry"] = _column(picture, "old", 600, 138)
    pushes = textwrap.wrap(_pushed(model, "orig_eax", "ebx"), 15, subsequent_indent="  ")
    picture.card(boxes["old entry"], "int80_entry", (*pushes, "cld"))
    boxes["table"] = picture.box(540, 886, 174, 46)
    picture.card(boxes["table"], "sys_call_table", ("[eax](pt_regs *)",))
    boxes["out"] = _column(picture, "out", 812, 120)
    lines = ("add, sahf: the flags", "edx = pt_regs.eip", "ecx = pt_regs.esp", "sti", "sysexit")
    picture.card(boxes["out"], "if work == 0", lines)
    boxes["old out"] = picture.box(756, 846, 220, 86)
    lines = ("registers from pt_regs", "iretd")
    picture.card(boxes["old out"], "int 0x80, or work != 0", lines)
    picture.text(766, 921, "work: flags, DS, ES, step", "grey")
    return boxes


def _kernel_stack(picture: Picture, model: KernelModel) -> dict[str, Box]:
    """Draw struct process, and struct pt_regs below it, from the highest address down."""
    x, width = COLUMNS["stack"]
    process = picture.box(x, 526, width, 36, "slot-kernel")
    picture.text(x + width // 2, process.y + 22, "struct process", "mono-bold", "middle")
    layout = model.layout("pt_regs")
    for number, placed in enumerate(reversed(layout.placed)):
        style = "slot-cpu" if placed.offset >= layout.offset_of("eip") else "slot"
        slot = picture.box(x, process.bottom + number * LINE_PX, width, LINE_PX, style)
        picture.text(x + 10, slot.y + 13, placed.field.name, "mono")
        picture.text(slot.right - 10, slot.y + 13, f"+{placed.offset}", "mono-grey", "end")
    regs = Box(x, process.bottom, width, len(layout.placed) * LINE_PX)
    return {"process": process, "regs": regs}


def _fast_arrows(picture: Picture, boxes: dict[str, Box]) -> None:
    page, entry, regs, table = boxes["page"], boxes["entry"], boxes["regs"], boxes["table"]
    tss, sysenter, sysexit = boxes["cpu stack"], boxes["cpu fast"], boxes["cpu out"]
    middle = regs.x + regs.width // 2

    y = boxes["push ecx"].y + 8
    picture.line("fast", (boxes["program"].right, y), (page.x, y), both_ways=True)
    y = boxes["push edx"].y + 8
    picture.line("fast", (page.right, y), (regs.x, y))
    y = boxes["sysenter"].y + 8
    picture.line("fast", (page.right, y), (544, y), (544, 334), (390, 334), (390, sysenter.y))
    picture.line("fast", (390, sysenter.bottom), (390, entry.y))
    picture.line("points", (590, tss.bottom), (590, 506), (510, 506), (510, entry.y))
    x, y = regs.right + 14, regs.y
    picture.line("points", (664, tss.bottom), (664, 506), (x, 506), (x, y), (regs.right, y))
    picture.text(x + 6, y - 8, "esp0", "mono-grey")
    y = _line_of(entry, 2) + LINE_PX // 2
    picture.line("fast", (entry.right, y), (regs.x, y))
    picture.line("both", (middle, regs.bottom), (middle, table.y))
    picture.line("fast", (table.x, 909), (boxes["out"].right, 909))
    picture.line("fast", (196, boxes["out"].y), (196, sysexit.bottom))
    y = boxes["pop ebp"].y + 8
    picture.line("fast", (217, sysexit.y), (217, y), (page.x, y))


def _line_of(card: Box, number: int) -> int:
    """Y of the middle of a line of a card, the first below its title being 1."""
    return card.y + 16 + number * LINE_PX


def _numbers(picture: Picture, boxes: dict[str, Box]) -> None:
    """The steps of the way, each beside what is done in it."""
    page, entry, out, regs = boxes["page"], boxes["entry"], boxes["out"], boxes["regs"]
    picture.badge(217, boxes["push ecx"].y + 8, 1)
    picture.badge(page.right + 16, boxes["push ecx"].y + 4, 2)
    picture.badge(544, 250, 3)
    for number, y in (
        (4, _line_of(entry, 1)),
        (5, _line_of(entry, 2) + LINE_PX // 2),
        (6, _line_of(entry, 4)),
    ):
        picture.badge(entry.right - 16, y, number)
    picture.badge(regs.x + regs.width // 2 + 18, 867, 7)
    picture.badge(out.right - 16, out.y + 15, 8)
    picture.badge(217, 280, 9)


def _old_arrows(picture: Picture, boxes: dict[str, Box]) -> None:
    entry, gate, table = boxes["old entry"], boxes["cpu old"], boxes["table"]
    picture.line("old", (786, boxes["old program"].bottom), (786, gate.y))
    picture.line("points", (boxes["cpu stack"].right, 390), (gate.x, 390))
    picture.line("old", (786, gate.bottom), (786, entry.y))
    picture.line("old", (entry.x, 690), (boxes["regs"].right, 690))
    picture.line("old", (table.right, 909), (boxes["old out"].x, 909))
    picture.line("old", (922, boxes["old out"].y), (922, boxes["cpu iret"].bottom))
    picture.line("old", (922, boxes["cpu iret"].y), (922, boxes["old program"].bottom))


def _key(picture: Picture) -> None:
    """Which colour of pt_regs means what."""
    x = COLUMNS["fast"][0] + 10
    for number, (style, text) in enumerate(KEY):
        y = 752 + number * 20
        if style:
            picture.box(x, y - 10, 16, 12, style)
        picture.text(x + 26, y, text)
