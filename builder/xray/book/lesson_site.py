"""The books of steps that follow each other, and the page that leads to them. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from builder.tree.diff import compare, without
from builder.tree.diff_html import diff_page
from builder.tree.page_template import page_template
from builder.tree.prose import html_of
from builder.tree.step_page import step_page
from builder.xray.book.binding import FRONT_PAGE, PICTURES, STYLE, XRAY, book_of
from builder.xray.book.contents import Kernel
from builder.xray.live.live_files import LIVE_PAGE, LiveStep, live_files

TITLE = "Into the kernel and back"


@dataclass(frozen=True)
class LessonStep:
    """A step: its kernel, and in a few words what it adds and what its reader learns.

    Both are Markdown.
    """

    kernel: Kernel
    adds: str
    teaches: str

    @property
    def name(self) -> str:
        """Of the step, and of the folder of its book."""
        return self.kernel.model.step

    @property
    def about(self) -> Markup:
        """Both in a paragraph."""
        return about_step(self.adds, self.teaches)


def about_step(adds: str, teaches: str) -> Markup:
    """What a step adds and teaches, as a paragraph."""
    text = f"What is new: {adds}. What its reader learns: {teaches}."
    return html_of(text, lambda _: "")


def pages_beside(kernel: Kernel) -> tuple[tuple[str, str], ...]:
    """What can be read of a kernel while it runs: a few words, and a path from the site's root."""
    step = kernel.model.step
    call = (("One call, to be played", f"{step}/{XRAY}"),) if kernel.record else ()
    return (*call, ("The kernel as a book", f"{step}/{FRONT_PAGE}"))


def site_of(
    steps: Sequence[LessonStep],
    live: Sequence[LiveStep] = (),
    folders: Mapping[str, Path] | None = None,
    why_not_live: str = "",
) -> dict[str, bytes]:
    """All files of the site by their paths in its folder.

    Args:
        steps: In their order, each with the record of a call.
        live: Steps whose kernels run in the site.
        folders: Of the packages that they run in, by name.
        why_not_live: Why there are none.
    """
    running = {step.name for step in live}
    made = {}
    for step in steps:
        around = [(TITLE, f"../{FRONT_PAGE}")]
        if step.name in running:
            around.append((f"{step.name}, running", LIVE_PAGE))
        for path, data in book_of(step.kernel, around).items():
            made[f"{step.name}/{path}"] = data
    changes = {}
    for old, new in itertools.pairwise(steps):
        changes[new.name] = f"{old.name}-{new.name}.html"
        made[changes[new.name]] = _difference(old.kernel, new.kernel).encode()
    made[STYLE] = made[f"{steps[0].name}/{STYLE}"]
    index = page_template("book/site.html.j2").render(
        title=TITLE,
        steps=steps,
        changes=changes,
        front=FRONT_PAGE,
        xray=XRAY,
        style=STYLE,
        way=f"{steps[-1].name}/{PICTURES}way.svg",
        live=live,
        live_page=LIVE_PAGE,
        why_not_live=why_not_live,
    )
    if live:
        made |= live_files(live, folders or {}, STYLE, TITLE)
    return {**made, FRONT_PAGE: index.encode()}


def _difference(old: Kernel, new: Kernel) -> str:
    names = (old.model.step, new.model.step)
    trees = [without(kernel.digest, dict(kernel.files)) for kernel in (old, new)]
    around = [
        (TITLE, FRONT_PAGE),
        *((f"A kernel to read: {name}", f"{name}/{FRONT_PAGE}") for name in names),
    ]
    return diff_page(names, step_page(*names), compare(trees[0], trees[1], names), around)
