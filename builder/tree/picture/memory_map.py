"""The memory map: what lies where in the 4 GiB that a program and the kernel see."""

from builder.model.kernel import KernelModel
from builder.model.memory import PAGE_SIZE, Region
from builder.tree.picture.shapes import Picture

WIDTH = 780
BAR_X, BAR_WIDTH = 130, 300
NOTE_X = BAR_X + BAR_WIDTH + 22
TOP = 56
REGION_HEIGHT, HOLE_HEIGHT = 52, 26
ACCESS_WORDS = {"r": "read", "w": "write", "x": "execute"}
UNITS = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


def memory_picture(model: KernelModel) -> Picture:
    """The picture of the regions of `model`, the highest address at the top; not to scale."""
    parts = _parts(model.regions)
    height = sum(REGION_HEIGHT if part.name else HOLE_HEIGHT for part in parts)
    picture = Picture(
        WIDTH,
        TOP + height + 46,
        "The memory map of a process",
        "From the top: "
        + "; ".join(f"{r.name} at {r.start:#010x}, {r.comment}" for r in parts if r.name),
    )
    y = TOP
    picture.text(BAR_X - 12, y + 4, f"{parts[0].last:08x}", "mono-grey", "end")
    for part in parts:
        y = _draw(picture, part, y)
    _key(picture, y + 28)
    return picture


def _parts(regions: tuple[Region, ...]) -> tuple[Region, ...]:
    """The regions from the highest down, and nameless ones for what lies between and above."""
    parts = []
    above = 1 << 32
    for region in sorted(regions, key=lambda region: region.start, reverse=True):
        if region.end < above:
            parts.append(Region(region.end, above, "", "-", "nothing is mapped"))
        parts.append(region)
        above = region.start
    return tuple(parts)


def _draw(picture: Picture, part: Region, y: int) -> int:
    """Draw one part with its upper edge at `y`; returns where the next begins."""
    height = REGION_HEIGHT if part.name else HOLE_HEIGHT
    style = "slot-user" if "u" in part.access else "hole" if part.access == "-" else "slot-cpu"
    picture.box(BAR_X, y, BAR_WIDTH, height, style)
    picture.text(BAR_X - 12, y + height + 4, f"{part.start:08x}", "mono-grey", "end")
    if not part.name:
        return y + height
    middle = y + height // 2
    picture.text(BAR_X + BAR_WIDTH // 2, middle + 4, part.name, "bold", "middle")
    picture.text(BAR_X + BAR_WIDTH - 8, y + 16, size_text(part.end - part.start), "grey", "end")
    picture.text(NOTE_X, middle - 4, part.comment)
    picture.text(NOTE_X, middle + 13, access_text(part.access), "grey")
    return y + height


def size_text(size_bytes: int) -> str:
    """A size for people: the largest unit that leaves a short number."""
    if size_bytes == PAGE_SIZE:
        return "one page"
    for unit, name in UNITS:
        if size_bytes >= unit:
            return f"{size_bytes / unit:.4g} {name}"
    return f"{size_bytes} bytes"


def access_text(access: str) -> str:
    """Who may do what there, such as `ring 3: read, execute`."""
    if access == "-":
        return "nobody: every access is a page fault"
    who = "ring 3" if "u" in access else "ring 0 only"
    return f"{who}: " + ", ".join(word for letter, word in ACCESS_WORDS.items() if letter in access)


def _key(picture: Picture, y: int) -> None:
    """Which colours mean what."""
    for x, style, text in (
        (BAR_X, "slot-user", "ring 3 may use it"),
        (BAR_X + 160, "slot-cpu", "ring 0 only"),
        (BAR_X + 285, "hole", "not mapped"),
    ):
        picture.box(x, y - 10, 16, 12, style)
        picture.text(x + 24, y, text)
