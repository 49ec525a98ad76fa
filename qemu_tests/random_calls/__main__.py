"""`python -m qemu_tests.random_calls`: as many calls as a night has time for."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from builder.cli.guard import run_guarded
from builder.config.step import Step
from builder.errors import ExitCode
from qemu_tests.kit.kernels import Lab
from qemu_tests.random_calls import STACKS, STEPS, Trial, problem_of, try_calls


def main(arguments: Sequence[str]) -> int:
    """Make them; the exit status is 1 if any went wrong."""
    options = _parser().parse_args(arguments)
    return run_guarded(lambda: _run(options), as_json=False)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="random_calls", description=__doc__)
    parser.add_argument("--calls", type=_at_least_1, default=10_000_000, help="of each kernel")
    parser.add_argument("--seed", type=_at_least_1, default=1, help="of the first boot (1)")
    names = [step.value for step in STEPS]
    parser.add_argument(
        "--step", choices=names, help="only of this kernel (all that have SYSENTER)"
    )
    parser.add_argument("--stack", choices=STACKS, default="tss-end", help="see sysenter.stack")
    return parser


def _at_least_1(text: str) -> int:
    number = int(text)
    if not 1 <= number < 1 << 31:
        raise argparse.ArgumentTypeError(f"{number} is not from 1 to {(1 << 31) - 1}")
    return number


def _run(options: argparse.Namespace) -> int:
    steps = [Step(options.step)] if options.step else STEPS
    with tempfile.TemporaryDirectory(prefix="tinygate-") as name:
        for step in steps:
            for trial in Trial(step, options.seed, options.calls, options.stack).boots():
                folder = Path(name) / f"{step}-{trial.seed}"
                result = try_calls(Lab(folder), folder / "program", trial)
                problem = problem_of(trial, result)
                if problem:
                    print(problem)
                    return ExitCode.VERDICT
                print(f"{step}, seed {trial.seed}: {trial.calls:,} calls", flush=True)
    return ExitCode.OK


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
