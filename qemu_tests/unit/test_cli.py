"""The command line: what its verbs call, print and end with. Fakes play building and booting."""

import json
import os
import shutil
import subprocess
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import builder.cli
from builder.cli import fast, judge_verbs
from builder.cli.choice import choose
from builder.cli.kernel_verbs import machine_of
from builder.config.load import load_config
from builder.errors import BuildError, ExitCode, UserError
from builder.image import stamp
from builder.tools import toolchain

Call = Callable[..., tuple[int, str, str]]


@dataclass
class FakeBuild:
    """Plays builder.image.build; counts its builds, and can be told to fail."""

    builds: int = 0
    failure: BaseException | None = None

    def build_kernel(self, config: Any, out_dir: Path, **_options: Any) -> Any:
        self.builds += 1
        tree = out_dir / "kernel"
        tree.mkdir(parents=True, exist_ok=True)
        (tree / "main.c").write_text(config.kernel.step)
        if self.failure:
            raise self.failure
        (out_dir / "kernel.elf").write_bytes(b"\x7fELF")
        (out_dir / "disk.img").write_bytes(b"disk")
        return types.SimpleNamespace(
            kernel_elf=out_dir / "kernel.elf",
            disk_img=out_dir / "disk.img",
            tree=tree,
            changed=True,
        )

    def build_commands(self, _config: Any, out_dir: Path, **_options: Any) -> list[list[str]]:
        return [["make", "-C", str(out_dir / "kernel"), "CC=gcc -m32"]]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeBuild:
    """builder.image.build, replaced."""
    player = FakeBuild()
    module = types.ModuleType("builder.image.build")
    module.build_kernel = player.build_kernel  # type: ignore[attr-defined]
    module.build_commands = player.build_commands  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "builder.image.build", module)
    return player


# ---- help and usage ----


def test_help_has_every_verb_and_every_exit_code(tinygate: Call) -> None:
    from builder.cli.app import app

    code, out, _ = tinygate("--help")
    assert code == 0
    verbs = [command.name or command.callback.__name__ for command in app.registered_commands]
    assert len(verbs) == 20
    assert all(f"\n  {verb} " in out for verb in verbs)
    assert all(f" {int(value)}  " in out for value in ExitCode)


def test_version(tinygate: Call) -> None:
    assert tinygate("--version") == (0, f"tinygate {builder.__version__}\n", "")


@pytest.mark.parametrize(
    "arguments",
    [("frob",), ("image", "--frob"), ("diff", "int80"), ("image", "--jobs", "0"), ("new",)],
)
def test_wrong_command_line(tinygate: Call, arguments: tuple[str, ...]) -> None:
    code, _, err = tinygate(*arguments)
    assert code == ExitCode.USAGE
    assert "Error" in err


@pytest.mark.parametrize("verb", ["render", "build", "image", "run", "debug", "new x", "bench"])
def test_bad_configuration_is_one_message_from_every_verb(tinygate: Call, verb: str) -> None:
    code, out, err = tinygate(*verb.split(), "--set", "cpu.count=9")
    assert (code, out) == (ExitCode.USAGE, "")
    assert err.startswith("error: --set: cpu.count: 9 is not allowed\n")
    assert "Traceback" not in err
    assert list(Path().iterdir()) == []


def test_an_emulator_that_is_none_is_named_as_it_was_typed(tinygate: Call) -> None:
    code, out, err = tinygate("run", "--emulator", "boch")
    assert (code, out) == (ExitCode.USAGE, "")
    assert err.startswith("error: --emulator: there is no emulator 'boch'\n")


def test_missing_configuration(tinygate: Call) -> None:
    code, _, err = tinygate("image", "--config", "no.toml")
    assert code == ExitCode.USAGE and "no.toml: there is no such file" in err


def test_errors_as_json(tinygate: Call) -> None:
    code, out, err = tinygate("image", "--json", "--set", "cpu.count=9")
    error = json.loads(out)["error"]
    assert (code, err, error["exit_code"]) == (2, "", 2)
    assert error["where"] == "--set: cpu.count" and "1 to 8" in error["why"]


# ---- where things go ----


