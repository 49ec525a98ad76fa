"""A record in time: rings as lanes, instructions as ticks, the parts of the way as boxes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from builder.model.way_parts import WAY
from builder.tree.picture.shapes import LINE_PX, Box, Picture
from builder.xray.folding import Fold, Item, fold
from builder.xray.record import Record, Row

MARGIN_PX = 24
LANE_NAME_PX = 118
PX_PER_ITEM = range(15, 4, -1)  # best first
WIDTH_PX = 1000  # unless the record is too long for that
FOLD_ITEMS = 3  # how many instructions' room a fold has
TICK_PX = 16
LANE_PX = 96
LANES_Y = 56
BOX_PX = 44
BOX_PX_MIN = 25  # as wide as a badge and an arrow's head
KEY = (
    "a long tick: the CPU does more by itself; dashed: an exception or interrupt comes",
    "a filled box: a C function, a loop or a handler, with the number of its instructions",
)


@dataclass(frozen=True)
class Lane:
    """Where instructions of one kind are drawn; `style` is a class of the pictures' style sheet."""

    name: str
    style: str


RING_3 = Lane("ring 3", "user")
RING_0 = Lane("ring 0", "kernel")
BRANCH = Lane("in between", "cpu")


@dataclass(frozen=True)
class Span:
    """Items of one part in one lane, one behind the other."""

    lane: Lane
    number: int
    items: tuple[Item, ...]

    @property
    def slots(self) -> int:
        """How many instructions' room it has."""
        return sum(_slots(item) for item in self.items)

    def width_px(self, pitch: int) -> int:
        """How wide its box is, with `pitch` pixels for an instruction."""
        return max(BOX_PX_MIN, self.slots * pitch)


def timeline_picture(record: Record) -> Picture:
    """The picture; it is wider than others if the record is long."""
    spans = _spans(fold(record.rows))
    lanes = [lane for lane in (RING_3, RING_0, BRANCH) if any(s.lane == lane for s in spans)]
    pitch = next((px for px in PX_PER_ITEM if _width_px(spans, px) <= WIDTH_PX), PX_PER_ITEM[-1])
    width = max(WIDTH_PX, _width_px(spans, pitch))
    key_y = LANES_Y + len(lanes) * LANE_PX + 34
    titles = _titles(record)
    columns = 3
    lines = -(-len(titles) // columns)
    height = key_y + (lines + len(KEY)) * LINE_PX + MARGIN_PX
    picture = Picture(width, height, f"{record.title}, in time", _description(record))
    for at, lane in enumerate(lanes):
        picture.box(12, LANES_Y + at * LANE_PX, width - 24, LANE_PX - 6, lane.style)
        picture.text(MARGIN_PX, LANES_Y + at * LANE_PX + 20, lane.name, "band-name")
    _draw(picture, spans, lanes, pitch)
    for at, text in enumerate(titles):
        column, line = divmod(at, lines)
        picture.text(MARGIN_PX + column * 325, key_y + line * LINE_PX, text)
    for at, text in enumerate(KEY):
        picture.text(MARGIN_PX, key_y + 10 + (lines + at) * LINE_PX, text, "grey")
    return picture


def _width_px(spans: Sequence[Span], pitch: int) -> int:
    return 2 * MARGIN_PX + LANE_NAME_PX + sum(span.width_px(pitch) for span in spans)


def _draw(picture: Picture, spans: Sequence[Span], lanes: Sequence[Lane], pitch: int) -> None:
    x = MARGIN_PX + LANE_NAME_PX
    before: tuple[int, int] | None = None  # the end of the span before: x, and y of its middle
    for span in spans:
        y = LANES_Y + lanes.index(span.lane) * LANE_PX + 30
        box = picture.box(x, y, span.width_px(pitch), BOX_PX, "plain" if span.number else "hole")
        if before and before[1] != box.y + BOX_PX // 2:
            down = before[1] < box.y
            ends = (before[0], before[1] + (BOX_PX // 2 if down else -BOX_PX // 2))
            picture.line("fast", ends, (box.x, box.y if down else box.bottom))
        _draw_ticks(picture, span, box, pitch)
        if span.number:
            picture.badge(box.x + 14, box.y - 11, span.number)
        x = box.right
        before = (x, y + BOX_PX // 2)


def _draw_ticks(picture: Picture, span: Span, box: Box, pitch: int) -> None:
    x = box.x + (box.width - span.slots * pitch) // 2
    bottom = box.bottom - 4
    for item in span.items:
        width = _slots(item) * pitch
        middle = x + width // 2
        if isinstance(item, Fold):
            picture.box(x + 2, bottom - TICK_PX, max(2, width - 4), TICK_PX, "slot-cpu")
            picture.text(middle, bottom - TICK_PX - 4, str(len(item.rows)), "grey", "middle")
        else:
            # What the CPU does by itself beside it stands out.
            long = TICK_PX + 12 if item.cpu else TICK_PX
            style = "old" if item.cpu else "points" if item.event else "both"
            picture.tick(style, (middle, bottom - long), (middle, bottom))
        x += width


def _spans(items: Sequence[Item]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for item in items:
        first = item.rows[0] if isinstance(item, Fold) else item
        lane = BRANCH if first.branch else RING_3 if first.ring else RING_0
        if spans and (spans[-1].lane, spans[-1].number) == (lane, first.way):
            spans[-1] = Span(lane, first.way, (*spans[-1].items, item))
        else:
            spans.append(Span(lane, first.way, (item,)))
    return tuple(spans)


def _slots(item: Item) -> int:
    return 1 if isinstance(item, Row) else FOLD_ITEMS


def _titles(record: Record) -> list[str]:
    """What the numbers mean, and how many instructions each part has."""
    counts = {part.number: 0 for part in WAY}
    for row in record.rows:
        if row.way:
            counts[row.way] += 1
    return [
        f"{part.number}  {part.title.replace('`', '')}: {counts[part.number]}"
        for part in WAY
        if counts[part.number]
    ]


def _description(record: Record) -> str:
    totals = ", ".join(f"{count} {what}" for what, count in record.totals.items() if count)
    return (
        f"One system call of step {record.kernel.step} from left to right: {totals}. Lanes are "
        "rings, boxes the numbered parts of the way, ticks instructions; a long tick is one at "
        "which the CPU does more by itself, a filled box a C function or loop with its length."
    )
