"""The typer application: its help, its version, and where its verbs are."""

from typing import Annotated

import typer

from builder import __version__
from builder.cli import (
    book_verb,
    exec_verb,
    explain_verb,
    judge_verbs,
    kernel_verbs,
    lab_verbs,
    lab_watch,
    linux_verbs,
    look_verbs,
    page_verb,
    project_verbs,
    rules_verb,
    xray_verbs,
)
from builder.cli.guard import EXIT_CODE_HELP

EPILOG = "\b\nExit codes:\n" + "\n".join(
    f"  {int(code):3}  {text}" for code, text in EXIT_CODE_HELP
)

app = typer.Typer(
    name="tinygate",
    help="Tiny i386 kernels that teach how a user program gets into the kernel and back.",
    epilog=EPILOG,
    rich_markup_mode=None,  # plain help: faster, and the epilog keeps its lines
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"tinygate {__version__}")
        raise typer.Exit(0)


@app.callback()
def common(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Tiny i386 kernels that teach how a user program gets into the kernel and back."""


PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
UP_TO_PROGRAM = {"allow_interspersed_args": False}

app.command()(look_verbs.doctor)
app.command()(look_verbs.show)
app.command()(kernel_verbs.render)
app.command()(kernel_verbs.build)
app.command()(kernel_verbs.image)
app.command()(judge_verbs.run)
app.command(context_settings=PASS_ON)(project_verbs.test)
app.command()(rules_verb.rules)
app.command("exec", context_settings=UP_TO_PROGRAM)(exec_verb.exec_)
app.command()(judge_verbs.debug)
app.command()(look_verbs.diff)
app.command()(xray_verbs.xray)
app.command()(explain_verb.explain)
app.command()(book_verb.book)
app.command()(page_verb.page)
app.command()(project_verbs.new)
lab_verbs.app.command("watch")(lab_watch.lab_watch)
app.add_typer(lab_verbs.app, name="lab")
app.command()(project_verbs.bench)
app.command()(project_verbs.releases)
app.command()(linux_verbs.fetch)
app.command()(linux_verbs.record)