def test_output_folder_is_named_after_the_configuration(empty_folder: Path) -> None:
    assert empty_folder.is_dir()
    assert choose().out == Path("build/default")
    assert choose().config is None
    assert choose(step="int80").out == Path("build/int80")
    assert choose(config=Path("labs/lab3.toml")).out == Path("build/lab3")
    assert choose(config=Path("lab3.toml"), step="int80").out == Path("build/lab3-int80")
    assert choose(out=Path("x")).out == Path("x")
    Path("kernel.toml").write_text("")
    assert choose().config == Path("kernel.toml")
    assert choose().out == Path("build/default")


@pytest.mark.parametrize("words", [("image", "--step"), ("diff", "int80"), ("bench", "--step")])
def test_a_step_that_is_none_is_named_as_it_was_typed(
    tinygate: Call, words: tuple[str, ...]
) -> None:
    code, out, err = tinygate(*words, "vsycall")
    assert (code, out) == (ExitCode.USAGE, "")
    assert err.startswith("error: step vsycall: there is no such step\n")
    assert err.endswith("fix: did you mean vsyscall?\n")
    assert tinygate("image", "--step", "../../etc")[0] == ExitCode.USAGE


def test_step_given_twice() -> None:
    assert choose(step="int80").overrides == ("kernel.step=int80",)
    with pytest.raises(UserError, match="twice"):
        choose(step="int80", overrides=["kernel.step = sysenter"])


# ---- image and its fast path ----


def test_image_builds_once(tinygate: Call, fake: FakeBuild) -> None:
    code, out, _ = tinygate("image")
    assert code == 0 and "build/default/disk.img (4 bytes)" in out
    code, out, _ = tinygate("image")
    assert (code, out) == (0, "build/default/disk.img is up to date\n")
    assert fake.builds == 1
    assert fast.answer(["image"])


def test_image_as_json(tinygate: Call, fake: FakeBuild) -> None:
    code, out, _ = tinygate("image", "--json", "--step", "int80")
    data = json.loads(out)
    assert (code, fake.builds) == (0, 1)
    assert data["disk_img"] == "build/int80/disk.img"
    assert data["changed"] is True


@pytest.mark.parametrize("name", ["kernel.elf", "disk.img", "kernel/main.c"])
@pytest.mark.parametrize("how", ["damaged", "deleted"])
def test_damaged_or_deleted_output_is_built_again(
    tinygate: Call, fake: FakeBuild, name: str, how: str
) -> None:
    tinygate("image")
    path = Path("build/default") / name
    path.write_bytes(b"????") if how == "damaged" else path.unlink()
    assert not fast.answer(["image"])
    assert tinygate("image")[0] == 0
    assert fake.builds == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("--set", "machine.memory_mib=8"),
        ("--step", "int80", "--out", "build/default"),
        ("--cc", "clang"),
    ],
)
def test_another_request_builds_again(
    tinygate: Call, fake: FakeBuild, arguments: tuple[str, ...]
) -> None:
    tinygate("image")
    assert not fast.answer(["image", *arguments])
    tinygate("image", *arguments)
    assert fake.builds == 2


def test_edited_configuration_builds_again(tinygate: Call, fake: FakeBuild) -> None:
    Path("kernel.toml").write_text("[kernel]\nstep = 'robust'\n[cpu]\ncount = 1\n")
    tinygate("image")
    assert fast.answer(["image"])
    Path("kernel.toml").write_text("[kernel]\nstep = 'robust'\n[cpu]\ncount = 2\n")
    assert not fast.answer(["image"])
    tinygate("image")
    assert fake.builds == 2


def test_edited_program_builds_again(tinygate: Call, fake: FakeBuild) -> None:
    Path("hello").write_bytes(b"one")
    arguments = ("image", "--set", 'programs.files=["hello"]')
    tinygate(*arguments)
    assert fast.answer(arguments)
    Path("hello").write_bytes(b"two")
    assert not fast.answer(arguments)
    tinygate(*arguments)
    assert fake.builds == 2


def test_failed_build_is_never_current(tinygate: Call, fake: FakeBuild) -> None:
    tinygate("image")
    Path("build/default/disk.img").unlink()
    fake.failure = BuildError("gcc failed", where="make", fix="read above")
    code, _, err = tinygate("image")
    assert code == ExitCode.BUILD and "error: make: gcc failed" in err
    assert not (Path("build/default") / stamp.STAMP_NAME).exists()
    fake.failure = None
    tinygate("image")
    assert fake.builds == 3


