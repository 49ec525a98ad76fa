"""Building: reproducible, no work for nothing, nothing unused, nothing half done."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from builder.boot.patience import BACKSTOP_S
from builder.config.keys import KernelConfig
from builder.config.load import load_config
from builder.config.step import STEPS
from builder.errors import BuildError, ConfigError, FileError
from builder.image.build import BuildResult, build_kernel, make_command
from builder.image.disk_check import check_image
from builder.image.size_check import kernel_budget_bytes, loaded_bytes
from builder.model import budgets
from builder.tools import commands
from builder.tree.render import render_tree, write_tree
from qemu_tests.kit.kernels import LAUNCHER, WERROR, Change, Kernel, Lab, clang, rebuild

EVERY_STEP = tuple(f"kernel.step={step}" for step in STEPS)
INT80 = load_config(None, ["kernel.step=int80"])
CONFIGS = [
    ("kernel.step=int80",),
    ("programs.suite=checks",),
    ("kernel.step=robust", "cpu.count=4"),
    ("kernel.step=robust", "programs.suite=checks"),
]


def _built(lab: Lab, tmp_path: Path) -> Path:
    """A folder with the kernel INT80, built with warnings as errors."""
    return Path(shutil.copytree(lab.kernel("kernel.step=int80").folder, tmp_path / "out"))


def _build(config: KernelConfig, out: Path) -> BuildResult:
    """As the lab builds: in a folder of its own only what has changed is made again."""
    return build_kernel(config, out, werror=WERROR, debug=False, launcher=LAUNCHER)


@pytest.mark.parametrize("overrides", CONFIGS, ids=" ".join)
def test_two_folders_give_the_same_bytes(
    lab: Lab, tmp_path: Path, overrides: tuple[str, ...]
) -> None:
    kernel = lab.kernel(*overrides)
    again = build_kernel(
        kernel.config, tmp_path / "another folder, with a comma", jobs=7, debug=False
    )
    assert again.disk_img.read_bytes() == kernel.disk.read_bytes()
    assert again.kernel_elf.read_bytes() == kernel.elf.read_bytes()


def test_lines_for_gdb_change_no_other_byte_and_tell_no_path_of_this_machine(
    lab: Lab, tmp_path: Path
) -> None:
    first, second = (build_kernel(INT80, tmp_path / name) for name in ("one", "another one"))
    data = first.kernel_elf.read_bytes()
    assert b".debug_line" in data and str(tmp_path).encode() not in data
    assert second.kernel_elf.read_bytes() == data
    assert first.disk_img.read_bytes() == lab.kernel("kernel.step=int80").disk.read_bytes()


def test_nothing_changed_means_nothing_written(lab: Lab, tmp_path: Path) -> None:
    out = _built(lab, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    again = _build(INT80, out)
    after = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    assert not again.changed and before == after
    (out / "kernel.elf").unlink()
    assert _build(INT80, out).changed


def test_another_configuration_in_the_same_folder_gives_what_a_fresh_one_gives(
    lab: Lab, tmp_path: Path
) -> None:
    out = _built(lab, tmp_path)
    for overrides in ((), ("kernel.step=sysenter",), ("kernel.step=int80",)):
        config = load_config(None, overrides)
        result = _build(config, out)
        fresh = lab.kernel(*overrides)
        assert result.kernel_elf.read_bytes() == fresh.elf.read_bytes(), overrides
        assert result.disk_img.read_bytes() == fresh.disk.read_bytes(), overrides


@pytest.mark.parametrize("step", EVERY_STEP)
def test_no_function_and_no_data_is_there_for_nothing(lab: Lab, step: str) -> None:
    """The linker drops what nobody refers to: it must find nothing to drop."""
    tree = lab.kernel(step).tree
    makefile = (tree / "Makefile").read_text()
    flags = re.search(r"^LDFLAGS := (.*)$", makefile, re.MULTILINE)
    objects = re.search(r"^KERNEL_O\b", makefile, re.MULTILINE)
    assert flags and objects
    listing = subprocess.run(
        ["make", "-s", "-C", str(tree), "--eval", "list: ; @echo $(KERNEL_O)", "list"],
        capture_output=True, text=True, timeout=BACKSTOP_S, check=True,
    ).stdout.split()  # fmt: skip
    command = ["ld", *flags[1].split(), "-n", "--print-gc-sections", "-T", "kernel.ld"]
    command += ["--defsym=symbols=0", "-o", "/dev/null", *listing]
    done = subprocess.run(
        command, cwd=tree, capture_output=True, text=True, timeout=BACKSTOP_S, check=True
    )
    dropped = re.findall(r"section '(\S+)' in file '(\S+)'", done.stderr)
    # Every object has the three empty sections; of functions each has one of its own.
    named = [f"{file}: {name}" for name, file in dropped if name.count(".") > 1]
    whole = [f"{file}: {name}" for name, file in dropped if name in (".text", ".data", ".bss")]
    assert named == []
    assert [each for each in whole if _has_code(tree, each)] == []


def _has_code(tree: Path, dropped: str) -> bool:
    """True if the section that the linker dropped had any bytes."""
    file, _, name = dropped.partition(": ")
    sizes = subprocess.run(
        ["objdump", "-h", "-j", name, file], cwd=tree, capture_output=True, text=True, check=True
    ).stdout
    found = re.search(rf"\s{re.escape(name)}\s+([0-9a-f]+)\s", sizes)
    return found is not None and int(found[1], 16) > 0


def test_a_kernel_that_does_not_compile_leaves_no_kernel_behind(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = _built(lab, tmp_path)
    tree = {**render_tree(INT80), "sys/process.c": b"int broken(void) { return no_such_name; }\n"}
    monkeypatch.setattr("builder.image.build.render_model", lambda *_: tree)
    with pytest.raises(BuildError) as caught:
        _build(INT80, out)
    assert "no_such_name" in caught.value.why
    assert caught.value.where == str(out / "kernel")
    assert not (out / "kernel.elf").exists() and not (out / "disk.img").exists()


def test_a_kernel_that_differs_from_its_model_leaves_no_kernel_behind(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = _built(lab, tmp_path)
    tree = render_tree(INT80)
    gdt = tree["cpu/gdt.c"].replace(b"0x00cffb000000ffff", b"0x00cffb000000fffe")
    assert gdt != tree["cpu/gdt.c"]
    monkeypatch.setattr("builder.image.build.render_model", lambda *_: {**tree, "cpu/gdt.c": gdt})
    with pytest.raises(BuildError, match="not what its model says") as caught:
        _build(INT80, out)
    assert "GDT entry 14 (USER_CODE) is 0x00cffb000000fffe" in caught.value.why
    assert not (out / "kernel.elf").exists() and not (out / "disk.img").exists()


def _script(path: Path, body: str) -> str:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


def test_another_compiler_or_linker_in_the_same_folder_makes_all_again(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiler = _script(tmp_path / "i386-cc", f'exec {clang()} "$@"')  # a clang without its name
    out = _built(lab, tmp_path)
    again = build_kernel(INT80, out, cc=compiler)
    fresh = build_kernel(INT80, tmp_path / "fresh", cc=compiler)
    assert again.kernel_elf.read_bytes() == fresh.kernel_elf.read_bytes()
    _script(tmp_path / "ld", f'exec {shutil.which("ld")} "$@" --defsym=another_linker=1')
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert b"another_linker" in build_kernel(INT80, out, cc=compiler).kernel_elf.read_bytes()


@pytest.mark.parametrize("step", EVERY_STEP)
def test_what_all_is_made_with_may_have_any_sign_in_it(tmp_path: Path, step: str) -> None:
    write_tree(render_tree(load_config(None, [step])), tmp_path)
    flags = """-D'A="(1)"' -DB=`c` #; *"""
    make = ["make", "obj/tools", f"ASFLAGS={flags}"]
    done = commands.run(make, cwd=tmp_path, timeout_s=BACKSTOP_S)
    assert done.ok, done.stderr
    assert flags in (tmp_path / "obj" / "tools").read_text()


