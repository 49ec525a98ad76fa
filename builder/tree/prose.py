"""Markdown as HTML, in which names of files lead to where a page shows them. Pure."""

from collections.abc import Callable, Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup


def html_of(text: str, place: Callable[[str], str]) -> Markup:
    """A page of the documentation as HTML; its links to other pages are mere words.

    Args:
        text: Markdown.
        place: Where a link from a word in code leads, such as that on `cpu/gdt.c`; empty: nowhere.
    """

    def code(_: RendererHTML, tokens: Sequence[Token], index: int, *__: object) -> str:
        word = tokens[index].content
        shown = Markup("<code>{}</code>").format(word)
        href = place(word)
        return Markup('<a href="{}">{}</a>').format(href, shown) if href else shown

    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.add_render_rule("code_inline", code)
    tokens = reader.parse(text)
    for token in tokens:
        if token.children:
            token.children = [child for child in token.children if not _is_link(child)]
    return Markup(reader.renderer.render(tokens, reader.options, {}))


def _is_link(token: Token) -> bool:
    return token.type in ("link_open", "link_close")
