"""Reads a page of HTML, and fails if its elements are not nested as they should be."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = ("meta", "link", "br", "hr", "img", "input", "col")  # elements without an end


@dataclass
class Element:
    """An element of a page: its attributes, and which pieces of the page's text are in it."""

    tag: str
    attributes: dict[str, str | None]
    pieces: list[str]
    begin: int
    end: int

    @property
    def text(self) -> str:
        """All the text in it."""
        return "".join(self.pieces[self.begin : self.end])


@dataclass
class Page(HTMLParser):
    """The elements of a page in their order."""

    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        here = len(self.pieces)
        self.elements.append(Element(tag, dict(attrs), self.pieces, here, here))
        if tag not in VOID:
            self.open.append(self.elements[-1])

    def handle_endtag(self, tag: str) -> None:
        ended = self.open.pop()
        assert ended.tag == tag
        ended.end = len(self.pieces)

    def handle_data(self, data: str) -> None:
        if self.open:
            self.pieces.append(data)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return [e for e in self.elements if e.tag == tag and wanted.items() <= e.attributes.items()]


def read(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    assert not page.open, f"not closed: {[element.tag for element in page.open]}"
    return page
