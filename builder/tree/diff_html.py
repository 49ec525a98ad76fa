"""What one tree has that another has not, as one HTML page, with a step's page above it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from builder.tree.diff import FileChange, stat_lines
from builder.tree.page_template import page_template
from builder.tree.prose import html_of

STYLES = {"+": "added", "-": "removed", "@": "place"}  # of a line, by its first character
HEAD_LINES = 2  # of a unified diff: the names of the two files
NEW_FILE_HEAD_LINES = HEAD_LINES + 1  # and the place, which is all of it


@dataclass(frozen=True)
class Line:
    """A line as it is shown; `style` is a class of the style sheet, or empty."""

    text: str
    style: str = ""


@dataclass(frozen=True)
class Section:
    """A file of the page."""

    anchor: str
    change: FileChange
    lines: tuple[Line, ...]


def diff_page(
    names: tuple[str, str],
    text: str,
    changes: Sequence[FileChange],
    around: Sequence[tuple[str, str]] = (),
) -> str:
    """The page.

    Args:
        names: Of the two trees.
        text: What stands above the difference, as Markdown; may be empty. Where it names a file of
            `changes`, the page leads there; its links to other pages are mere words.
        changes: The files, in the order in which they are to be read.
        around: Other pages to which it leads: title and link.

    Returns:
        HTML that needs no other file and no script.
    """
    paths = {change.path for change in changes}
    sections = [Section(_anchor(c.path), c, _lines(c)) for c in changes]
    return page_template("diff.html.j2").render(
        names=names,
        text=html_of(text, lambda word: f"#{_anchor(word)}" if word in paths else ""),
        sections=sections,
        around=around,
        root="",
        summary=stat_lines(changes)[-1],
    )


def _anchor(path: str) -> str:
    return "file-" + path.replace("/", "-")


def _lines(change: FileChange) -> tuple[Line, ...]:
    """A new file whole; of another what is different."""
    if len(change.lines) <= HEAD_LINES:  # not of text
        return tuple(map(Line, change.lines))
    if change.kind == "new":
        return tuple(Line(line[1:]) for line in change.lines[NEW_FILE_HEAD_LINES:])
    return tuple(Line(line, STYLES.get(line[:1], "")) for line in change.lines[HEAD_LINES:])
