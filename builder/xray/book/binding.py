"""The pages of a book: one for each chapter, and one that is all of it, to be printed. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from builder.tools.resources import data_dir
from builder.tree.page_template import page_template
from builder.tree.prose import html_of
from builder.xray.book.contents import (
    CALL,
    FRONT,
    PICTURES_CHAPTER,
    SOURCE_FOLDER,
    Chapter,
    Kernel,
    Pictures,
    chapters_of,
)
from builder.xray.page.compose import page_of

FRONT_PAGE = f"{FRONT}.html"
WHOLE = "whole.html"
XRAY = "xray.html"
STYLE = "book.css"
PICTURES = "pictures/"


@dataclass(frozen=True)
class Here:
    """The page that something is rendered for: it knows how to lead from there to elsewhere.

    Attributes:
        chapter: Name of the chapter.
        known: Names of all chapters.
        whole: All chapters stand on one page.
    """

    chapter: str
    known: frozenset[str]
    whole: bool

    @property
    def root(self) -> str:
        """The way to the book's folder: empty, or so many `../`."""
        return "" if self.whole else "../" * self.chapter.count("/")

    def anchor(self, name: str) -> str:
        """What a place of this chapter is called on its page."""
        return f"{self.chapter}:{name}" if self.whole else name

    def href(self, chapter: str, name: str = "") -> str:
        """A link to a chapter, or to a place in it."""
        if self.whole:
            return f"#{chapter}:{name}" if name else f"#{chapter}"
        page = "" if chapter == self.chapter and name else f"{self.root}{chapter}.html"
        return f"{page}#{name}" if name else page

    def to_row(self, number: int) -> str:
        """A link to a row of the call."""
        return self.href(CALL, f"r{number}")

    def to_line(self, path: str, number: int) -> str:
        """A link to a line of a file."""
        return self.href(SOURCE_FOLDER + path, f"L{number}")

    def prose(self, text: str) -> Markup:
        """Markdown as HTML, in which the names of files lead to them."""
        return html_of(text, self._place_of)

    def _place_of(self, word: str) -> str:
        chapter = PICTURES_CHAPTER if word.endswith(".svg") else SOURCE_FOLDER + word
        return self.href(chapter) if chapter in self.known else ""


@dataclass(frozen=True)
class Part:
    """A part of the contents."""

    title: str
    chapters: tuple[Chapter, ...]


def book_of(kernel: Kernel, around: Sequence[tuple[str, str]] = ()) -> dict[str, bytes]:
    """All files of the book by their paths in its folder; `index.html` is where it begins.

    Args:
        kernel: What it is about.
        around: Pages outside of it to which each page leads: title, and path from its folder.
    """
    chapters = chapters_of(kernel)
    known = frozenset(chapter.name for chapter in chapters)
    made: dict[str, str] = dict(_pages(kernel, chapters, known, around))
    bodies = [
        (
            chapter,
            _body(kernel, chapters, chapter, Here(chapter.name, known, whole=True)),
            "begins" if before and before.part != chapter.part else "goes-on",
        )
        for before, chapter in zip([None, *chapters], chapters, strict=False)
    ]
    here = Here(FRONT, known, whole=True)
    made[WHOLE] = page_template("book/whole.html.j2").render(
        kernel=kernel, here=here, bodies=bodies, style=_style()
    )
    made[STYLE] = _style()
    for chapter in chapters:
        if isinstance(chapter.content, Pictures):
            for drawn in chapter.content.drawn:
                made[PICTURES + drawn.file] = drawn.picture.svg()
    if kernel.record:
        pages = Here(FRONT, known, whole=False)
        sources = {path: data.decode(errors="replace") for path, data in kernel.files.items()}
        made[XRAY] = page_of(
            kernel.record,
            sources,
            lambda row: pages.to_line(row.file, row.line) if row.file in sources else "",
            (*around, (f"A kernel to read: {kernel.model.step}", FRONT_PAGE)),
        )
    return {path: text.encode() for path, text in made.items()}


def _pages(
    kernel: Kernel,
    chapters: Sequence[Chapter],
    known: frozenset[str],
    around: Sequence[tuple[str, str]],
) -> Iterator[tuple[str, str]]:
    """A page for each chapter, with the ways to the one before and the one behind."""
    template = page_template("book/page.html.j2")
    in_order = zip([None, *chapters[:-1]], chapters, [*chapters[1:], None], strict=True)
    for before, chapter, behind in in_order:
        here = Here(chapter.name, known, whole=False)
        yield (
            f"{chapter.name}.html",
            template.render(
                kernel=kernel,
                chapter=chapter,
                here=here,
                around=around,
                root=here.root,
                style=here.root + STYLE,
                body=_body(kernel, chapters, chapter, here),
                ways=[(before, "prev", "←"), (behind, "next", "→")],
            ),
        )


def _body(kernel: Kernel, chapters: Sequence[Chapter], chapter: Chapter, here: Here) -> Markup:
    values: Mapping[str, object] = {
        "kernel": kernel,
        "chapter": chapter,
        "content": chapter.content,
        "parts": _contents(chapters),
        "here": here,
        "pictures": here.root + PICTURES,
        "xray": here.root + XRAY,
        "whole": WHOLE,
    }
    return Markup(page_template(chapter.template).render(values))


def _contents(chapters: Sequence[Chapter]) -> tuple[Part, ...]:
    listed = (chapter for chapter in chapters if chapter.part)
    grouped = itertools.groupby(listed, key=lambda chapter: chapter.part)
    return tuple(Part(title, tuple(inside)) for title, inside in grouped)


def _style() -> str:
    return (data_dir("templates") / "_docs/book" / STYLE).read_text(encoding="utf-8")
