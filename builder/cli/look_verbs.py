"""doctor, show, diff: the verbs that only look."""

import difflib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from builder.cli import options, ui
from builder.cli.choice import Choice, choose
from builder.cli.guard import verb
from builder.errors import ExitCode, UserError

if TYPE_CHECKING:
    from builder.model.kernel import KernelModel


@verb
def doctor(
    install: Annotated[
        bool, typer.Option("--install", help="Install what is missing, optional tools too.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before installing.")] = False,
    cc: options.Cc = None,
    as_json: options.Json = False,
    dry_run: options.DryRun = False,
    verbose: options.Verbose = False,  # noqa: ARG001 (the guard reads it)
) -> int:
    """Say for each tool where it is, its version, what is missing and how to install it."""
    from builder.tools import doctor as module
    from builder.tools import packages

    tools = module.examine(cc)
    missing = module.to_install(tools)
    if install and missing:
        if dry_run:
            print(packages.advice(missing))
            return ExitCode.OK
        packages.install(missing, packages.Consent(yes=yes))
        tools = module.examine(cc)
    if as_json:
        ui.print_json(module.as_data(tools))
    else:
        print(module.as_text(tools))
    return module.status_of(tools)


def _model(choice: Choice) -> "KernelModel":
    from builder.config.load import load_config
    from builder.model.kernel import build_model

    return build_model(load_config(choice.config, list(choice.overrides)))


def _tables(choice: Choice, name: str) -> dict[str, Any]:
    """Every table by name: those of the model, and the configuration's reference.

    That one alone if it is `name`: who asks for it may be about to mend a kernel.toml.
    """
    from builder.config.reference import reference_rows
    from builder.model import tables

    reference = {"config": reference_rows()}
    return reference if name in reference else {**tables(_model(choice)), **reference}


@verb
def show(
    name: Annotated[str, typer.Argument(help="The table; without it all names are listed.")] = "",
    path: Annotated[
        str, typer.Argument(help="With `layers`: a file or folder of the tree.", metavar="PATH")
    ] = "",
    config: options.Config = None,
    step: options.Step = None,
    overrides: options.Set = None,
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001 (the guard reads it)
) -> int:
    """Print one of the tables that kernels are made from, or what file makes which of a tree."""
    choice = choose(config, step, overrides or ())
    if name == "layers":
        return _show_layers(choice, path, as_json=as_json)
    if name == "schema":
        from builder.config.reference import json_schema

        ui.print_json(json_schema())
        return ExitCode.OK
    tables = _tables(choice, name)
    if not name:
        counts = {key: len(rows) for key, rows in tables.items()}
        if as_json:
            ui.print_json(counts)
        else:
            rows = [[key, str(count)] for key, count in counts.items()]
            ui.print_table(
                "tables",
                ("name", "rows"),
                [
                    *rows,
                    ["schema", "JSON Schema of kernel.toml"],
                    ["layers", "which file makes which of a tree: layers [PATH]"],
                ],
            )
        return ExitCode.OK
    if name not in tables:
        near = difflib.get_close_matches(name, tables, n=1)
        raise UserError(
            "there is no such table",
            where=f"show {name}",
            why=f"known are {', '.join(tables)}, schema, layers",
            fix=f"did you mean {near[0]}?" if near else "choose one of these",
        )
    if as_json:
        ui.print_json(tables[name])
    else:
        ui.print_table(name, *ui.rows_of(tables[name]))
    return ExitCode.OK


def _show_layers(choice: Choice, path: str, *, as_json: bool) -> int:
    """Which file of the project makes each file of the tree."""
    from builder.tree.render import model_sources

    model = _model(choice)
    sources = {file: source.of(file) for file, source in model_sources(model).items()}
    wanted = path.strip("/")
    chosen = {
        file: source
        for file, source in sources.items()
        if not wanted or file == wanted or file.startswith(f"{wanted}/")
    }
    if not chosen:
        near = difflib.get_close_matches(wanted, sources, n=1)
        raise UserError(
            "there is no such file in the tree",
            where=f"show layers {path}",
            why=f"the kernel of step {model.step} has {len(sources)} others",
            fix=f"did you mean {near[0]}?" if near else "tinygate show layers lists them",
        )
    if as_json:
        ui.print_json({"layers": model.layers, "files": chosen})
    else:
        ui.say(f"layers, the last wins: {' '.join(model.layers)}")
        ui.print_table("layers", ("file", "is made by"), [[a, b] for a, b in chosen.items()])
    return ExitCode.OK


COLOURS = {"+": "\033[32m", "-": "\033[31m", "@": "\033[36m"}


@verb
def diff(
    old: Annotated[
        str, typer.Argument(help="Step to start from.", autocompletion=options.complete_step)
    ],
    new: Annotated[
        str, typer.Argument(help="Step to go to.", autocompletion=options.complete_step)
    ],
    stat: Annotated[bool, typer.Option("--stat", help="Only the files and their numbers.")] = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write it as one page for a browser."),
    ] = None,
    config: options.Config = None,
    set_: options.Set = None,
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001 (the guard reads it)
) -> int:
    """Print what the kernel of one step has that another's has not, and what to make of it."""
    from builder.config.load import load_config
    from builder.tree.diff import compare, stat_lines, without
    from builder.tree.render import render_tree
    from builder.tree.step_page import step_page

    if sum((stat, as_json, html is not None)) > 1:
        raise UserError(
            "--stat, --json and --html exclude each other",
            where="diff",
            fix="choose one of them",
        )
    trees = []
    for step in (old, new):
        choice = choose(config, step, set_ or ())
        loaded = load_config(choice.config, choice.overrides)
        trees.append(without(loaded.digest, render_tree(loaded)))
    changes = compare(trees[0], trees[1], (old, new))
    if as_json:
        ui.print_json(changes)
        return ExitCode.OK
    if html is not None:
        from builder.tree.diff_html import diff_page

        page = diff_page((old, new), step_page(old, new), changes)
        ui.write_text(html, page)
        ui.say(f"{html}: {len(changes)} files, {len(page.encode()):,} bytes")
        return ExitCode.OK
    if not stat:
        if text := step_page(old, new):
            ui.print_markdown(text)
        for change in changes:
            _print_coloured(change.lines)
        print()
    print("\n".join(stat_lines(changes)))
    return ExitCode.OK


def _print_coloured(lines: tuple[str, ...]) -> None:
    import os

    colour = (
        sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )
    for line in lines:
        start = COLOURS.get(line[:1], "") if colour else ""
        print(f"{start}{line}\033[0m" if start else line)
