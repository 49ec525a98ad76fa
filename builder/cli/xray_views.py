"""What `xray` does with a record besides printing it: the page, the timeline, the quiz."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from builder.cli import ui
from builder.errors import UserError

if TYPE_CHECKING:
    from builder.xray.quiz import Question, Score
    from builder.xray.record import Record
    from builder.xray.replay import Replay
    from builder.xray.terminal_view import Line

HtmlFile = Annotated[
    Path | None,
    typer.Option("--html", metavar="FILE", help="Write a page that goes forward and back."),
]
SvgFile = Annotated[
    Path | None, typer.Option("--svg", metavar="FILE", help="Write a picture of it in time.")
]
Quiz = Annotated[
    bool, typer.Option("--quiz", help="Ask for each value that changes, before it is shown.")
]
QUIZ_HELP = (
    "Say each value that changes: a hexadecimal number, or a sum such as `esp - 4`, of registers\n"
    "as they were before. Enter alone shows it, ? shows registers and stack, Ctrl-D ends."
)
STACK_WORDS = 6  # that ? shows
WORD_BYTES = 4


def require_functions(record: "Record", unfold: frozenset[str]) -> None:
    """Hold what --unfold names against the record.

    Args:
        record: What is shown.
        unfold: Names of C functions, or "all".

    Raises:
        UserError: The call goes through no such function.
    """
    from builder.xray.folding import ALL

    called = dict.fromkeys(row.function for row in record.rows if row.is_c)
    for name in sorted(unfold - {ALL, *called}):
        raise UserError(
            "the call goes through no such C function",
            where=f"--unfold {name}",
            why=f"it goes through {', '.join(called) or 'none'}",
            fix=f"name one of these, or {ALL}",
        )


def write_views(record: "Record", tree: Path | None, html: Path | None, svg: Path | None) -> None:
    """Write the files that are asked for.

    Args:
        record: What they show.
        tree: Where the sources are; None if there are none.
        html: The page.
        svg: The timeline.

    Raises:
        FileError: One cannot be written.
    """
    if html:
        from builder.xray.page.compose import page_of
        from builder.xray.page.listing import read_sources

        _write(html, page_of(record, read_sources(record.rows, tree)), record)
    if svg:
        from builder.xray.timeline import timeline_picture

        _write(svg, timeline_picture(record).svg(), record)


def _write(path: Path, text: str, record: "Record") -> None:
    ui.write_text(path, text)
    ui.say(f"{path}: {len(record.rows):,} instructions, {len(text.encode()):,} bytes")


def run_quiz(
    record: "Record",
    unfold: frozenset[str],
    show: Callable[[Iterable["Line"]], None],
    read: Callable[[], str] = sys.stdin.readline,
) -> "Score":
    """Show the record row by row, each value that changes only when it has been said.

    Args:
        record: What is asked for.
        unfold: Functions whose instructions are asked for, too.
        show: Prints lines.
        read: The next answer with its line feed; empty at the end of the input.

    Returns:
        How it went.
    """
    from builder.xray import terminal_view as view
    from builder.xray.folding import Fold, fold
    from builder.xray.quiz import Score, questions
    from builder.xray.replay import Replay

    show(view.opening_lines(record))
    print(QUIZ_HELP)
    replay, score = Replay(record), Score()
    for heading, item in view.with_headings(fold(record.rows, unfold)):
        rows = item.rows if isinstance(item, Fold) else (item,)
        show(heading)
        if isinstance(item, Fold):
            show(view.fold_lines(item))
        else:
            show(view.instruction_lines(item))
            for question in questions(item):
                if not _ask(question, replay, score, read):
                    print(f"\nended in row {item.number}: {score}")
                    return score
            show(view.effect_lines(item))
        for row in rows:
            replay.apply(row)
    show(view.closing_lines(record))
    print(score)
    return score


def _ask(question: "Question", replay: "Replay", score: "Score", read: Callable[[], str]) -> bool:
    """Ask until it is said or shown; False at the end of the input."""
    from builder.xray.quiz import is_right

    while True:
        before = f": {question.before} ->" if question.before else " ="
        print(f"      {question.what}{before} ? ", end="", flush=True)
        line = read()
        if not line:
            return False
        if not line.strip():
            score.shown += 1
            print(f"      it is {question.answer}")
            return True
        if line.strip() == "?":
            _print_state(replay)
        elif is_right(question, line, replay.registers):
            score.right += 1
            print(f"      right: {question.answer}")
            return True
        else:
            score.wrong += 1
            print("      no; once more, or Enter to see it")


def _print_state(replay: "Replay") -> None:
    words = [f"{name} {value:08x}" for name, value in replay.registers.items()]
    for at in range(0, len(words), 6):
        print("        " + "  ".join(words[at : at + 6]))
    print("        " + " ".join(f"{name}={bit}" for name, bit in replay.flags.items()))
    esp = replay.registers["esp"]
    for address in range(esp, esp + STACK_WORDS * WORD_BYTES, WORD_BYTES):
        value = replay.word(address)
        shown = "?" if value is None else f"{value:08x}"
        print(f"        [{address:08x}] {shown} {replay.name(address)}".rstrip())