def test_what_one_run_of_the_tests_has_compiled_the_next_one_need_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not LAUNCHER:
        pytest.skip("ccache is not installed: apt-get install ccache")
    monkeypatch.setenv("CCACHE_DIR", str(tmp_path / "ccache"))
    first, second = (Lab(tmp_path / run).kernel("kernel.step=int80") for run in "ab")
    assert first.elf.read_bytes() == second.elf.read_bytes()
    told = commands.run([LAUNCHER, "--print-stats"]).stdout
    counted = {name: int(count) for name, count in re.findall(r"^(\w+)\t(\d+)$", told, re.M)}
    compiled = counted["cache_miss"]
    assert compiled >= len([*(first.tree / "obj").rglob("*.d")]) > 0
    assert counted["direct_cache_hit"] + counted["preprocessed_cache_hit"] == compiled


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_no_larger_than_its_budget(lab: Lab, step: str) -> None:
    """Of the demo suite, whatever the compiler: the others are held to it where warnings are."""
    kernel = lab.kernel(f"kernel.step={step}")
    assert loaded_bytes(kernel.elf) <= kernel_budget_bytes(kernel.model, "demo", 0)


def test_every_step_and_suite_has_a_budget() -> None:
    assert tuple(budgets.KERNEL_BUDGET_BYTES) == STEPS
    for step, by_suite in budgets.KERNEL_BUDGET_BYTES.items():
        for suite in ("none", "demo", "checks", "echo"):
            overrides = [f"kernel.step={step}", f"programs.suite={suite}", "programs.files=['a']"]
            try:
                load_config(None, overrides)
            except ConfigError:
                assert suite not in by_suite
            else:
                assert by_suite[suite] > 0


