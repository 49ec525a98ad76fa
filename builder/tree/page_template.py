"""The templates of pages and pictures, templates/_docs/: not those of a kernel's files."""

import json
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from builder.tools.resources import data_dir


def page_template(name: str) -> Template:
    """The template `name`; in pages and pictures what is put into it is escaped."""
    return _environment(name.endswith((".html.j2", ".svg.j2"))).get_template(name)


@cache
def _environment(autoescape: bool) -> Environment:
    made = Environment(
        loader=FileSystemLoader(data_dir("templates") / "_docs"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=autoescape,
    )
    made.filters["code_words"] = code_words
    made.filters["counted"] = counted
    made.filters["number"] = number
    made.filters["quoted"] = json.dumps
    return made


def number(value: float) -> str:
    """At most two decimals, and none that says nothing: 10, 7.5."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def counted(number: int, noun: str) -> str:
    """Such as "1 lab", "2 labs"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def code_words(text: str) -> Markup:
    """A phrase as HTML; what stands in backticks is code."""
    shown = Markup("")
    for number, part in enumerate(text.split("`")):
        shown += Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
    return shown
