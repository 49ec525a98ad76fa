"""The files of a student's folder: tree, page, Makefile, and the kernel that checks.

It needs make, GCC, NASM and QEMU. With tinygate beside them `make check` gives points and advice,
and `make hint` a hint about this mistake; without it there are the results of the lab's tests, and
the hints in their order.
"""

from __future__ import annotations

import base64
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from builder.labs.lab import Files, Lab
from builder.tools.resources import data_dir
from builder.tree.render import render_tree

KERNEL = "kernel"  # the tree that the student reads and changes
OWN = ".lab"  # what is ours in the folder: make clean leaves it alone
ANSWERS = "answers.txt"
HINTS_BY_MAKE = "hints-shown"  # how many the Makefile has shown, where there is no tinygate
KINDS = {
    "fill": "something is missing, marked by `LAB`",
    "find": "something is wrong, and only the symptom is known",
    "predict": "say what will be, before you look",
    "measure": "find a number out",
    "attack": "there is a hole: use it, then close it",
}
SUMS = """\
# An answer is a hexadecimal number or, better, a sum of such numbers and names: esp0 - 8.
# Names are registers (eip and eflags, too), esp0 and ss0 of the TSS, the MSRs by their whole
# names, and the kernel's entry points: all as they are just before the instruction.

"""


@cache
def healthy_tree(lab: Lab, suite: str) -> Files:
    """The kernel without the lab's change, with the programs of one of the suites."""
    return render_tree(lab.config(suite))


def given_tree(lab: Lab, suite: str) -> Files:
    """The kernel as it is handed out."""
    return lab.given(healthy_tree(lab, suite))


def solved_tree(lab: Lab, suite: str) -> Files:
    """The kernel of the reference solution."""
    return lab.solved(healthy_tree(lab, suite))


def handout(lab: Lab) -> Files:
    """Path in the student's folder -> content."""
    files = {f"{KERNEL}/{path}": data for path, data in given_tree(lab, "demo").items()}
    if lab.suite != "demo":
        checking = given_tree(lab, lab.suite)
        files |= {f"{OWN}/{KERNEL}/{path}": data for path, data in checking.items()}
    coded = (base64.b64encode(f"{hint}\n".encode()) for hint in lab.hints)
    files[f"{OWN}/hints"] = b"".join(line + b"\n" for line in coded)
    environment = Environment(
        loader=FileSystemLoader(data_dir("templates") / "_labs"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    yours = [*(f"{KERNEL}/{path}" for path in lab.files), *([ANSWERS] if lab.question else [])]
    environment.filters["make"] = lambda text: str(text).replace("$", "$$").replace("'", ".")
    if lab.question:
        blank = "".join(f"# {row.text}\n{row.key} =\n\n" for row in lab.question)
        files[ANSWERS] = f"{SUMS if lab.call else ''}{blank}".encode()
    for name in ("README.md", "Makefile"):
        text = environment.get_template(f"{name}.j2").render(
            lab=lab,
            hints_shown=f"{OWN}/{HINTS_BY_MAKE}",
            kind=KINDS[lab.kind],
            yours=yours,
            wanted=_wanted(lab),
            others=", ".join(f"`{cpu}`" for cpu in lab.cpus[1:]),
        )
        files[name] = text.encode()
    return files


def _wanted(lab: Lab) -> list[str]:
    """Lines that a right kernel prints, for who has no tinygate; none where that is not enough."""
    if lab.question or lab.random:
        return []
    tests = [f"ok [0-9]+ - {name}" for part in lab.part for name in part.tests]
    return tests + [line.removeprefix("^") for part in lab.part for line in part.lines]
