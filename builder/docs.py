"""Redraws the documentation: docs/*.svg, and the parts of README.md that are made from tables.

    python -m builder.docs            write what has changed
    python -m builder.docs --check    only say what is out of date; exit status 1 if anything is
    tinygate bench --markdown | python -m builder.docs --figures -     put new figures in, too
    tinygate bench --step linux --markdown | python -m builder.docs --figures -    the other table

A rendered part of README.md stands between `<!-- begin NAME -->` and `<!-- end NAME -->`.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from builder.bench.report import BESIDE_DEBIAN
from builder.config import load_config, reference_rows
from builder.errors import UserError
from builder.resources import checkout_dir
from builder.words import MEANING

DIFF_STEPS = ("int80", "sysenter")  # the pair of steps that README.md shows
DIFF_FOLDERS = ("cpu/", "entry/", "include/", "kernel/")  # and of the new files those in here


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; `|` inside a cell is escaped."""
    lines = [list(headings), ["---"] * len(headings), *map(list, rows)]
    return "".join(
        "| " + " | ".join(c.replace("|", "\\|") for c in line) + " |\n" for line in lines
    )


def _config() -> str:
    """kernel.toml, key by key."""
    rows = (
        (
            f"`{row.key}`",
            f"`{row.default}`",
            f"{row.meaning} Must be {row.allowed}.",
            row.steps.split(",")[0],
        )
        for row in reference_rows()
    )
    return table(("key", "default", "meaning", "from step"), rows)


def _verbs() -> str:
    """The verbs of the command line."""
    from typer.main import get_group

    from builder.cli.app import app

    commands = get_group(app).commands
    rows = ((f"`tinygate {name}`", (c.help or "").split("\n")[0]) for name, c in commands.items())
    return table(("verb", "what it does"), rows)


def _exit_codes() -> str:
    from builder.cli.guard import EXIT_CODE_HELP

    return table(("code", "meaning"), ((str(int(code)), text) for code, text in EXIT_CODE_HELP))


def _words() -> str:
    """The verdict's words."""
    rows = (
        (f"**{word.value}**", family.value, advice[:1].upper() + advice[1:])
        for word, (family, advice) in MEANING.items()
    )
    return table(("word", "kind", "what to do"), rows)


def _syscalls() -> str:
    """Those of the default step; a later one has many more."""
    from builder.model.kernel import build_model

    calls = build_model(load_config(None, ["programs.suite=checks"])).syscalls
    rows = (
        (str(call.number), f"`{call.name}({call.parameters})`", call.comment, call.reason)
        for call in calls
    )
    return table(("number", "call", "what it does", "needed by"), rows)


def _syscalls_linux() -> str:
    """All calls of step `linux`, by the tier of programs for which they are there."""
    from builder.model.kernel import build_model
    from builder.model.tiers import TIERS, tier_of

    names: dict[str, list[str]] = {tier: [] for tier in TIERS}
    for call in build_model(load_config(None, ["kernel.step=linux"])).syscalls:
        tier, programs = tier_of(call)
        names[tier].append(f"`{call.name}`" + (f" ({programs})" if programs else ""))
    rows = ((tier, what, ", ".join(names[tier])) for tier, what in TIERS.items())
    return table(("tier", "programs need them for", "calls (one program, where few need it)"), rows)


def _diff() -> str:
    """What `tinygate diff --stat` prints: the new files of the kernel itself, and the sum."""
    from builder.render import render_tree
    from builder.treediff import compare, stat_lines, without

    trees = []
    for step in DIFF_STEPS:
        config = load_config(None, [f"kernel.step={step}"])
        trees.append(without(config.digest, render_tree(config)))
    changes = compare(trees[0], trees[1], DIFF_STEPS)
    lines = stat_lines(changes)
    shown = zip(changes, lines, strict=False)
    new = [line for c, line in shown if c.kind == "new" and c.path.startswith(DIFF_FOLDERS)]
    text = "\n".join((*new, "...", lines[-1]))
    return f"```text\n$ tinygate diff {' '.join(DIFF_STEPS)} --stat\n{text}\n```\n"


def _tested() -> str:
    """What `tinygate releases` recorded."""
    from builder import tested

    return table(*tested.comparison(tested.load()))


PARTS: Mapping[str, Callable[[], str]] = {
    "config": _config,
    "verbs": _verbs,
    "exit-codes": _exit_codes,
    "words": _words,
    "syscalls": _syscalls,
    "syscalls-linux": _syscalls_linux,
    "diff": _diff,
    "tested": _tested,
}


def put_part(text: str, name: str, content: str) -> str:
    """`text` with `content` between the markers of `name`.

    Raises:
        UserError: The markers are not there, or not once.
    """
    marks = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
    if len(marks.findall(text)) != 1:
        raise UserError(
            f"the markers of the part {name!r} must stand there once",
            where="README.md",
            fix=f"put <!-- begin {name} --> and <!-- end {name} --> where the part belongs",
        )
    return marks.sub(lambda match: f"{match[1]}\n{content}\n{match[2]}", text)


def part_of_figures(figures: str) -> str:
    """The name of the part that is replaced by what `tinygate bench --markdown` printed."""
    is_linux = BESIDE_DEBIAN.yardstick in figures.partition("\n")[0]
    return "figures-linux" if is_linux else "figures"


def render_readme(text: str, figures: str = "") -> str:
    """README.md with every part made anew; `figures`, unless empty, replaces those of its kind."""
    for name, part in PARTS.items():
        text = put_part(text, name, part())
    return put_part(text, part_of_figures(figures), figures) if figures else text


def documents(root: Path, figures: str = "") -> dict[Path, str]:
    """Every rendered file of the documentation, as it has to be."""
    from builder.picture import pictures

    readme = root / "README.md"
    files = {root / "docs" / name: picture.svg() for name, picture in pictures().items()}
    return {readme: render_readme(readme.read_text(encoding="utf-8"), figures), **files}


def main(arguments: Sequence[str] | None = None) -> int:
    """See the module's description; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m builder.docs", description="Redraw the documentation."
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; status 1 if something is old"
    )
    parser.add_argument(
        "--figures", metavar="FILE", help="what `tinygate bench --markdown` printed; - is stdin"
    )
    options = parser.parse_args(arguments)
    root = checkout_dir()
    if root is None:
        parser.error("only a checkout has this documentation")
    figures = ""
    if options.figures:
        figures = (
            sys.stdin.read() if options.figures == "-" else Path(options.figures).read_text("utf-8")
        )
    old = 0
    for path, text in documents(root, figures).items():
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        old += 1
        sys.stdout.write(
            f"{path.relative_to(root)}: {'out of date' if options.check else 'written'}\n"
        )
        if not options.check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if options.check and old else 0


if __name__ == "__main__":
    sys.exit(main())
