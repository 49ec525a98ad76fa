"""Lines of a kernel's files in colours, by pygments."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup, escape
from pygments.lexer import Lexer
from pygments.lexers import CLexer, MakefileLexer, NasmLexer, TextLexer
from pygments.token import Comment, Keyword, Name, Number, String, Token

# Class of the page's style sheet for what a token is; nothing for all others.
CLASSES = (
    (Comment.Preproc, "s-word"),
    (Comment, "s-comment"),
    (Keyword.Type, "s-type"),
    (Keyword, "s-word"),
    (Name.Label, "s-name"),
    (Name.Builtin, "s-type"),  # NASM's registers
    (Name.Function, "s-word"),  # NASM's instructions, C's functions
    (Number, "s-number"),
    (String, "s-string"),
)
# By what a file's name ends with.
LEXERS: dict[str, type[Lexer]] = {
    **dict.fromkeys(("c", "h"), CLexer),
    **dict.fromkeys(("asm", "inc"), NasmLexer),
    **dict.fromkeys(("Makefile", "mk"), MakefileLexer),
}


@lru_cache(maxsize=256)
def coloured(text: str, path: str) -> tuple[Markup, ...]:
    """Each line of `text` as HTML; `path` says which language it is."""
    lines = [Markup("")]
    for kind, value in _lexer(path).get_tokens(text):
        for number, part in enumerate(value.split("\n")):
            if number:
                lines.append(Markup(""))
            lines[-1] += _marked(kind, part)
    return tuple(lines)


def _lexer(path: str) -> Lexer:
    name = path.rpartition("/")[2]
    lexer = LEXERS.get(name.rpartition(".")[2], TextLexer)
    return lexer(stripnl=False, ensurenl=False)


def _marked(kind: Token, text: str) -> Markup:
    name = next((name for base, name in CLASSES if kind in base), "")
    if not name or not text.strip():
        return escape(text)
    return Markup('<span class="{}">{}</span>').format(name, text)
