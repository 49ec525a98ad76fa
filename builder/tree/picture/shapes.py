"""What pictures are made of: boxes, lines and texts at whole pixels; and the SVG file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from markupsafe import Markup

from builder.tree.page_template import page_template

Point = tuple[int, int]

FONT_PX = {"title": 17, "band-name": 13, "badge": 11}  # 12 for every other style
MONO_EM = 0.602  # width of a letter in the monospaced fonts, in font sizes
SANS_EM = 0.56  # a generous mean for the others
LINE_PX = 17  # from one line of a card to the next
ARROW_HEADS = (("fast", "#1a5fb4"), ("old", "#9a3b00"), ("points", "#57606a"), ("both", "#2f6f3e"))


@dataclass(frozen=True)
class Box:
    """A rectangle; `style` is a class of the style sheet in templates/_docs/picture.svg.j2."""

    x: int
    y: int
    width: int
    height: int
    style: str = "plain"
    radius: int = 4

    @property
    def right(self) -> int:
        """X of its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """Y of its lower edge."""
        return self.y + self.height

    def has_on_edge(self, point: Point) -> bool:
        """True if `point` lies on the outline."""
        x, y = point
        inside = self.x <= x <= self.right and self.y <= y <= self.bottom
        return inside and (x in (self.x, self.right) or y in (self.y, self.bottom))


@dataclass(frozen=True)
class Text:
    """One line of text; (x, y) is the start, middle or end of its base line, as `anchor` says."""

    x: int
    y: int
    text: str
    style: str = "sans"
    anchor: str = "start"

    @property
    def anchoring(self) -> str:
        """The attribute that says so, or nothing."""
        return "" if self.anchor == "start" else Markup(f' text-anchor="{self.anchor}"')

    @property
    def drawn(self) -> str:
        """The text with blanks that SVG does not run together, so that columns stay columns."""
        return self.text.replace(" ", "\u00a0") if self.style.startswith("mono") else self.text

    @property
    def width(self) -> float:
        """About how wide it is drawn, in pixels."""
        em = MONO_EM if self.style.startswith("mono") else SANS_EM
        return len(self.text) * em * FONT_PX.get(self.style, 12)

    @property
    def left(self) -> float:
        """X of its left edge."""
        return self.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor] * self.width


@dataclass(frozen=True)
class Line:
    """A line with corners, and an arrow head at its end (and at its start, if `both_ways`)."""

    points: tuple[Point, ...]
    style: str
    head: bool = True
    both_ways: bool = False

    @property
    def points_text(self) -> str:
        """The corners as SVG has them."""
        return " ".join(f"{x},{y}" for x, y in self.points)

    @property
    def markers(self) -> str:
        """The attributes for the heads."""
        head = f'"url(#head-{self.style})"'
        start = f" marker-start={head}" if self.both_ways else ""
        return Markup(f"{start} marker-end={head}" if self.head else start)


@dataclass(frozen=True)
class Badge:
    """A number in a circle."""

    x: int
    y: int
    number: int


@dataclass(frozen=True)
class Part:
    """A place that a page can light up, above all else and unseen until then.

    Attributes:
        box: Where it is.
        number: Of the part of the way, builder/model/way_parts.py.
        path: "fast" or "old", where these differ; "both" otherwise.
    """

    box: Box
    number: int
    path: str


@dataclass
class Picture:
    """A drawing; shapes are drawn in the order boxes, lines, badges, texts."""

    width: int
    height: int
    title: str
    description: str
    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    badges: list[Badge] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with paper, for forges with a dark page, and the title."""
        self.boxes.insert(0, Box(1, 1, self.width - 2, self.height - 2, "paper", 8))
        self.texts.insert(0, Text(24, 32, self.title, "title"))

    @cached_property
    def all_texts(self) -> tuple[Text, ...]:
        """The texts, and those of the badges."""
        numbers = (Text(b.x, b.y + 4, str(b.number), "badge", "middle") for b in self.badges)
        return (*self.texts, *numbers)

    def box(self, x: int, y: int, width: int, height: int, style: str = "plain") -> Box:
        """Draw a box and return it."""
        self.boxes.append(
            Box(x, y, width, height, style, 0 if style.startswith(("slot", "hole")) else 4)
        )
        return self.boxes[-1]

    def text(self, x: int, y: int, text: str, style: str = "sans", anchor: str = "start") -> None:
        """Draw a line of text."""
        self.texts.append(Text(x, y, text, style, anchor))

    def line(self, style: str, *points: Point, both_ways: bool = False) -> None:
        """Draw an arrow through `points`."""
        self.lines.append(Line(points, style, both_ways=both_ways))

    def tick(self, style: str, *points: Point) -> None:
        """Draw a line without a head through `points`."""
        self.lines.append(Line(points, style, head=False))

    def badge(self, x: int, y: int, number: int) -> None:
        """Draw a number in a circle around (x, y)."""
        self.badges.append(Badge(x, y, number))

    def part(self, number: int, path: str, *boxes: Box) -> None:
        """Say where a part of the way is: in `boxes`."""
        self.parts += [Part(box, number, path) for box in boxes]

    def card(self, box: Box, title: str, lines: Sequence[str]) -> None:
        """Fill `box` with a bold first line and monospaced ones below."""
        self.text(box.x + 10, box.y + 19, title, "mono-bold")
        for number, line in enumerate(lines, start=1):
            words = line.lstrip(" ")
            indent = round((len(line) - len(words)) * MONO_EM * 12)
            self.text(box.x + 10 + indent, box.y + 20 + number * LINE_PX, words, "mono")

    def svg(self, within: str = "") -> str:
        """The picture as an SVG file; or as a part of a page, in its element `within`.

        Args:
            within: A selector of CSS. The style sheet is then for what lies in there, and the
                page says of what it is a picture; without it the picture does so itself.
        """
        template = page_template("picture.svg.j2")
        return template.render(picture=self, arrow_heads=ARROW_HEADS, within=within)
