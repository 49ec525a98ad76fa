"""How many damaged kernels of the lesson are explained by a line near the damage.

    python -m qemu_tests.explained                write defects/explained.md anew
    python -m qemu_tests.explained REGEX          only say it of those with such a name

Those whose fault lies on the way into the kernel or back count: in `entry/`, `cpu/`, the switch of
processes, the table of calls, the program's stub. Outside the suite, as it takes minutes; some of
them are in test_explain.py.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from builder.boot.emulator import BootImage, Machine
from builder.boot.run import run_image
from builder.xray.explain import Explanation, explain
from builder.xray.named_build import NamedBuild
from builder.xray.side import Side
from builder.xray.suspects import good_results
from qemu_tests.defects.checks import DEFECTS, Defect
from qemu_tests.kit.kernels import IMPATIENT, OUTPUT_MAX_BYTES, Kernel, Lab, rebuild

PAGE = Path(__file__).parent / "defects/explained.md"
STEPS = ("int80", "sysenter", "vsyscall")
ON_THE_WAY = ("entry/", "cpu/", "proc/context_switch", "proc/process.c", "sys/table", "user/lib/")
NEAR_LINES = 3
# Those of which another line is named, or none, and why.
_MASK = (
    "a bit of a mask that a macro evaluates while it is assembled: nothing that is executed before "
    "the failure differs"
)
_BETWEEN = (
    "it happens between two system calls, none of which begins otherwise: their beginnings are "
    "what is compared, and one is looked at whole"
)
REASONS: dict[str, str] = {
    "error code of NP forgotten (int80)": _MASK,
    "error code of GP forgotten (int80)": _MASK,
    "the stub for int 0x80 on every CPU (vsyscall)": (
        "the choice is made at the boot, its outcome is seen when a program first executes the "
        "page: named is the stub that was chosen"
    ),
    "no cld at traps (int80)": _BETWEEN,
    "register leaked at the start (vsyscall)": _BETWEEN,
    "vsyscall page writable (vsyscall)": (
        "what a page table allows is looked at by the CPU alone: no row says so, and the program "
        "that writes there has no names"
    ),
}


@dataclass(frozen=True)
class Trial:
    """A damage, in the first step of the lesson that has the line."""

    defect: Defect
    step: str

    def __str__(self) -> str:
        """For the name of a test."""
        return f"{self.defect}-{self.step}"

    @property
    def title(self) -> str:
        """For people."""
        return f"{self.defect.name} ({self.step})"


def trials() -> Iterator[Trial]:
    """All that count: those that the kernel's own suite notices."""
    for defect in DEFECTS:
        step = next((step for step in defect.steps if step in STEPS), None)
        if step and defect.changes[0].path.startswith(ON_THE_WAY) and defect.word != "pass":
            yield Trial(defect, step)


def explained(lab: Lab, trial: Trial, folder: Path) -> Explanation | None:
    """What is said of the damaged kernel."""
    kernel = lab.kernel(f"kernel.step={trial.step}", *trial.defect.config, debug=True)
    damaged = folder / "damaged"
    done = rebuild(kernel, damaged, trial.defect.changes)
    assert done.ok, done.stderr
    ours, healthy = folder / "ours", folder / "healthy"
    for made in (ours, healthy):
        made.mkdir()
    build = NamedBuild(damaged / "kernel", ours)
    machine = Machine(memory_mib=kernel.config.machine.memory_mib)
    result = run_image(
        machine,
        BootImage("kernel", build.kernel),
        transcript_dir=folder / "runs",
        name="explained",
        patience=IMPATIENT,
        max_bytes=OUTPUT_MAX_BYTES,
    )
    results = good_results(result.transcript.text)
    assert results is not None, result.explain()
    sides = [
        Side(each, machine, kernel.model) for each in (build, NamedBuild(kernel.tree, healthy))
    ]
    return explain(*sides, results)


def damaged_lines(kernel: Kernel, defect: Defect) -> Iterator[tuple[str, int]]:
    """File and first line of each of its changes."""
    for change in defect.changes:
        before = (kernel.tree / change.path).read_text()
        after = before.replace(change.old, change.new)
        pairs = zip_longest(before.splitlines(), after.splitlines())
        yield change.path, next(n for n, (old, new) in enumerate(pairs, 1) if old != new)


def is_near(lab: Lab, trial: Trial, found: Explanation | None) -> bool:
    """Does the explanation name a line near the damage?"""
    kernel = lab.kernel(f"kernel.step={trial.step}", *trial.defect.config, debug=True)
    if found is None or found.line is None:
        return False
    return any(
        found.line.file == file and abs(found.line.line - line) <= NEAR_LINES
        for file, line in damaged_lines(kernel, trial.defect)
    )


@dataclass(frozen=True)
class Outcome:
    """What came of a trial: whether the line is near, and what was said."""

    trial: Trial
    is_near: bool
    said: str


def tried(trial: Trial, root: Path) -> Outcome:
    """Try it; `root` is where kernels are built that others want, too."""
    lab = Lab(root)
    with tempfile.TemporaryDirectory(dir=root.parent) as folder:
        found = explained(lab, trial, Path(folder))
    return Outcome(trial, is_near(lab, trial, found), str(found))


def page() -> str:
    """The list of those that are not explained, as Markdown."""
    chosen = {trial.title: trial for trial in trials()}
    count, far = len(chosen), len(REASONS)
    lines = [
        "# Damaged kernels that are not explained",
        "",
        "Written by `python -m qemu_tests.explained`, which asks `tinygate explain` about each "
        "damaged kernel of",
        "the lesson whose fault lies on the way into the kernel or back, and fails if this page "
        "is not true.",
        "",
        f"Of {count} such kernels these {far} are known for which no line within {NEAR_LINES} "
        "lines of the damage is named:",
        "",
        "| damaged kernel | step | file | why it is not found |",
        "| --- | --- | --- | --- |",
    ]
    for title, reason in REASONS.items():
        trial = chosen[title]
        path = trial.defect.changes[0].path
        lines.append(f"| {trial.defect.name} | {trial.step} | `{path}` | {reason} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print each, and the share."""
    wanted = re.compile(sys.argv[1] if len(sys.argv) > 1 else "")
    chosen = [trial for trial in trials() if wanted.search(trial.defect.name)]
    outcomes = []
    with tempfile.TemporaryDirectory() as root, ProcessPoolExecutor(os.cpu_count()) as pool:
        kernels = Path(root) / "kernels"
        for outcome in pool.map(tried, chosen, [kernels] * len(chosen)):
            outcomes.append(outcome)
            mark = "near" if outcome.is_near else "far "
            print(f"{mark}  {outcome.trial.title}: {outcome.said}", flush=True)
    near = sum(outcome.is_near for outcome in outcomes)
    print(f"{near} of {len(chosen)} by a line within {NEAR_LINES} lines of the damage")
    wrong = [one.trial.title for one in outcomes if one.is_near == (one.trial.title in REASONS)]
    if wrong:
        sys.exit(f"REASONS must name those that are far, and no others: see {', '.join(wrong)}")
    if not wanted.pattern:
        PAGE.write_text(page())


if __name__ == "__main__":
    main()
