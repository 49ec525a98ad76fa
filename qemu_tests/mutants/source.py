"""The lines of C and NASM files that are code: the ones that can be changed.

No compiler's front end, and none needed: it knows comments, strings, brackets and statements, and
relies on clang-format for the rest. A line that it takes for code and that is none makes a mutant
that does not build, or one that is equal to the original.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Language(Enum):
    """What a file is written in; the value is how its name ends."""

    C = (".c", ".h")
    NASM = (".asm",)


@dataclass(frozen=True)
class Line:
    """A line of code, or several that belong together; all three texts are equally long.

    Attributes:
        number: Of the first, from 1.
        raw: As in the file.
        code: With blanks for comments.
        plain: With blanks for what strings hold, too.
        without: What stands for its statement, instruction or row of a table if that is left out;
            None if the line is no whole one.
    """

    number: int
    raw: str
    code: str
    plain: str
    without: str | None = None


def lines_of(path: str, text: str) -> list[Line]:
    """The lines of code of a file, whose language its name tells; none if that is another."""
    language = language_of(path)
    if language is None:
        return []
    return list(_c_lines(text) if language is Language.C else _nasm_lines(text))


def language_of(path: str) -> Language | None:
    """The language of a file, if it is one of them."""
    return next((each for each in Language if path.endswith(each.value)), None)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _hollow(match: re.Match[str]) -> str:
    """A string without what it holds, if it is one; comments are gone already."""
    return match[0][0] + _blank(match)[1:-1] + match[0][-1]


# ---- C ----

_C_STRING = r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
_C_COMMENT = r"//[^\n]*|/\*.*?\*/"
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
_AGGREGATE = re.compile(
    r"(?:(?:typedef|static|const|extern)\s+)*(?:struct|union|enum)\b\s*(?:__attribute__\s*\(\(.*\)\))?"
    r"\s*\w*\s*",
    re.DOTALL,
)
_LABEL = re.compile(r"\s*(?:case\b.*|default|\w+)\s*", re.DOTALL)
_LABEL_LINE = re.compile(r"(?:case\b.*|default|\w+)\s*:")
_NO_CODE = re.compile(r"[{}();,\s]*|\}?\s*else\s*\{?|do\s*\{")
# No code of the kernel's work: what the compiler checks, and what is told to people. That is judged
# by tests that read the serial line.
_NO_WORK = re.compile(r"(?:_Static_assert|static_assert|print)\b|\[\w+\] = \" *\",")
_EXPANSION = re.compile(r"[A-Z][A-Z0-9_]*\(.*\)")  # of a macro that makes whole functions
_DECLARED = re.compile(
    r"(?!(?:return|goto|case|else|sizeof)\b)(?:\w+\s+)*\w+[\s*]+\w+(?:\[[^\]]*\])*\s*(?:[=;,]|$)"
)
_ASSIGNMENT = re.compile(r"(?<![=!<>])=(?!=)")


class _Context(Enum):
    """What the lines between two braces are."""

    FILE = "declarations and definitions"
    BODY = "statements"
    MEMBERS = "members of a struct or an enum"
    ROWS = "initial values"


class _Scanner:
    """Follows C from character to character: in which braces it is, and where statements begin."""

    def __init__(self, plain: str) -> None:
        self._plain = plain
        self._parens = 0
        # For each brace that is open: what it holds, the parentheses around it, and where the
        # statement began that it belongs to.
        self._open: list[tuple[_Context, int, int | None]] = [(_Context.FILE, 0, None)]
        self.statement: int | None = None  # where the one that goes on here began

    @property
    def context(self) -> _Context:
        return self._open[-1][0]

    @property
    def depth(self) -> int:
        return len(self._open)

    def take(self, at: int) -> None:
        """Go past the character at `at`."""
        char = self._plain[at]
        if char.isspace():
            return
        if self.statement is None:
            self.statement = at
        is_outside = self._parens == self._open[-1][1]
        if char in "([":
            self._parens += 1
        elif char in ")]":
            self._parens -= 1
        elif char == "{":
            self._open.append((self._held(at), self._parens, self.statement))
            self.statement = None
        elif char == "}" and self.depth > 1:
            held, _, began = self._open.pop()
            self.statement = None if held is _Context.BODY else began
        elif is_outside and self._ends_at(at):
            self.statement = None

    def _ends_at(self, at: int) -> bool:
        """Does a statement, a row or a label end with this character?"""
        char = self._plain[at]
        if char == ":":
            return _LABEL.fullmatch(self._plain, self.statement or 0, at) is not None
        return char == ";" or (char == "," and self.context is _Context.ROWS)

    def _held(self, at: int) -> _Context:
        """What the brace at `at` begins."""
        head = self._plain[self.statement : at].strip()
        in_expression = self._parens > self._open[-1][1] or head.startswith("return")
        if self.context is _Context.ROWS or in_expression or _assigns(head):
            return _Context.ROWS
        return _Context.MEMBERS if _AGGREGATE.fullmatch(head) else _Context.BODY


def _assigns(text: str) -> bool:
    """Is there a `=` outside all brackets?"""
    while (inner := re.sub(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}", "", text)) != text:
        text = inner
    return _ASSIGNMENT.search(text) is not None


def _c_lines(text: str) -> Iterator[Line]:
    code = re.sub(
        f"{_C_COMMENT}|{_C_STRING}",
        lambda match: _blank(match) if match[0][0] == "/" else match[0],
        text,
        flags=re.DOTALL,
    )
    plain = _DIRECTIVE.sub(_blank, re.sub(_C_STRING, _hollow, code, flags=re.DOTALL))
    scanner = _Scanner(plain)
    at = 0
    for number, line in enumerate(plain.split("\n"), 1):
        end = at + len(line)
        context, depth, began = scanner.context, scanner.depth, scanner.statement
        for each in range(at, end):
            scanner.take(each)
        is_whole = began is None and scanner.statement is None and depth == scanner.depth
        stripped = line.strip()
        if context is _Context.FILE and _EXPANSION.fullmatch(stripped):
            scanner.statement = None  # it ends without a semicolon
        head = line if began is None else plain[began:end]
        if stripped and _is_c_code(stripped, head.strip(), context):
            without = _c_without(stripped, context) if is_whole else None
            yield Line(number, text[at:end], code[at:end], line, without)
        at = end + 1


def _is_c_code(line: str, head: str, context: _Context) -> bool:
    """Is a line code? `head` is its statement as far as the line's end."""
    if _NO_CODE.fullmatch(line) or context is _Context.MEMBERS or _NO_WORK.match(head):
        return False
    if context is _Context.ROWS:
        return True
    if _LABEL_LINE.fullmatch(line):
        return False
    if context is _Context.FILE:
        return _assigns(line) or _EXPANSION.fullmatch(line) is not None
    return _assigns(head) or not (_AGGREGATE.match(head) or _DECLARED.match(head))


