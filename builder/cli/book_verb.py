"""book: the verb that makes a book of a kernel; and what `page` needs of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from builder.cli import options, ui
from builder.cli.choice import Choice, choose
from builder.cli.guard import verb
from builder.cli.kernel_verbs import TREE_NAME, How, machine_of, make
from builder.errors import ExitCode, UserError

if TYPE_CHECKING:
    from builder.config.keys import KernelConfig
    from builder.xray.book.contents import Kernel
    from builder.xray.record import Record

BookFolder = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the pages.")]
PdfFile = Annotated[
    Path | None, typer.Option("--pdf", metavar="FILE", help="Print it, too, by Chromium.")
]
RecordFile = Annotated[
    Path | None,
    typer.Option(
        "--record", metavar="FILE", help="Another call: what `tinygate xray --json FILE` wrote."
    ),
]
CALL = "getpid"  # of the first program that makes it
MANIFEST = ".files"  # of a folder that was written by this verb


@verb
def book(
    out: BookFolder,
    config: options.Config = None,
    step: options.Step = None,
    set_: options.Set = None,
    pdf: PdfFile = None,
    record: RecordFile = None,
    cc: options.Cc = None,
    verbose: options.Verbose = False,
) -> int:
    """Make a book of the kernel: every file in reading order, and the lines that one call ran."""
    check_folder(out)
    write_book(choose(config, step, set_ or ()), out, How(cc=cc, verbose=verbose), record)
    if pdf is not None:
        print_book(out, pdf, verbose=verbose)
    return ExitCode.OK


def check_folder(out: Path) -> None:
    """See that nobody's files are there.

    Raises:
        UserError: They are.
    """
    if out.is_dir() and any(out.iterdir()) and not (out / MANIFEST).is_file():
        raise UserError(
            "the folder has files that are not of a book",
            where=f"--out {out}",
            why="the pages would lie among them",
            fix="choose a new folder, or an empty one",
        )


def write_book(choice: Choice, out: Path, how: How, record_file: Path | None = None) -> None:
    """Build the kernel, record its call, and write the book."""
    from builder.xray.book.binding import book_of

    kernel = kernel_of_book(choice, how, record_file)
    write_pages(book_of(kernel), out)


def write_pages(pages: Mapping[str, bytes], out: Path) -> None:
    """Write them, and say so. Raises FileError."""
    from builder.tree.render import write_tree

    write_tree(pages, out, "the pages")
    size = sum(map(len, pages.values()))
    ui.say(f"{out / 'index.html'}: {len(pages)} files, {size:,} bytes")


def kernel_of_book(choice: Choice, how: How, record_file: Path | None = None) -> "Kernel":
    """The kernel, built, with the record of its call."""
    from builder.model.kernel import build_model
    from builder.tree.render import render_tree
    from builder.xray.book.contents import Kernel

    config = make(choice, how).config
    with ui.progress("recording one call", shown=not how.verbose):
        record = read_record_of(record_file, config) if record_file else _recorded(choice, config)
    return Kernel(config, build_model(config), render_tree(config), record)


def _recorded(choice: Choice, config: "KernelConfig") -> "Record | None":
    """The call; None, and a line that says so, if no program makes it."""
    from builder.model.kernel import build_model
    from builder.xray.find_call import Wanted
    from builder.xray.make_record import Subject, make_record

    model = build_model(config)
    machine = machine_of(config)
    number = next(call.number for call in model.syscalls if call.name == CALL)
    subject = Subject(model, config.digest, machine, choice.out / TREE_NAME)
    try:
        return make_record(subject, Wanted(number=number))
    except UserError as error:
        ui.say(f"without a call, as none could be recorded: {error}")
        return None


def read_record_of(path: Path, config: "KernelConfig") -> "Record":
    """The record, which must be of this kernel: else its lines would be others.

    Raises:
        UserError: It is not, or is no record.
    """
    from builder.xray.record import read_record

    record = read_record(path)
    if record.kernel.digest != config.digest:
        raise UserError(
            "the record is of another kernel",
            where=f"--record {path}",
            why=f"of configuration {record.kernel.digest}, step {record.kernel.step}; the book is "
            f"of {config.digest}, step {config.kernel.step}",
            fix="make it again with the same --config, --step and --set",
        )
    return record


def print_book(out: Path, pdf: Path, *, verbose: bool) -> None:
    """The PDF; or one line that says why there is none."""
    from builder.tools import packages
    from builder.tools.tool import CHROMIUM, find_tool
    from builder.xray.book.binding import WHOLE
    from builder.xray.book.print_pdf import print_pdf

    chromium = find_tool(CHROMIUM)
    if not chromium.ok:
        how = packages.advice([chromium.name])
        ui.say(f"{pdf}: not printed, as Chromium is {chromium.status}: {how}")
        return
    with ui.progress("printing", shown=not verbose):
        print_pdf(chromium.path, out / WHOLE, pdf)
    ui.say(f"{pdf}: {pdf.stat().st_size:,} bytes")
