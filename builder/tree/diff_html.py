"""What one tree has that another has not, as one HTML page, with a step's page above it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup, escape

from builder.tools.resources import data_dir
from builder.tree.diff import FileChange, stat_lines

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


def diff_page(names: tuple[str, str], text: str, changes: Sequence[FileChange]) -> str:
    """The page.

    Args:
        names: Of the two trees.
        text: What stands above the difference, as Markdown; may be empty. Where it names a file of
            `changes`, the page leads there; its links to other pages are mere words.
        changes: The files, in the order in which they are to be read.

    Returns:
        HTML that needs no other file and no script.
    """
    environment = Environment(
        loader=FileSystemLoader(data_dir("templates") / "_docs"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=True,
    )
    sections = [Section(_anchor(c.path), c, _lines(c)) for c in changes]
    return environment.get_template("diff.html.j2").render(
        names=names,
        text=Markup(_html(text, [change.path for change in changes])),
        sections=sections,
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


def _html(text: str, paths: Iterable[str]) -> str:
    """Markdown as HTML."""
    known = set(paths)

    def code(_: RendererHTML, tokens: Sequence[Token], index: int, *__: object) -> str:
        word = tokens[index].content
        shown = Markup("<code>{}</code>").format(word)
        return f'<a href="#{escape(_anchor(word))}">{shown}</a>' if word in known else shown

    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.add_render_rule("code_inline", code)
    tokens = reader.parse(text)
    for token in tokens:
        if token.children:
            token.children = [child for child in token.children if not _is_link(child)]
    return str(reader.renderer.render(tokens, reader.options, {}))


def _is_link(token: Token) -> bool:
    return token.type in ("link_open", "link_close")
