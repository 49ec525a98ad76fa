"""The kinds of tests: the one table of what `--quick` takes of each, and of how long they take.

`--quick` is for after each change: every unit test that is cheap, and of all else a sample that is
always the same. So it leaves out

    of the matrix     all but one boot of each step's checks: the other CPUs, memories, options
    damaged kernels   all but one of each file of them, and those of later steps
    exec --strace     all: it has kernels of its own
    unit tests        of those that build or boot, render or run pytest: all but one each
    everywhere else   all parameters of a function but the first
    only              of some kinds all functions but these
    too_long          what takes long by itself

and `make test` leaves out nothing. A file in no row is an error of unit/test_suite.py, so that a
new kind of test cannot be forgotten.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache

import pytest

from builder.config.step import Step

ROOT = "qemu_tests/"  # where the tests' ids begin

# Of the tests for which it returns the same, --quick takes the first; of None, none.
Sample = Callable[[pytest.Item], Hashable | None]


def every_test(item: pytest.Item) -> Hashable:
    """All of them."""
    return item.nodeid


def function_of(item: pytest.Item) -> str:
    """One of each function: the first of its parameters."""
    return str(getattr(item, "originalname", item.name))


def no_test(_: pytest.Item) -> None:
    """None of them: for a start they need something that takes long."""


def file_of(item: pytest.Item) -> str:
    """One of each file."""
    return item.path.name


def parameter(item: pytest.Item, name: str) -> object | None:
    """A parameter of the test, if it has one of that name."""
    callspec = getattr(item, "callspec", None)
    return callspec.params.get(name) if callspec is not None else None


def checks_of_each_step(item: pytest.Item) -> Hashable | None:
    """One boot of the checks of each step; of the other functions, one each."""
    case = parameter(item, "case")
    if case is None:
        return function_of(item)
    return case.step if case.suite == "checks" else None  # type: ignore[attr-defined]


def damage_of_each_file(item: pytest.Item) -> Hashable | None:
    """One damaged kernel of each file of defects/; else one of each function.

    None of those for which a kernel of a step after `robust` would have to be built, with all its
    checks.
    """
    defect, step = parameter(item, "defect"), parameter(item, "step")
    if defect is None:
        return function_of(item)
    if isinstance(step, str) and Step(step) > Step.ROBUST:
        return None
    return (function_of(item), _homes()[id(defect)])


@cache
def _homes() -> dict[int, str]:
    """The module that each damaged kernel stands in."""
    homes: dict[int, str] = {}
    for package in ("qemu_tests.defects.checks", "qemu_tests.defects.linux"):
        path = importlib.import_module(package).__path__
        for found in pkgutil.iter_modules(path, f"{package}."):
            table = vars(importlib.import_module(found.name)).values()
            for rows in (value for value in table if isinstance(value, tuple)):
                for row in rows:
                    homes.setdefault(id(row), found.name)
    return homes


@dataclass(frozen=True)
class Kind:
    """Tests that are alike.

    Attributes:
        name: What they are called in tables.
        files: Patterns of their files, below qemu_tests/.
        about_s: What one takes, until a run has measured it: seconds on an idle machine of 2025.
        sample: Which of them --quick takes.
        only: The functions of which it takes the sample; if none is named, all of them.
        too_long: Functions of which it takes none, because one of them takes so long.
        together: Whether one worker gets those of a file: what they look at is made once a process.
    """

    name: str
    files: tuple[str, ...]
    about_s: float
    sample: Sample = function_of
    only: tuple[str, ...] = ()
    too_long: tuple[str, ...] = ()
    together: bool = False


# The first row that fits counts.
KINDS = (
    Kind(
        "steps and machines",
        ("boot/test_matrix.py",),
        1.7,
        checks_of_each_step,
        too_long=(
            "test_what_clang_makes_of_it_passes_too",
            "test_as_many_cpus_as_both_kernel_and_machine_have",
            "test_arguments_and_environment_arrive",
            "test_the_page_a_program_is_given",
            "test_two_runs_give_the_same_bytes",
            "test_what_guards_the_kernel_is_on_where_the_cpu_has_it",
        ),
    ),
    Kind(
        "several CPUs",
        ("boot/test_migration.py",),
        6.0,
        too_long=("test_no_interrupt_hides_the_first_instruction_back",),
    ),
    Kind(
        "damaged kernels",
        ("boot/test_defects.py", "linux/test_linux_defects.py"),
        0.6,
        damage_of_each_file,
        too_long=("test_without_damage_no_program_notices_anything",),
    ),
    Kind(
        "one call, seen",
        ("boot/test_xray.py", "boot/test_explain.py"),
        2.0,
        only=(
            "test_the_gate_is_chosen",
            "test_the_way_is_numbered_as_in_the_picture",
        ),
    ),
    Kind(
        "other emulators",
        ("boot/test_emulators.py", "boot/test_rules.py"),
        2.5,
        only=(
            "test_an_end_has_the_same_word_everywhere",
            "test_which_checks_fail_on_v86_is_known",
            "test_a_rule_alone_shows_what_the_kernel_saw",
        ),
    ),
    Kind(
        "a book",
        ("boot/test_book_page.py",),
        1.0,
        only=("test_each_row_leads_to_the_line_that_it_came_from",),
    ),
    Kind(
        "kernels in a page",
        ("boot/test_live_page.py",),
        2.5,
        only=("test_an_end_has_its_word",),
    ),
    Kind(
        "labs",
        ("boot/test_lab*.py",),
        3.0,
        only=(
            "test_a_known_mistake_gets_its_own_hint",
            "test_the_solution_has_all_points",
            "test_what_is_the_students_is_the_same_in_the_tree_that_checks",
            "test_only_files_are_taken",
        ),
    ),
    Kind(
        "a class",
        ("boot/test_class.py", "boot/test_class_crew.py"),
        6.0,
        only=(
            "test_a_kernel_that_prints_what_a_right_one_prints_has_no_points",
            "test_a_hand_that_is_killed_is_followed_by_another",
        ),
    ),
    Kind("instructions of a null call", ("boot/test_null_call.py",), 2.0),
    Kind(
        "a call recorded",
        ("boot/test_xray*.py",),
        1.8,
        only=("test_forward_it_shows_what_the_record_says",),
    ),
    Kind(
        "loader",
        ("boot/test_loader.py", "boot/test_flat_disk.py"),
        0.2,
        too_long=(  # they make images as large as can be
            "test_a_read_that_fails_is_named",
            "test_there_are_no_more_reads_than_the_kernel_takes",
            "test_a_large_segment_is_loaded_whole",
            "test_the_largest_kernel_that_low_memory_has_room_for",
        ),
    ),
    Kind(
        "input, clock, yardstick",
        ("boot/test_input.py", "boot/test_clock.py", "boot/test_yardstick.py"),
        2.0,
        too_long=(
            "test_asking_for_the_time_costs_few_instructions",
            "test_the_clock_runs_as_fast_as_it_should",
            "test_the_time_of_day_is_read_once_at_the_start",
            "test_a_program_that_waits_for_ever_is_a_hang_that_says_what_for",
            "test_nothing_is_lost_of_what_is_typed_at_once",
            "test_gdb_finds_the_vdso_in_memory_and_the_caller_behind_it",
        ),
    ),
    Kind(
        "hostile programs, NMI",
        (
            "boot/test_hostile.py",
            "boot/test_nmi.py",
            "boot/test_every_instruction.py",
            "boot/test_random_calls.py",
        ),
        1.3,
        too_long=(
            "test_an_nmi_leaves_nothing_that_a_program_could_return_to",
            "test_system_calls_survive_nmis",
            "test_random_calls_come_back",
            "test_the_kernel_outlives_hostile_programs",
            "test_a_hostile_program_ends_itself",
            "test_an_nmi_may_come_before_every_instruction",
            "test_an_interrupt_may_come_before_every_instruction",
            "test_the_lesson_tells_of_an_nmi_before_every_instruction",
        ),
    ),
    Kind(
        "bad input",
        ("boot/test_bad_input.py",),
        1.2,
        too_long=(  # they build
            "test_ctrl_c_in_the_middle_of_a_build",
            "test_an_end_in_the_middle_of_a_boot_leaves_no_emulator",
            "test_a_folder_of_any_name_builds_and_boots_the_same_kernel",
            "test_two_at_once_in_one_folder_take_turns",
            "test_the_flags_of_a_make_around_us_are_not_ours",
            "test_a_kernel_that_is_cut_off_does_not_pass",
            "test_a_damaged_disk_image_does_not_pass_and_the_damage_is_named",
        ),
    ),
    Kind(
        "linux programs",
        ("linux/test_programs.py",),
        3.0,
        too_long=(
            "test_all_of_them_do_so_on_other_machines",
            "test_all_of_them_do_so_on_a_kernel_that_clang_compiled",
        ),
    ),
    Kind(
        "attacks",
        ("linux/test_attacks.py", "linux/test_fuzz.py"),
        3.5,
        too_long=("test_no_allocation_that_fails_loses_a_page",),
    ),
    Kind(  # three kernels of their own
        "exec --strace",
        ("linux/test_exec_strace.py", "linux/test_ways_in.py"),
        2.0,
        no_test,
    ),
    Kind(
        "exec",
        ("linux/test_exec.py", "linux/test_exec_*.py"),
        0.7,
        too_long=(  # they need kernels of their own
            "test_several_cpus",
            "test_a_thousand_arguments",  # and as many calls
            "test_files_are_where_they_are_here_or_where_it_is_said",
            "test_a_trace_on_a_terminal_has_its_lines",
        ),
    ),
    Kind(
        "keys",
        ("linux/test_keys.py",),
        1.5,
        too_long=(
            "test_nothing_is_lost_of_what_is_pasted",
            # They run the command, which builds.
            "test_run_hands_the_terminal_over_and_takes_it_back",
            "test_one_key_ends_a_machine_that_does_not_listen",
            "test_a_signal_leaves_a_terminal_that_can_be_used",
            "test_without_a_terminal_the_demonstration_runs_and_it_is_said_why",
            "test_without_busybox_it_is_said_how_to_get_it",
        ),
    ),
    Kind(
        "initial RAM disk",
        ("linux/test_initrd_boot.py",),
        2.0,
        too_long=(
            "test_256_mib_are_unpacked_in_little_more_memory",
            "test_qemu_ends_with_process_1_though_nobody_gave_it_the_outcome_device",
        ),
    ),
    Kind(
        "building",
        (
            *("unit/test_build.py", "unit/test_vdso.py", "unit/test_elf_check.py"),
            "unit/test_hypothesis_configs.py",
        ),
        1.0,
        only=(
            "test_a_step_is_no_larger_than_its_budget",
            "test_nothing_changed_means_nothing_written",
            "test_a_kernel_that_does_not_compile_leaves_no_kernel_behind",
            "test_the_hash_is_that_of_the_system_v_abi",
            "test_a_program_that_cannot_run_is_refused_with_the_reason",
            "test_a_damaged_kernel_is_named_as_one",
            "test_a_bad_value_is_one_clear_error",
            "test_a_key_that_there_is_not_is_named",
        ),
    ),
    Kind(
        "rendered trees",
        ("unit/test_render.py",),
        0.05,
        too_long=("test_two_folders_and_two_hash_seeds_give_the_same_bytes",),
        together=True,
    ),
    Kind(
        "console",
        ("unit/test_console.py", "unit/test_qemu.py"),
        0.2,
        too_long=(
            "test_output_that_goes_on_and_on_is_stopped_too",
            "test_the_question_at_the_last_moment_keeps_no_emulator_from_ending",
        ),
    ),
    Kind(
        "runs of the tests",
        ("unit/test_suite_ends.py",),
        2.0,
        too_long=(
            "test_a_worker_that_is_killed_leaves_nothing_while_the_others_go_on",
            "test_a_test_finds_the_same_however_it_was_started",
            "test_a_signal_to_the_front_alone_leaves_nothing",
            "test_an_interrupt_of_the_front_alone_is_one_of_pytest",
            "test_what_a_test_takes_of_cpu_time_is_measured",
            "test_what_was_skipped_is_told_by_its_reason",
        ),
    ),
    Kind(
        "unpacking on this machine",
        ("unit/test_inflate.py", "unit/test_initrd*.py", "unit/test_cpio.py"),
        0.1,
        file_of,
        together=True,
    ),
    Kind(
        "unit",
        ("unit/test_*.py",),
        0.05,
        every_test,
        too_long=(
            "test_quick_is_the_same_each_time_and_boots_every_steps_checks",
            "test_a_process_that_others_keep_from_running_is_not_asleep",
            "test_what_comes_of_a_trial_is_told_as_it_is",
            "test_of_a_trial_that_fails_the_end_of_the_log_is_shown",
            "test_another_builder_in_the_way_is_not_imported",
            "test_neither_the_folder_nor_the_hash_seed_decides_anything",
            "test_so_it_is_in_other_steps_and_without_a_record",
            "test_patience_ends_at_the_same_moment",
        ),
        together=True,
    ),
)


def kind_of(nodeid: str) -> Kind | None:
    """The row of a test, or None."""
    return _kind_of_file(nodeid.partition("::")[0].removeprefix(ROOT))


@cache
def _kind_of_file(path: str) -> Kind | None:
    return next((kind for kind in KINDS if any(fnmatch(path, name) for name in kind.files)), None)


def may_be_quick(file: str, function: str) -> bool:
    """Whether --quick takes any of a function: of one that it does not, no test need be made."""
    kind = kind_of(file)
    if kind is None:
        return True
    if kind.sample is no_test or function in kind.too_long:
        return False
    return not kind.only or function in kind.only


def quick(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """What --quick takes, in the order given. All of a file that no row knows."""
    taken: list[pytest.Item] = []
    seen: set[Hashable] = set()
    for item in items:
        kind = kind_of(item.nodeid)
        if kind is not None:
            if not may_be_quick(item.nodeid, function_of(item)):
                continue
            sample = kind.sample(item)
            key = (item.path, sample)
            if sample is None or key in seen:
                continue
            seen.add(key)
        taken.append(item)
    return taken
