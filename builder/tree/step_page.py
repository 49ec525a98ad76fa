"""The pages of docs/steps/: in prose, what a step adds to the one before it."""

import re

from builder.tools.resources import data_dir


def step_page(old: str, new: str) -> str:
    """The page about going from step `old` to step `new`, as Markdown; "" if there is none."""
    path = data_dir("docs") / "steps" / f"{old}-{new}.md"
    return without_markers(path.read_text(encoding="utf-8")) if path.is_file() else ""


def without_markers(text: str) -> str:
    """A page without the lines between which its rendered parts stand."""
    return re.sub(r"^<!-- (?:begin|end) \S+ -->\n\n?", "", text, flags=re.MULTILINE)
