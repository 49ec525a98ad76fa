"""`python -m qemu_tests.mutants`: see README.md here."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from builder.cli import ui
from builder.cli.guard import run_guarded
from builder.errors import ExitCode, UserError
from qemu_tests.mutants.measure import Bench, Judged, Outcome, judge_all, own_files
from qemu_tests.mutants.mutant import Mutant, all_mutants, sample
from qemu_tests.mutants.report import Measurement, as_data, line_of, print_report, survivor_line
from qemu_tests.mutants.survivors import Survivor, read_survivors


def main(arguments: Sequence[str]) -> int:
    """Measure; the exit status, which does not depend on how many were noticed."""
    options = _parser().parse_args(arguments)
    return run_guarded(lambda: _run(options), as_json=options.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mutants", description="How many random changes of one line do the checks notice?"
    )
    parser.add_argument("--count", type=_at_least_1, default=200, help="how many (200)")
    parser.add_argument("--seed", type=int, default=1, help="decides which (1)")
    parser.add_argument("--step", help="of which kernel (the default step)")
    parser.add_argument("--list", action="store_true", help="only tell which they are")
    parser.add_argument("--only", metavar="ID", help="this one, and all that is said of it")
    parser.add_argument("--json", action="store_true", help="the result for a program")
    parser.add_argument(
        "--jobs",
        type=_at_least_1,
        default=len(os.sched_getaffinity(0)),
        help="how many at a time (as many as there are CPUs)",
    )
    return parser


def _at_least_1(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def _run(options: argparse.Namespace) -> int:
    step, tree = own_files(options.step)
    known = read_survivors(step)
    possible = all_mutants(tree)
    if options.only:
        chosen = [_named(options.only, possible)]
    else:
        chosen = sample(possible, options.count, options.seed)
    if options.list:
        _print_list(chosen, len(possible), as_json=options.json)
        return ExitCode.OK
    measured = _measured(options, step, known, possible, chosen)
    if options.json:
        ui.print_json(as_data(measured))
    elif not options.only:
        print_report(measured)
    return ExitCode.OK if len(measured.judged) == len(chosen) else ExitCode.INTERRUPTED


def _measured(
    options: argparse.Namespace,
    step: str,
    known: Sequence[Survivor],
    possible: Sequence[Mutant],
    chosen: Sequence[Mutant],
) -> Measurement:
    """Judge the chosen ones, and tell of each survivor at once."""
    judged: list[Judged] = []
    with (
        tempfile.TemporaryDirectory(prefix="tinygate-mutants-") as folder,
        ui.progress("building the original") as show,
    ):
        bench = Bench(step, Path(folder))
        began = time.monotonic()

        def tell(each: Judged) -> None:
            judged.append(each)
            survived = sum(one.outcome is Outcome.SURVIVED for one in judged)
            show(f"{len(judged)} of {len(chosen)}, {survived} survived")
            if options.json:
                return
            if options.only:
                print(f"{each.outcome.value}: {line_of(each.mutant)}\n{each.says}")
            elif each.outcome is Outcome.SURVIVED:
                print(survivor_line(each, known), flush=True)

        judge_all(chosen, bench.judge, tell, options.jobs)
        seconds = time.monotonic() - began
    return Measurement(step, options.seed, len(chosen), possible, known, judged, seconds)


def _named(name: str, possible: Sequence[Mutant]) -> Mutant:
    """The mutant of that ID; raises UserError."""
    by_id = {mutant.id: mutant for mutant in possible}
    if name not in by_id:
        like = difflib.get_close_matches(name, by_id, n=3)
        raise UserError(
            "there is no such mutant",
            where=f"--only {name}",
            why="an ID is path:line:operator:number, in the tree of this step as it is now",
            fix=f"one of {', '.join(like)}?" if like else "take one that --list shows",
        )
    return by_id[name]


def _print_list(chosen: Sequence[Mutant], possible: int, *, as_json: bool) -> None:
    if as_json:
        ui.print_json([{"id": each.id, **ui.plain_data(each)} for each in chosen])
        return
    print("\n".join(map(line_of, chosen)))
    print(f"{len(chosen)} of {possible} possible")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