def test_interrupted_build_is_never_current(tinygate: Call, fake: FakeBuild) -> None:
    fake.failure = KeyboardInterrupt()
    code, _, err = tinygate("image")
    assert (code, err) == (ExitCode.INTERRUPTED, "\ninterrupted\n")
    assert not fast.answer(["image"])


def test_file_edited_during_the_build_counts_as_changed(
    tinygate: Call, fake: FakeBuild, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("kernel.toml").write_text("")
    build = fake.build_kernel

    def edit_and_build(config: Any, out_dir: Path, **options: Any) -> Any:
        Path("kernel.toml").write_text("[programs]\nsuite = 'checks'\n")
        return build(config, out_dir, **options)

    monkeypatch.setattr(sys.modules["builder.image.build"], "build_kernel", edit_and_build)
    assert tinygate("image")[0] == 0
    assert not fast.answer(["image"])


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["run"],
        ["image", "-v"],
        ["image", "--json"],
        ["image", "--out"],
        ["image", "--frob", "x"],
        ["image", "--config", "--out"],
        ["image", "--step", "int80", "--set", "kernel.step=int80"],
        ["image", "--out", "\0"],
        ["image", "--help"],
    ],
)
def test_fast_path_leaves_all_else_to_the_full_command_line(
    empty_folder: Path, arguments: list[str]
) -> None:
    assert empty_folder.is_dir()
    assert not fast.answer(arguments)


def test_fast_path_imports_nothing_slow(empty_folder: Path, project_root: Path) -> None:
    program = (
        "import sys; from builder.cli.fast import answer; answer(['image']);"
        "print([m for m in ('typer', 'pydantic', 'rich', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=empty_folder,
        env={**os.environ, "PYTHONPATH": str(project_root)},
        stdout=subprocess.PIPE,
        check=True,
    )
    assert done.stdout == b"[]\n"


def test_dry_run_prints_commands_to_paste_and_does_nothing(tinygate: Call, fake: FakeBuild) -> None:
    code, out, _ = tinygate("image", "--dry-run", "--step", "int80")
    assert code == 0
    assert out.splitlines() == [
        "tinygate render --set kernel.step=int80 --out build/int80",
        "make -C build/int80/kernel 'CC=gcc -m32'",
    ]
    assert fake.builds == 0 and list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("cpu", "cpus"), [("486", 1), ("486,+tsc", 1), ("pentium3,-apic", 1), ("pentium3,-sep", 3)]
)
def test_a_cpu_without_a_local_apic_is_alone(cpu: str, cpus: int) -> None:
    words = ["kernel.step=robust", "cpu.count=3", f"machine.cpu={cpu}"]
    assert machine_of(load_config(None, words)).cpus == cpus


# ---- run and debug ----


@pytest.fixture
def boots(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Any, dict[str, Any]]]:
    """builder.boot.run.run_image, replaced by one that passes if the image says "disk"."""
    from builder.boot import run
    from builder.boot.verdict import Verdict, Word

    calls: list[tuple[Any, Any, dict[str, Any]]] = []

    def run_image(machine: Any, image: Any, **options: Any) -> Any:
        calls.append((machine, image, options))
        good = image.path.read_bytes() in (b"disk", b"\x7fELF")
        if options["live"]:
            options["live"]("serial text\n")
        return types.SimpleNamespace(
            verdict=Verdict(Word.PASS if good else Word.PANIC, "3 programs"),
            transcript_path=Path("t"),
            reproduce="qemu ...",
            debug="gdb ...",
            explain=lambda: "panic: 3 programs\ntranscript: t",
        )

    monkeypatch.setattr(run, "run_image", run_image)
    return calls


def test_run_boots_the_disk_image_and_ends_with_the_verdict(
    tinygate: Call, fake: FakeBuild, boots: list[Any]
) -> None:
    wanted = ("--set", "cpu.count=2", "--set", "machine.cpu=pentium")
    code, out, _ = tinygate("run", "--step", "robust", *wanted)
    assert (code, out) == (0, "serial text\nverdict: pass: 3 programs\n")
    ((machine, image, options),) = boots
    assert (machine.cpu, machine.cpus, machine.memory_mib) == ("pentium", 2, 16)
    assert (image.kind, image.path) == ("disk", Path("build/robust/disk.img"))
    assert "config " in options["expected"].banner and fake.builds == 1


