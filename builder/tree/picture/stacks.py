"""Kernel stack, TSS, and what MSR_IA32_SYSENTER_ESP points at by each of the three designs."""

from collections.abc import Mapping

from builder.model.kernel import KernelModel
from builder.model.layout import Layout
from builder.tree.picture.shapes import Box, Picture, Point

PANEL_WIDTH, PANEL_GAP = 316, 12
PANEL_TOP, PANEL_HEIGHT = 48, 384
STACK_X, STACK_WIDTH = 176, 124
STACK_PARTS = (  # of a kernel stack, from its top: style, text, height
    ("slot-kernel", "struct process", 38),
    ("slot-cpu", "pt_regs: ss to eip", 32),
    ("slot", "pt_regs: the rest", 32),
    ("slot", "C functions", 64),
    ("hole", "guard page", 38),
)
CPU_X, CPU_WIDTH = 22, 118
TSS_TOP = 214
TSS_PARTS = (("", 24), ("esp0", 22), ("link", 22))  # from its end down
CPU_PARTS = {  # the other fields of struct cpu that are drawn: style, text, height
    "io_bitmap": ("slot", "I/O bitmap", 26),
    "emergency_stack": ("slot-emergency", "emergency stack", 44),
}
MSR_TOP, MSR_HEIGHT = 350, 68
HOW = {  # the first instruction of sysenter_entry
    "per-switch": "no instruction: ESP is esp0",
    "esp0-word": "mov esp, [esp]",
    "tss-end": "mov esp, [esp - {distance}]",
}


def stacks_picture(models: Mapping[str, KernelModel]) -> Picture:
    """The picture for one model of each design, by its name; high addresses are at the top."""
    count = len(models)
    picture = Picture(
        24 + count * PANEL_WIDTH + (count - 1) * PANEL_GAP,
        PANEL_TOP + PANEL_HEIGHT + 12,
        "What MSR_IA32_SYSENTER_ESP points at: three designs",
        "per-switch: at the top of the running process's kernel stack, just below struct process. "
        "esp0-word: at the word esp0 of the TSS. tss-end: at the end of the emergency stack behind "
        "the TSS, as Linux does it. In all three, esp0 of the TSS is just below struct process.",
    )
    for number, (name, model) in enumerate(models.items()):
        _panel(picture, name, model, 12 + number * (PANEL_WIDTH + PANEL_GAP))
    return picture


def _panel(picture: Picture, name: str, model: KernelModel, x: int) -> None:
    """One design, with its left edge at `x`."""
    picture.box(x, PANEL_TOP, PANEL_WIDTH, PANEL_HEIGHT, "kernel")
    picture.text(x + CPU_X, PANEL_TOP + 22, name, "band-name")
    stack = _kernel_stack(picture, x + STACK_X)
    esp0 = _tss(picture, x + CPU_X)
    ends = _around_tss(picture, model.layout("cpu"), x + CPU_X)

    bend = x + STACK_X - 16
    top = (stack.x, stack.y)
    middle = esp0.y + esp0.height // 2
    picture.line("points", (esp0.right, middle), (bend, middle), (bend, stack.y), top)

    targets: dict[str, Point] = {
        "per-switch": (stack.right, stack.y),
        "esp0-word": (esp0.x, esp0.bottom),
        "tss-end": (x + CPU_X, ends["emergency_stack"]),
    }
    _msr(picture, name, model.layout("cpu"), x, targets[name])


def _kernel_stack(picture: Picture, x: int) -> Box:
    """A process's kernel stack; returns the part below struct process, where esp0 points."""
    y = 98
    picture.text(x + STACK_WIDTH // 2, y - 8, "kernel stack", "grey", "middle")
    drawn = []
    for style, text, height in STACK_PARTS:
        drawn.append(picture.box(x, y, STACK_WIDTH, height, style))
        text_style = "mono-bold" if text.startswith("struct") else "sans"
        picture.text(x + STACK_WIDTH // 2, y + height // 2 + 4, text, text_style, "middle")
        y += height
    return drawn[1]


def _tss(picture: Picture, x: int) -> Box:
    """The TSS, at the same height in each panel; returns its word esp0."""
    boxes = {}
    y = TSS_TOP
    for name, height in TSS_PARTS:
        boxes[name] = picture.box(x, y, CPU_WIDTH, height, "slot-cpu" if name == "esp0" else "slot")
        style = "mono" if name else "mono-bold"
        picture.text(x + CPU_WIDTH // 2, y + height // 2 + 4, name or "TSS", style, "middle")
        y += height
    return boxes["esp0"]


def _around_tss(picture: Picture, cpu: Layout, x: int) -> dict[str, int]:
    """What struct cpu has behind the TSS (above it) and before it; returns the Y of the ends."""
    names = [placed.field.name for placed in cpu.placed]
    place = names.index("tss")
    ends = {"emergency_stack": 0}
    y = TSS_TOP
    for name in [name for name in names[place + 1 :] if name in CPU_PARTS]:
        y -= CPU_PARTS[name][2]
        ends[name] = y
    top = y
    y = TSS_TOP + sum(height for _, height in TSS_PARTS)
    for name in [name for name in names[:place] if name in CPU_PARTS]:
        ends[name] = y
        y += CPU_PARTS[name][2]
    for name in [name for name in ends if ends[name]]:
        style, text, height = CPU_PARTS[name]
        picture.box(x, ends[name], CPU_WIDTH, height, style)
        picture.text(x + CPU_WIDTH // 2, ends[name] + height // 2 + 4, text, "sans", "middle")
    picture.text(x + CPU_WIDTH // 2, top - 8, "of each CPU", "grey", "middle")
    return ends


def _msr(picture: Picture, name: str, cpu: Layout, x: int, target: Point) -> None:
    """The MSR, and the arrow from it to `target`."""
    box = picture.box(x + CPU_X, MSR_TOP, STACK_X + STACK_WIDTH - CPU_X, MSR_HEIGHT)
    when = "written at every switch" if name == "per-switch" else "written once, at start"
    places = {placed.field.name: placed.offset for placed in cpu.placed}
    distance = 0
    if name == "tss-end":
        behind = next(placed for placed in cpu.placed if placed.field.name == "emergency_stack")
        distance = behind.offset + behind.field.size_bytes - places["tss"] - 4
    how = HOW[name].format(distance=distance)
    picture.card(box, "MSR_IA32_SYSENTER_ESP", (when, how))
    y = box.y + 30
    if target[0] > x + STACK_X:
        picture.line("fast", (box.right, y), (box.right + 9, y), (box.right + 9, target[1]), target)
    else:
        picture.line("fast", (box.x, y), (box.x - 12, y), (box.x - 12, target[1]), target)