def test_a_kernel_that_is_too_large_is_an_error_only_where_warnings_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(budgets.KERNEL_BUDGET_BYTES, "int80", {INT80.programs.suite: 1000})
    built = build_kernel(INT80, tmp_path)  # a student's compiler may be another than ours
    with pytest.raises(BuildError, match="its budget is 1000"):
        build_kernel(INT80, tmp_path, werror=True)
    assert not built.kernel_elf.exists()


def test_a_warning_is_an_error_only_if_it_is_asked_to_be_and_then_that_of_an_earlier_build_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = render_tree(INT80)
    warned = tree["sys/process.c"] + b"\nstatic int unused;\n"
    monkeypatch.setattr(
        "builder.image.build.render_model", lambda *_: {**tree, "sys/process.c": warned}
    )
    build_kernel(INT80, tmp_path)
    with pytest.raises(BuildError, match="does not build") as caught:
        build_kernel(INT80, tmp_path, werror=True)
    assert "unused" in caught.value.why


def test_a_header_that_changed_is_compiled_into_all_that_include_it(
    lab: Lab, tmp_path: Path
) -> None:
    kernel = lab.kernel()
    shutil.copytree(kernel.tree, tmp_path / "kernel")
    Change("include/constants.inc", "SYSCALL_LIMIT ", "SYSCALL_LIMIT 1 + ").apply(
        tmp_path / "kernel"
    )
    command = make_command(tmp_path / "kernel", jobs=1, cc=None, verbose=False, werror=WERROR)
    made = tmp_path / "kernel" / "obj" / "entry" / "sysenter_entry.o"
    times_ns = [made.stat().st_mtime_ns]
    for _ in range(2):
        assert commands.run(command).ok
        times_ns.append(made.stat().st_mtime_ns)
    assert times_ns[0] < times_ns[1] == times_ns[2]


def test_what_was_built_before_the_clock_was_set_back_is_built_again(
    lab: Lab, tmp_path: Path
) -> None:
    out = _built(lab, tmp_path)
    fresh = (out / "kernel.elf").read_bytes()
    changed = rebuild(
        Kernel(INT80, out), tmp_path / "changed", [Change("sys/process.c", "->pid;", "->pid + 1;")]
    )
    assert changed.ok
    tree = tmp_path / "changed" / "kernel"
    assert (tree / "kernel.elf").read_bytes() != fresh
    later = time.time() + 3600
    for path in tree.rglob("*"):
        os.utime(path, (later, later))
    again = _build(INT80, tmp_path / "changed")
    assert again.kernel_elf.read_bytes() == fresh
    assert max(path.stat().st_mtime for path in tree.rglob("*") if path.is_file()) < later


def test_no_room_is_a_file_error(tmp_path: Path) -> None:
    (tmp_path / "kernel").write_text("in the way\n")
    with pytest.raises(FileError) as caught:
        build_kernel(INT80, tmp_path)
    assert str(tmp_path / "kernel") in caught.value.where


# Of the disk, in KiB: boot sector, loader if there is one, and the kernel.
USED_KIB_MAX = {"int80": 16, "sysenter": 16, "vsyscall": 20, "robust": 64, "processes": 64}
USED_KIB_MAX |= {"linux": 128}


@pytest.mark.parametrize("step", STEPS)
def test_the_image_holds_the_kernel(lab: Lab, step: str) -> None:
    kernel = lab.kernel(f"kernel.step={step}")
    stripped = kernel.tree / "obj" / "boot" / "kernel.stripped"
    assert stripped.exists() == (kernel.model.is_proof)  # the small kernels' disk has no loader
    info = check_image(kernel.disk, stripped if stripped.exists() else kernel.elf)
    assert info.used_bytes <= USED_KIB_MAX[step] * 1024


def test_the_tree_builds_by_make_alone(tmp_path: Path, lab: Lab) -> None:
    kernel = lab.kernel()
    write_tree(render_tree(kernel.config), tmp_path)
    done = subprocess.run(
        ["make", "-C", str(tmp_path), "image"],
        capture_output=True,
        text=True,
        timeout=BACKSTOP_S,
        check=True,
    )
    assert not WERROR or "warning" not in done.stdout + done.stderr
    assert (tmp_path / "disk.img").read_bytes() == kernel.disk.read_bytes()