@pytest.mark.parametrize("arguments", [("--kernel",), ("--set", "machine.boot=kernel")])
def test_run_boots_the_elf_file(
    tinygate: Call, fake: FakeBuild, boots: list[Any], arguments: tuple[str, ...]
) -> None:
    assert tinygate("run", *arguments)[0] == 0
    assert (boots[0][1].kind, fake.builds) == ("kernel", 1)


def test_run_of_a_given_image_builds_nothing(
    tinygate: Call, fake: FakeBuild, boots: list[Any]
) -> None:
    Path("mine.img").write_bytes(b"disk")
    Path("mine.elf").write_bytes(b"\x7fELF")
    assert tinygate("run", "--image", "mine.img")[0] == 0
    assert tinygate("run", "--image", "mine.elf")[0] == 0
    assert [image.kind for _, image, _ in boots] == ["disk", "kernel"]
    assert fake.builds == 0


def test_run_of_an_image_that_is_none(tinygate: Call) -> None:
    for path in ("no.img", "."):
        code, _, err = tinygate("run", "--image", path)
        assert code == ExitCode.USAGE and path in err


def test_run_that_does_not_pass(tinygate: Call, fake: FakeBuild, boots: list[Any]) -> None:
    assert fake.builds == len(boots) == 0
    Path("bad.img").write_bytes(b"bad")
    code, out, err = tinygate("run", "--image", "bad.img")
    assert code == ExitCode.VERDICT
    assert out.endswith("verdict: panic: 3 programs\n")
    assert "transcript: t" in err
    code, out, _ = tinygate("run", "--image", "bad.img", "--json")
    data = json.loads(out)
    assert (code, data["passed"], data["verdict"]) == (1, False, "panic")


def test_every_verdict_has_an_exit_code() -> None:
    from builder.boot.verdict import Word

    codes = {word.name: judge_verbs._exit_code(word.name) for word in Word}
    assert [name for name, code in codes.items() if code == ExitCode.OK] == ["PASS"]
    assert {name for name, code in codes.items() if code == ExitCode.EMULATOR} == {
        "EMULATOR",
        "KILLED",
    }


def test_debug_dry_run_prints_the_gdb_line(tinygate: Call, fake: FakeBuild) -> None:
    code, out, _ = tinygate("debug", "--dry-run")
    assert code == 0 and fake.builds == 0
    line = out.splitlines()[-1]
    assert line.startswith("gdb ")
    assert all(f"hbreak {place}" in line for place in judge_verbs.BREAKPOINTS)
    line = tinygate("debug", "--dry-run", "--step", "int80")[1].splitlines()[-1]
    assert line.endswith("-ex 'hbreak int80_entry'") and line.count("hbreak") == 1


@pytest.mark.skipif(
    not (shutil.which("gcc") and shutil.which("ld")), reason="gcc is missing: apt-get install gcc"
)
def test_debug_breaks_where_the_kernel_has_symbols(tmp_path: Path) -> None:
    page = '__asm__(".globl __kernel_vsyscall; __kernel_vsyscall = 0xffffe000");'
    (tmp_path / "a.c").write_text(page)
    compiler = toolchain.find_compiler()
    command = [*compiler.command, "-c", "a.c", "-o", "a.o"]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert judge_verbs.breakpoints_in(tmp_path / "a.o") == {"__kernel_vsyscall": "*0xffffe000"}
    (tmp_path / "a.c").write_text("void SYSENTER_RETURN(void) {} void int80_entry(void) {}")
    subprocess.run(command, cwd=tmp_path, check=True)
    assert judge_verbs.breakpoints_in(tmp_path / "a.o") == {"SYSENTER_RETURN": "SYSENTER_RETURN"}
    (tmp_path / "a.c").write_text("void int80_entry(void) {}")
    subprocess.run(command, cwd=tmp_path, check=True)
    assert judge_verbs.breakpoints_in(tmp_path / "a.o") == {"int80_entry": "int80_entry"}
