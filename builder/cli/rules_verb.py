"""rules: the verb that asks every emulator for every rule."""

import codecs
import datetime
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from builder.cli import options, ui
from builder.cli.guard import verb
from builder.errors import ExitCode, ToolError, UserError
from builder.tools.ordinary_file import read_ordinary

if TYPE_CHECKING:
    from builder.boot.rulebook.trial import Column

Names = Annotated[
    list[str] | None,
    typer.Option(
        "--emulator",
        help="Only this one [default: all that are installed]; may be given again.",
    ),
]
Cpu = Annotated[
    list[str] | None, typer.Option("--cpu", help="Only this CPU model; may be given again.")
]
Html = Annotated[Path | None, typer.Option("--html", help="Write the matrix as one HTML page.")]
Image = Annotated[
    Path | None,
    typer.Option("--image", help="Boot nothing: write what boots without tinygate to this folder."),
]
LogFile = Annotated[
    Path | None, typer.Option("--log", help="Boot nothing: judge a serial log made elsewhere.")
]
GuestOf = Annotated[
    str | None,
    typer.Option("--guest", help="Boot nothing: print this one rule as a boot sector, in NASM."),
]
Record = Annotated[
    bool, typer.Option("--record", help="Take what comes for what is known of these machines.")
]


@verb
def rules(
    emulator: Names = None,
    cpu: Cpu = None,
    html: Html = None,
    image: Image = None,
    log: LogFile = None,
    guest: GuestOf = None,
    record: Record = False,
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001 (the guard reads it)
) -> int:
    """Run every rule of the manual's table on every emulator, and say which are not kept."""
    from builder.boot.rulebook import matrix
    from builder.boot.rulebook.images import write_images
    from builder.boot.rulebook.trial import faults, judged_elsewhere
    from builder.model.rule_table import RULES

    for name in emulator or ():
        options.require_emulator(name)
    if guest is not None:
        print(_alone(guest), end="")
        return ExitCode.OK
    if image is not None:
        for path in write_images(RULES, image):
            print(path)
        return ExitCode.OK
    if log is not None:
        columns = [judged_elsewhere(RULES, _text(log), log.name)]
        news = [*faults(columns[0])]
    else:
        columns, news = _try_all(emulator, cpu, record)
    if html is not None:
        ui.write_text(html, matrix.as_page(RULES, columns))
    if as_json:
        ui.print_json({**matrix.as_data(RULES, columns), "news": news})
    else:
        print(matrix.as_text(RULES, columns))
        print("\n".join(["", *news]) if news else "", end="\n" if news else "")
    return ExitCode.VERDICT if news else ExitCode.OK


def _alone(name: str) -> str:
    from builder.boot.rulebook import known
    from builder.boot.rulebook.alone import alone
    from builder.model.rule_table import RULES

    found = next((rule for rule in RULES if rule.name == name), None)
    if found is None:
        raise UserError(
            f"there is no rule {name!r}",
            where="--guest",
            fix="`tinygate show rules` lists them all",
        )
    return alone(found, {row.place: row for row in known.load().values()})


LOG_BYTES_MAX = 1 << 26  # a boot prints a hundred thousand


def _text(path: Path) -> str:
    try:
        data = read_ordinary(path, LOG_BYTES_MAX)
        utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # PowerShell's `>`
        return data.decode("utf-16" if utf16 else "utf-8", errors="backslashreplace")
    except OSError as error:
        raise UserError(
            "cannot read the log",
            where=str(path),
            why=str(error.strerror),
            fix="name a file with all that the serial line said",
        ) from error


def _try_all(
    names: list[str] | None, models: list[str] | None, record: bool
) -> tuple[list["Column"], list[str]]:
    """The columns of the matrix, and what is not as it was measured before."""
    from builder.boot.emulator import EMULATORS
    from builder.boot.rulebook import known
    from builder.boot.rulebook.guest import make_guest, version_of
    from builder.boot.rulebook.trial import CPUS, changes, place_of, try_rules
    from builder.model.rule_table import RULES

    measured = known.load()
    columns: list[Column] = []
    news: list[str] = []
    with tempfile.TemporaryDirectory(prefix="tinygate-rules-") as folder:
        work = Path(folder)
        guest = make_guest(RULES, work)
        with ui.progress("booting the rules") as told:
            for name in names or EMULATORS:
                try:
                    EMULATORS[name].require()
                except ToolError as error:
                    if names:
                        raise
                    ui.say(f"{name} is left out: {error.what}; to have it: {error.fix}")
                    continue
                for model in models or CPUS[name]:
                    place, build = place_of(EMULATORS[name], model)
                    before = measured.get(place)
                    if before and before.rules != version_of(RULES):
                        before = known.Known(place, "", build, "", {}, before.stops)
                    column = try_rules(RULES, guest, name, model, work, before, told)
                    columns.append(column)
                    if record:
                        today = datetime.datetime.now(tz=datetime.timezone.utc).date().isoformat()
                        measured[place] = known.Known(
                            place, today, build, version_of(RULES), column.deviations, column.stops
                        )
                    elif before is None:
                        ui.say(f"{place}: nothing was measured before; nothing to compare with")
                    else:
                        news += changes(column, before)
    if record:
        known.save(measured.values())
    return columns, news
