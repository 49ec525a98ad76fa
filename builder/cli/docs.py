"""Redraws the documentation: docs/*.svg, kernel.toml, and what is made from tables in the pages.

    python -m builder.cli.docs            write what has changed
    python -m builder.cli.docs --check    only say what is out of date; exit status 1 if anything is
    tinygate bench --markdown | python -m builder.cli.docs --figures -     put new figures in, too

`tinygate bench --step linux --markdown` and `tinygate bench --wall --markdown` give the figures of
the other tables.

The pages are README.md, CONTRIBUTING.md and docs/**/*.md. A rendered part stands on one of them,
between `<!-- begin NAME -->` and `<!-- end NAME -->`.
"""

import argparse
import ast
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from builder.bench.lines import step_lines
from builder.bench.null_call import NullCall, null_call
from builder.bench.report import BESIDE_DEBIAN, BESIDE_YARDSTICKS
from builder.bench.wall import HEADINGS as WALL_HEADINGS
from builder.boot.verdict_words import MEANING
from builder.config.load import load_config
from builder.config.reference import default_toml, reference_rows
from builder.config.step import Step
from builder.errors import UserError
from builder.tools.resources import checkout_dir
from builder.tree.diff import FileChange
from builder.tree.step_page import LAST_OF_THE_LESSON, STEP_TEXTS


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; `|` inside a cell is escaped."""
    lines = [list(headings), ["---"] * len(headings), *map(list, rows)]
    return "".join(
        "| " + " | ".join(c.replace("|", "\\|") for c in line) + " |\n" for line in lines
    )


def _steps(steps: Iterable[Step]) -> str:
    """What each step is about, and its size."""
    rows = []
    for step in steps:
        size = step_lines(step.value)
        rows.append((f"`{step}`", *STEP_TEXTS[step.value], f"{size.lines:,}", f"{size.budget:,}"))
    return table(("step", "adds", "what its reader learns", "lines", "budget"), rows)


def _packages() -> str:
    """The packages of the generator, as each says itself what it is."""
    folder = Path(__file__).resolve().parent
    while (folder.parent / "__init__.py").is_file():
        folder = folder.parent
    rows = []
    for path in sorted(folder.glob("*/__init__.py")):
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        rows.append((f"`builder/{path.parent.name}/`", text.partition("\n")[0]))
    return table(("package", "what it is"), rows)


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

    rows = []
    for name, command in get_group(app).commands.items():
        inner = getattr(command, "commands", {"": command})  # those of a group, such as lab
        rows += [(f"`tinygate {name} {word}".rstrip() + "`", of.help) for word, of in inner.items()]
    return table(("verb", "what it does"), ((v, (text or "").split("\n")[0]) for v, text in rows))


def _labs() -> str:
    """The course."""
    from builder.labs.lab_course import labs

    rows = (
        (f"`{lab.name}`", lab.title, f"`{lab.step}`", lab.kind, f"{lab.minutes} min")
        for lab in labs()
    )
    return table(("lab", "what it is about", "step", "kind", "takes"), rows)


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


@cache
def _step_tree(step: Step) -> dict[str, bytes]:
    from builder.tree.diff import without
    from builder.tree.render import render_tree

    config = load_config(None, [f"kernel.step={step}"])
    return without(config.digest, render_tree(config))


def _changes(old: Step, new: Step) -> tuple[FileChange, ...]:
    """Without what is made from tables, and what only puts the rest together."""
    from builder.tree.diff import compare

    changes = compare(_step_tree(old), _step_tree(new), (old.value, new.value))
    return tuple(c for c in changes if "/" in c.path and not c.path.startswith("include/"))


def _size(added: int, removed: int) -> str:
    return f"+{added} -{removed}" if removed else f"+{added}"


def _files(old: Step, new: Step) -> str:
    """The files of the kernel that a step adds or changes, in reading order."""
    from builder.tree.readme import description

    rows = (
        (f"`{c.path}`", c.kind, _size(c.added, c.removed), description(_step_tree(new)[c.path]))
        for c in _changes(old, new)
    )
    return table(("file", "", "lines", "what it is"), rows)


def _folders(old: Step, new: Step) -> str:
    """The same, where they are many: folder by folder."""
    from builder.tree.readme import FOLDERS

    rows = []
    changes = _changes(old, new)
    for path, text, _ in FOLDERS:
        inside = [c for c in changes if c.path.rpartition("/")[0] == path]
        if inside:
            count = Counter(change.kind for change in inside)
            size = _size(sum(c.added for c in inside), sum(c.removed for c in inside))
            rows.append((f"`{path}/`", str(count["new"]), str(count["changed"]), size, text))
    return table(("folder", "new files", "changed", "lines", "what it is about"), rows)


def _null_calls() -> str:
    """Where the instructions of the quickest getpid of each step of the lesson are."""
    steps = [step for step in Step if step <= LAST_OF_THE_LESSON]
    calls = [null_call(step.value, _step_tree(step)) for step in steps]
    parts: Mapping[str, Callable[[NullCall], int]] = {
        "the program: `int 0x80`, or CALL and the stub": lambda call: call.program,
        "`int80_entry` or `sysenter_entry`, with the way back": lambda call: call.entry,
        "`call_getpid()` and `sys_getpid()` in C, compiled by GCC": lambda call: call.function,
        "all": lambda call: call.total,
    }
    rows = ((text, *(str(part(call)) for call in calls)) for text, part in parts.items())
    return table(("instructions", *(f"`{step}`" for step in steps)), rows)


def _tested() -> str:
    """What `tinygate releases` recorded."""
    from builder.tools import tested

    return table(*tested.comparison(tested.load()))


def _rules_measured() -> str:
    """Where `tinygate rules --record` was run."""
    from builder.boot.rulebook import known, matrix

    return table(*matrix.known_places(list(known.load().values())))


def _rules_not_kept() -> str:
    """What came of it on the CPU model that every emulator has."""
    from builder.boot.rulebook import known, matrix
    from builder.model.rule_table import RULES

    rows = list(known.load().values())
    headings, lines = matrix.known_deviations(RULES, rows, RULES_CPU)
    return table(headings, lines)


RULES_CPU = "pentium3"
PARTS: Mapping[str, Callable[[], str]] = {
    "lesson": lambda: _steps(step for step in Step if step <= LAST_OF_THE_LESSON),
    "proof": lambda: _steps(step for step in Step if step > LAST_OF_THE_LESSON),
    "packages": _packages,
    "config": _config,
    "verbs": _verbs,
    "labs": _labs,
    "exit-codes": _exit_codes,
    "words": _words,
    "syscalls": _syscalls,
    "syscalls-linux": _syscalls_linux,
    "int80-sysenter": lambda: _files(Step.INT80, Step.SYSENTER),
    "sysenter-vsyscall": lambda: _files(Step.SYSENTER, Step.VSYSCALL),
    "vsyscall-robust": lambda: _folders(Step.VSYSCALL, Step.ROBUST),
    "robust-processes": lambda: _folders(Step.ROBUST, Step.PROCESSES),
    "processes-linux": lambda: _folders(Step.PROCESSES, Step.LINUX),
    "null-calls": _null_calls,
    "tested": _tested,
    "rules-measured": _rules_measured,
    "rules-not-kept": _rules_not_kept,
}


@cache
def _part(name: str) -> str:
    """A part, made once in a process: the tables, trees and sources that it is made of stay."""
    return PARTS[name]()


# Parts that are measured, not made from tables, and the headings by which they are known.
FIGURES = {
    "figures": BESIDE_YARDSTICKS.headings,
    "figures-linux": BESIDE_DEBIAN.headings,
    "figures-wall": WALL_HEADINGS,
}


def put_part(text: str, name: str, content: str) -> str:
    """`text` with `content` between the markers of `name`, wherever they stand."""
    marks = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
    return marks.sub(lambda match: f"{match[1]}\n{content}\n{match[2]}", text)


def part_of_figures(figures: str) -> str:
    """The name of the part that is replaced by what `tinygate bench --markdown` printed."""
    first = tuple(figures.partition("\n")[0].strip("| ").split(" | "))
    return next((name for name, headings in FIGURES.items() if headings == first), "figures")


def check_markers(pages: Mapping[str, str]) -> None:
    """See that each part has its place.

    Raises:
        UserError: The markers of a part are not there, not once, or those of no part are.
    """
    every = "".join(pages.values())
    begun = re.findall(r"^<!-- begin (\S+) -->\n", every, re.MULTILINE)
    whole = re.findall(r"^<!-- begin (\S+) -->\n(?:.*?)^<!-- end \1 -->$", every, re.M | re.DOTALL)
    for name in sorted({*PARTS, *FIGURES, *begun}):
        if begun.count(name) == whole.count(name) == 1 and name in {*PARTS, *FIGURES}:
            continue
        raise UserError(
            f"the markers of the part {name!r} must stand there once",
            where=", ".join(pages),
            why=f"known parts are {', '.join((*PARTS, *FIGURES))}",
            fix=f"put <!-- begin {name} --> and <!-- end {name} --> where the part belongs",
        )


def render_pages(pages: Mapping[str, str], figures: str = "") -> dict[str, str]:
    """Every page, by its path, with its parts made anew; `figures`, unless empty, put in.

    Raises:
        UserError: See check_markers.
    """
    check_markers(pages)
    contents = {name: _part(name) for name in PARTS}
    if figures:
        contents[part_of_figures(figures)] = figures
    rendered = dict(pages)
    for path in rendered:
        for name, content in contents.items():
            rendered[path] = put_part(rendered[path], name, content)
    return rendered


def read_pages(root: Path) -> dict[str, str]:
    """The pages of the documentation by their paths below `root`."""
    paths = [root / "README.md", root / "CONTRIBUTING.md", *sorted(root.glob("docs/**/*.md"))]
    return {p.relative_to(root).as_posix(): p.read_text(encoding="utf-8") for p in paths}


def documents(root: Path, figures: str = "") -> dict[Path, str]:
    """Every rendered file of the documentation, as it has to be."""
    from builder.tree.picture import pictures

    pages = render_pages(read_pages(root), figures)
    drawn = {root / "docs" / name: picture.svg() for name, picture in pictures().items()}
    return {
        **{root / path: text for path, text in pages.items()},
        **drawn,
        root / "kernel.toml": default_toml(),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """See the module's description; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m builder.cli.docs", description="Redraw the documentation."
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