def _c_without(line: str, context: _Context) -> str | None:
    if context is _Context.ROWS:
        return "" if line.endswith(",") else None
    is_statement = context is _Context.BODY and not _DECLARED.match(line)
    return ";" if is_statement and line != ";" else None


# ---- NASM ----

_NASM_STRING_OR_COMMENT = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|`(?:\\.|[^`\\\n])*`|;[^\n]*")
_NASM_LABEL = re.compile(r"\s*(?:(?:[\w.$?@~]|%%|%\d)+\s*:)?\s*")
_NASM_NO_CODE = re.compile(
    r"%[a-z]|(?:section|segment|global|extern|common|align|alignb|bits|use32|default|org|cpu|"
    r"absolute|struc|endstruc|istruc|iend|at|sectalign)\b|\S+\s+equ\b|(?:\S+\s+)?res[bwdq]\b"
)


def label_end(line: str) -> int:
    """The column where the instruction of a line of NASM begins, behind its label."""
    match = _NASM_LABEL.match(line)
    return match.end() if match else 0


def _nasm_lines(text: str) -> Iterator[Line]:
    def hide(match: re.Match[str]) -> str:
        return _blank(match) if match[0][0] == ";" else match[0]

    code = _NASM_STRING_OR_COMMENT.sub(hide, text)
    plain = _NASM_STRING_OR_COMMENT.sub(_hollow, code)
    rows = zip(text.split("\n"), code.split("\n"), plain.split("\n"), strict=True)
    for number, (raw, cut, hollow) in enumerate(rows, 1):
        instruction = hollow[label_end(hollow) :]
        if instruction.strip() and not _NASM_NO_CODE.match(instruction):
            yield Line(number, raw, cut, hollow, "")
