"""xray: the verb that shows one system call, instruction by instruction."""

import shlex
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from builder.cli import options, ui, xray_views
from builder.cli.choice import Choice, choose
from builder.cli.guard import verb
from builder.cli.kernel_verbs import DISK_NAME, TREE_NAME, How, machine_of, make
from builder.cli.said_config import said_config
from builder.config.load import load_config
from builder.config.step import Step
from builder.errors import ExitCode, UserError

if TYPE_CHECKING:
    from builder.xray.find_call import Wanted
    from builder.xray.make_record import Subject
    from builder.xray.record import Record
    from builder.xray.terminal_view import Line

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

Against = Annotated[
    str,
    typer.Option(
        "--against",
        metavar="FILE|KEY=VALUE...",
        help="Put another call beside it: a record, or what is to be different.",
    ),
]
Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="-- PROGRAM ARG...", help="Step linux: a static program of yours."),
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
    words: Words = None,
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
    html: xray_views.HtmlFile = None,
    svg: xray_views.SvgFile = None,
    quiz: xray_views.Quiz = False,
    against: Against = "",
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
    overrides, own = tuple(set_ or ()), tuple(words or ())
    asked = _Asked(config, step, overrides, out, program, call, nth, gate, kernel, own)
    how = How(cc=cc, verbose=verbose)
    other: _Asked | Record | None = _other(asked, against) if against else None
    with ui.progress("recording", shown=not verbose) as say:

        def made(of: "_Asked") -> "Record":
            subject = _subject(of, how)
            return make_record(
                subject,
                _wanted(subject, of),
                until=until,
                timer_at=timer_at,
                progress=lambda rows: say(f"recording: {rows:,} instructions"),
            )

        record = made(asked)
        if isinstance(other, _Asked):
            # Without --call it is any call, but the same one on both sides.
            other = made(replace(other, call=other.call or str(record.call.number)))
    opened = frozenset(unfold or ())
    xray_views.require_functions(record, opened)
    if json_file == Path("-"):
        sys.stdout.write(as_json(record))
    elif json_file:
        write_record(record, json_file)
    xray_views.write_views(record, None if kernel else asked.choice.out / TREE_NAME, html, svg)
    if quiz:
        xray_views.run_quiz(record, opened, lambda lines: _print(lines, plain=plain))
    elif other is not None:
        from builder.xray.against_view import against_lines

        _print(against_lines(record, other), plain=plain)
    elif not (json_file or html or svg):
        from builder.xray.terminal_view import lines_of

        _print(lines_of(record, opened), plain=plain)
    return ExitCode.VERDICT if record.disagreements or record.cut else ExitCode.OK


@dataclass(frozen=True)
class _Asked:
    """The options that choose a kernel and a call."""

    config: Path | None
    step: str | None
    overrides: tuple[str, ...]
    out: Path | None
    program: str
    call: str
    nth: int
    gate: str
    kernel: Path | None
    words: tuple[str, ...]  # a program of the user's, and its arguments

    @property
    def choice(self) -> Choice:
        """Which kernel."""
        return choose(self.config, self.step, self.overrides, self.out)


def _other(asked: _Asked, words: str) -> "_Asked | Record":
    """What --against means: a record's file, or the same call with some things different."""
    from builder.xray.record import read_record

    if Path(words).is_file():
        return read_record(Path(words))
    changes: dict[str, Any] = {}
    overrides = list(asked.overrides)
    for word in words.split():
        key, equals, value = word.partition("=")
        if not equals or not value:
            raise UserError(
                "is neither a file nor KEY=VALUE",
                where=f"--against {words}",
                why=f"{word!r}",
                fix="such as --against gate=int80, --against machine.cpu=486, or a record's file",
            )
        if key == "nth" and not value.isdecimal():
            raise UserError("is no number", where=f"--against {words}", why=word)
        if key in ("program", "call", "gate", "step"):
            changes[key] = value
        elif key == "nth":
            changes[key] = int(value)
        else:
            overrides.append(word)
    if overrides != list(asked.overrides) or "step" in changes:
        out = asked.choice.out
        changes |= {"overrides": tuple(overrides), "out": out.with_name(f"{out.name}-against")}
    return replace(asked, **changes)


def _subject(asked: _Asked, how: How) -> "Subject":
    """What the options choose, built if it has to be."""
    from builder.linux.exec.program import read_program
    from builder.model.kernel import build_model
    from builder.xray.make_record import Subject

    choice = asked.choice
    if asked.kernel:
        said = said_config(asked.kernel, choice, asked.kernel)
        config = said or load_config(choice.config, choice.overrides)
    else:
        config = make(choice, how).config
    machine = machine_of(config)
    tree = None if asked.kernel else choice.out / TREE_NAME
    if asked.words and config.kernel.step < Step.LINUX:
        raise UserError(
            "this kernel runs no programs but its own",
            where=f"-- {shlex.join(asked.words)}",
            why=f"it is of step {config.kernel.step.value}",
            fix="--step linux, or programs.files in kernel.toml",
        )
    subject = Subject(
        build_model(config),
        config.digest,
        machine,
        tree,
        asked.kernel,
        emulator=config.machine.emulator,
        disk=None if asked.kernel else choice.out / DISK_NAME,
    )
    if not asked.words:
        return subject
    read_program(asked.words[0])  # says what is wrong with it
    return replace(subject, program=Path(asked.words[0]), arguments=asked.words[1:])


def _wanted(subject: "Subject", asked: _Asked) -> "Wanted":
    """Which call the options mean."""
    from builder.xray.find_call import Wanted

    gates: dict[str, Literal["page", "int80"] | None] = {"": None, "page": "page", "int80": "int80"}
    gate, call = asked.gate, asked.call
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
        if number is None or number > 0xFFFFFFFF:  # EAX holds no more
            raise UserError(
                "the kernel has no such system call",
                where=f"--call {call}",
                why=f"step {subject.model.step} has {', '.join(sorted(calls))}",
                fix="choose one of these, or give a number",
            )
    return Wanted(asked.program, number, gates[gate], asked.nth)


def _print(lines: "Iterable[Line]", *, plain: bool) -> None:
    if plain or not sys.stdout.isatty():
        for line in lines:
            print(line.text)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text(line.text, style=STYLES[line.kind]))
