"""Configurations at random: each gives one clear error, or a tree that builds and boots."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.boot.emulator import Machine
from builder.config.keys import KernelConfig
from builder.config.load import load_config
from builder.config.reference import keys
from builder.config.step import STEPS
from builder.errors import ConfigError
from builder.image.elf_check import kernel_problems
from builder.model.kernel import build_model
from builder.tree.render import render_tree
from qemu_tests.kit.kernels import Lab

GOOD = {
    "kernel.step": STEPS,
    "cpu.count": ("1", "2", "3", "8"),
    "sysenter.stack": ("per-switch", "esp0-word", "tss-end"),
    "vsyscall.address": ("fixed", "random"),
    "tss.io_bitmap": ("true", "false"),
    "host.streams": ("false",),
    "host.trace": ("false",),
    "programs.suite": ("demo", "checks", "echo"),
    "machine.memory_mib": ("2", "4", "16", "3072"),
    "machine.cpu": ("486", "qemu32,-sep"),
    "machine.boot": ("disk", "kernel"),
    "machine.emulator": ("qemu", "bochs", "v86", "dosbox-x"),
}
# The first of each is bad whatever the others are.
BAD = {
    "kernel.step": ("vsycall", "", "3", "[]"),
    "cpu.count": ("0", "9", "-1", "1.5", "two", "true", "99999999999999999999"),
    "sysenter.stack": ("esp0", "1", '""'),
    "vsyscall.address": ("0xffffe000", "Fixed"),
    "tss.io_bitmap": ("yes", "1", "0"),
    "host.streams": ("yes", "true"),  # with programs in the kernel
    "host.trace": ("1", "true"),  # without host.streams
    "programs.suite": ("all", "none", "[]"),
    "programs.files": ('["Bad Name"]', '["a","b/a"]', "7"),
    "programs.args": ('["alone"]', '"x"'),
    "programs.env": ('["A=1"]', '["=1"]'),
    "machine.memory_mib": ("1", "3073", '"16"', "16.0"),
    "machine.cpu": ("", "-x", "a b"),
    "machine.boot": ("floppy",),
    "machine.emulator": ("", "QEMU", "simics"),
}
NO_SUCH_KEY = ("kernel.stepp", "cpu", "cpu.count.x", "nothing.here", "machine.memory")


# Rendering takes a tenth of a second, or many on a busy machine: no deadline.
PATIENT = settings(deadline=None)


def _settings(table: dict[str, tuple[str, ...]]) -> st.SearchStrategy[list[str]]:
    """Some of the keys, each once, with some of their values."""
    pairs = {key: st.sampled_from(values) for key, values in table.items()}
    chosen = st.fixed_dictionaries({}, optional=pairs)
    return chosen.map(lambda found: [f"{key}={value}" for key, value in found.items()])


def _try(overrides: list[str]) -> KernelConfig | ConfigError:
    try:
        return load_config(None, overrides)
    except ConfigError as error:
        return error


def _assert_clear(error: ConfigError, overrides: list[str]) -> None:
    """It names a key that was given, its value, the rule, and what to do."""
    text = str(error)
    named = [text_ for text_ in overrides if text_.partition("=")[0] in error.where]
    assert named, text
    assert error.why and error.fix, text
    assert "\n" not in error.what and "Traceback" not in text and "pydantic" not in text
    values = [text_.partition("=")[2].strip('"') for text_ in named]
    shown = re.sub(r"['\" ]", "", text)
    assert any(re.sub(r"['\" ]", "", value)[:20] in shown for value in values), text


@PATIENT
@given(overrides=_settings(GOOD))
def test_good_values_give_a_tree_or_say_which_do_not_go_together(overrides: list[str]) -> None:
    config = _try(overrides)
    if isinstance(config, ConfigError):
        _assert_clear(config, overrides)
        assert "; it comes with step" in config.why or "MiB: with less" in config.why
        return
    tree = render_tree(config)
    assert {"Makefile", "kernel.ld", "kernel/main.c", "boot/start.asm"} <= set(tree)
    assert f"config {config.digest}".encode() in tree["kernel/main.c"]
    assert build_model(config).layers


@PATIENT
@given(good=_settings(GOOD), bad=_settings(BAD), key=st.sampled_from(sorted(BAD)))
def test_a_bad_value_is_one_clear_error(good: list[str], bad: list[str], key: str) -> None:
    certain = f"{key}={BAD[key][0]}"
    overrides = [*good, *bad, certain]
    error = _try(overrides)
    assert isinstance(error, ConfigError), overrides
    _assert_clear(error, overrides)


@PATIENT
@given(good=_settings(GOOD), name=st.sampled_from(NO_SUCH_KEY))
def test_a_key_that_there_is_not_is_named(good: list[str], name: str) -> None:
    error = _try([*good, f"{name}=1"])
    assert isinstance(error, ConfigError)
    assert name in str(error) and error.fix


@PATIENT
@given(st.sampled_from([key.dotted for key in keys()]), st.text(max_size=30))
def test_no_text_brings_it_down(key: str, text: str) -> None:
    config = _try([f"{key}={text}"])
    if isinstance(config, KernelConfig):
        return
    assert config.where and config.what and config.fix


def test_every_key_has_good_and_bad_values_here() -> None:
    listed = set(GOOD) | set(BAD)
    assert listed == {key.dotted for key in keys()}


# A handful from everywhere; the boot matrix goes through all pairs.
@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(overrides=_settings({key: GOOD[key] for key in sorted(GOOD) if key[:7] != "machine"}))
def test_what_renders_also_builds_and_boots(lab: Lab, overrides: list[str]) -> None:
    config = _try([*overrides, "programs.suite=demo"])
    if isinstance(config, ConfigError):
        return
    kernel = lab.kernel(*overrides, "programs.suite=demo")
    assert kernel_problems(kernel.elf, kernel.model) == ()
    machine = Machine(cpus=config.cpu.count)
    result = lab.boot(kernel, f"hypothesis-{config.digest}", machine=machine)
    assert result.verdict.passed, result.explain()


@pytest.mark.parametrize("step", ["int80", "sysenter", "vsyscall"])
def test_a_key_of_a_later_step_names_that_step(step: str) -> None:
    error = _try([f"kernel.step={step}", "vsyscall.address=random"])
    assert isinstance(error, ConfigError)
    assert error.where == "--set: vsyscall.address"
    assert error.why == f"step {step} has no such thing; it comes with step robust"
