"""A null call of each step of the lesson runs as many instructions as its sources are said to have.

The figures stand in docs/steps/, counted by builder/bench/null_call.py.
"""

from __future__ import annotations

import pytest

from builder.bench.null_call import WAYS, null_call
from builder.model.syscalls import COST_LOOPS
from builder.tree.render import render_tree
from qemu_tests.kit.kernels import Lab, value_of

SUITES = ("demo", "checks")


@pytest.mark.parametrize("step", WAYS)
def test_the_guest_counts_what_the_sources_say(lab: Lab, step: str) -> None:
    kernels = (lab.kernel(f"kernel.step={step}", f"programs.suite={suite}") for suite in SUITES)
    kernel = next(k for k in kernels if any(p.name == "cost" for p in k.model.programs))
    result = lab.boot(kernel, f"null-call-{step}")
    assert result.verdict.passed, result.explain()
    empty, quickest = COST_LOOPS[step][:2]
    loop, call = (
        float(value_of(result, rf"^# cost {each.name} ([0-9.]+)$")) for each in (empty, quickest)
    )
    assert call - loop == null_call(step, render_tree(kernel.config)).total, result.explain()
