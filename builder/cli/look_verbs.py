"""doctor, show, diff: the verbs that only look."""

import difflib
import sys
from typing import Annotated, Any

import typer

from builder import ui
from builder.cli import options
from builder.cli.choice import choose
from builder.cli.guard import verb
from builder.errors import ExitCode, UserError


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
    from builder import doctor as module
    from builder import packages

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


def all_tables() -> dict[str, Any]:
    """Every table by name: those of the model, and the configuration's reference."""
    from builder.config import reference_rows
    from builder.model import tables

    return {**tables(), "config": reference_rows()}


@verb
def show(
    name: Annotated[str, typer.Argument(help="The table; without it all names are listed.")] = "",
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001 (the guard reads it)
) -> int:
    """Print one of the tables that kernels are made from, such as gdt, traps or config."""
    if name == "schema":
        from builder.config import json_schema

        ui.print_json(json_schema())
        return ExitCode.OK
    tables = all_tables()
    if not name:
        counts = {key: len(rows) for key, rows in tables.items()}
        if as_json:
            ui.print_json(counts)
        else:
            rows = [[key, str(count)] for key, count in counts.items()]
            ui.print_table(
                "tables", ("name", "rows"), [*rows, ["schema", "JSON Schema of kernel.toml"]]
            )
        return ExitCode.OK
    if name not in tables:
        near = difflib.get_close_matches(name, tables, n=1)
        raise UserError(
            "there is no such table",
            where=f"show {name}",
            why=f"known are {', '.join(tables)}, schema",
            fix=f"did you mean {near[0]}?" if near else "choose one of these",
        )
    if as_json:
        ui.print_json(tables[name])
    else:
        ui.print_table(name, *ui.rows_of(tables[name]))
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
    config: options.Config = None,
    set_: options.Set = None,
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001 (the guard reads it)
) -> int:
    """Print what the kernel of one step has that another's has not."""
    from builder.config import load_config
    from builder.render import render_tree
    from builder.treediff import compare, stat_lines, without

    trees = []
    for step in (old, new):
        choice = choose(config, step, set_ or ())
        loaded = load_config(choice.config, choice.overrides)
        trees.append(without(loaded.digest, render_tree(loaded)))
    changes = compare(trees[0], trees[1], (old, new))
    if as_json:
        ui.print_json(changes)
        return ExitCode.OK
    if not stat:
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
