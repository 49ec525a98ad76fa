"""xray: the verb that shows one system call, instruction by instruction."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from builder.cli import options, ui
from builder.cli.choice import Choice, choose
from builder.cli.guard import verb
from builder.cli.kernel_verbs import TREE_NAME, How, make
from builder.config.load import load_config
from builder.errors import ExitCode, UserError

if TYPE_CHECKING:
    from builder.xray.find_call import Wanted
    from builder.xray.make_record import Subject
    from builder.xray.record import Record

Program = Annotated[
    str, typer.Option("--program", help="The program that makes the call [default: hello].")
]
CallName = Annotated[
    str, typer.Option("--call", help="Its name or number [default: the first call that comes].")
]
Nth = Annotated[int, typer.Option("--nth", min=1, help="Which of those that fit.")]
GateName = Annotated[
    str, typer.Option("--gate", help="page or int80 [default: whichever comes first].")
]
KernelFile = Annotated[
    Path | None, typer.Option("--kernel", metavar="ELF", help="Boot this kernel; build nothing.")
]
Until = Annotated[
    str, typer.Option("--until", metavar="ADDRESS|SYMBOL", help="End there, not behind the call.")
]
TimerAt = Annotated[
    int | None,
    typer.Option("--timer-at", metavar="ROW", min=1, help="Let a timer interrupt in there."),
]
Unfold = Annotated[
    list[str] | None,
    typer.Option("--unfold", metavar="NAME|all", help="Show each instruction of this C function."),
]
Plain = Annotated[bool, typer.Option("--plain", help="No colours, on a terminal either.")]
JsonFile = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write the record; - for stdout.")
]

Schema = Annotated[
    bool, typer.Option("--schema", help="Only print the JSON Schema of what --json writes.")
]

STYLES = {
    "part": "bold",
    "row": "",
    "machine": "dim",
    "change": "green",
    "cpu": "magenta",
    "wrong": "bold red",
    "fold": "cyan",
}


@verb
def xray(
    config: options.Config = None,
    step: options.Step = None,
    set_: options.Set = None,
    out: options.Out = None,
    program: Program = "",
    call: CallName = "",
    nth: Nth = 1,
    gate: GateName = "",
    kernel: KernelFile = None,
    until: Until = "",
    timer_at: TimerAt = None,
    unfold: Unfold = None,
    plain: Plain = False,
    json_file: JsonFile = None,
    schema: Schema = False,
    cc: options.Cc = None,
    verbose: options.Verbose = False,
) -> int:
    """Record one system call, and show each instruction with all that it changed."""
    from builder.xray.make_record import make_record
    from builder.xray.record import as_json, json_schema, write_record

    if schema:
        ui.print_json(json_schema())
        return ExitCode.OK
    choice = choose(config, step, set_ or (), out)
    subject = _subject(choice, How(cc=cc, verbose=verbose), kernel)
    with ui.progress("recording", shown=not verbose) as say:
        record = make_record(
            subject,
            _wanted(subject, program, call, nth, gate),
            until=until,
            timer_at=timer_at,
            progress=lambda rows: say(f"recording: {rows:,} instructions"),
        )
    if json_file == Path("-"):
        sys.stdout.write(as_json(record))
    elif json_file:
        write_record(record, json_file)
    if json_file is None:
        _show(record, frozenset(unfold or ()), plain=plain)
    return ExitCode.VERDICT if record.disagreements or record.cut else ExitCode.OK


def _subject(choice: Choice, how: How, kernel: Path | None) -> "Subject":
    """What the options choose, built if it has to be."""
    from builder.boot.emulator import Machine
    from builder.model.kernel import build_model
    from builder.xray.make_record import Subject

    config = load_config(choice.config, choice.overrides) if kernel else make(choice, how).config
    machine = Machine(
        cpu=config.machine.cpu, memory_mib=config.machine.memory_mib, cpus=config.cpu.count
    )
    tree = None if kernel else choice.out / TREE_NAME
    return Subject(build_model(config), config.digest, machine, tree, kernel)


def _wanted(subject: "Subject", program: str, call: str, nth: int, gate: str) -> "Wanted":
    """Which call the options mean."""
    from builder.xray.find_call import Wanted

    gates: dict[str, Literal["page", "int80"] | None] = {"": None, "page": "page", "int80": "int80"}
    if gate not in gates:
        raise UserError(
            "there is no such gate",
            where=f"--gate {gate}",
            why="a program enters the kernel by the page (SYSENTER) or by int 0x80",
            fix="--gate page or --gate int80",
        )
    number = None
    if call:
        calls = {row.name: row.number for row in subject.model.syscalls}
        number = int(call) if call.isdecimal() else calls.get(call)
        if number is None:
            raise UserError(
                "the kernel has no such system call",
                where=f"--call {call}",
                why=f"step {subject.model.step} has {', '.join(sorted(calls))}",
                fix="choose one of these, or give a number",
            )
    return Wanted(program, number, gates[gate], nth)


def _show(record: "Record", unfold: frozenset[str], *, plain: bool) -> None:
    from builder.xray.terminal_view import lines_of

    if plain or not sys.stdout.isatty():
        for line in lines_of(record, unfold):
            print(line.text)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for line in lines_of(record, unfold):
        console.print(Text(line.text, style=STYLES[line.kind]))
