"""The set-up of a fresh checkout: what it does, when it does nothing, and when it begins again."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from builder.errors import BuildError, ExitCode, ToolError
from builder.tools import bootstrap, packages, venv_setup
from builder.tools.tool import Need, Tool

READY = venv_setup.STAMP_NAME.format("run")


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout without .venv, on a system where nothing is missing."""
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    monkeypatch.setattr(venv_setup, "ROOT", tmp_path)
    monkeypatch.setattr(venv_setup, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(venv_setup, "missing_tools", lambda _need: ())
    monkeypatch.setattr(venv_setup, "_venv_module_works", lambda: True)
    monkeypatch.setattr(venv_setup.stamp_text, "__defaults__", (tmp_path,))
    return tmp_path


@pytest.fixture
def steps(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands of the set-up, played: venv makes a .venv with a Python in it, pip nothing."""
    done: list[str] = []

    def run(command: Sequence[str], what: str, fix: str) -> None:
        assert what and fix
        is_new = "venv" in command
        assert not is_new or not (checkout / ".venv").exists()
        if is_new:
            (checkout / ".venv" / "bin").mkdir(parents=True)
            (checkout / ".venv" / "bin" / "python").symlink_to(sys.executable)
        done.append(what if is_new else f"{what}: {command[-1]}")

    monkeypatch.setattr(venv_setup, "_run", run)
    return done


MAKING, INSTALLING = "making the virtual environment", "installing the Python packages: ."


def test_fresh_checkout_is_set_up_once(checkout: Path, steps: list[str]) -> None:
    assert venv_setup.main([]) == ExitCode.OK
    assert steps == [MAKING, INSTALLING]
    assert (checkout / ".venv" / READY).read_text() == venv_setup.stamp_text(checkout)
    assert venv_setup.main([]) == ExitCode.OK
    assert steps == [MAKING, INSTALLING]


def test_second_run_makes_the_stamp_newer_so_that_make_is_content(
    checkout: Path, steps: list[str]
) -> None:
    venv_setup.main([])
    ready = checkout / ".venv" / READY
    os.utime(ready, (0, 0))
    venv_setup.main([])
    assert ready.stat().st_mtime > 0 and len(steps) == 2


@pytest.mark.parametrize(
    "half",
    [
        lambda venv: venv.mkdir(),
        lambda venv: venv.write_text("a file"),
        lambda venv: venv.symlink_to("nowhere"),
        lambda venv: ((venv / "bin").mkdir(parents=True), (venv / "junk").write_text("x")),
        lambda venv: (venv / READY).mkdir(parents=True),
    ],
)
def test_half_made_venv_is_remade(
    checkout: Path, steps: list[str], half: Callable[[Path], object]
) -> None:
    half(checkout / ".venv")
    assert venv_setup.main([]) == ExitCode.OK
    assert steps == [MAKING, INSTALLING]
    assert not (checkout / ".venv" / "junk").exists()
    assert venv_setup.ready_for(checkout / ".venv", venv_setup.stamp_text(checkout)) is Need.RUN


def test_what_was_set_up_for_run_is_not_enough_for_test(checkout: Path, steps: list[str]) -> None:
    venv = checkout / ".venv"
    venv_setup.main([])
    assert not venv_setup.stamp_of(venv, Need.TEST).exists()
    venv_setup.main(["--for", "test"])
    assert steps == [MAKING, INSTALLING, f"{INSTALLING}[test]"]  # into the same .venv
    venv_setup.main(["--for", "test"])
    venv_setup.main([])
    assert len(steps) == 3
    venv_setup.main(["--for", "all"])
    assert steps[3:] == [f"{INSTALLING}[test,dev]"]
    assert all(venv_setup.stamp_of(venv, need).exists() for need in Need)


def test_what_was_set_up_for_test_is_enough_for_run(checkout: Path, steps: list[str]) -> None:
    venv_setup.main(["--for", "test"])
    assert steps == [MAKING, f"{INSTALLING}[test]"]
    assert venv_setup.stamp_of(checkout / ".venv", Need.RUN).exists()
    venv_setup.main([])
    assert len(steps) == 2


def test_each_set_up_wants_its_own_tools_and_those_of_the_one_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tools = [Tool(need.word, "", need, "missing") for need in Need]
    monkeypatch.setattr(
        venv_setup.toolchain, "survey", lambda: (*tools, Tool("x", "", Need.RUN, "ok"))
    )
    assert venv_setup.missing_tools(Need.RUN) == ("run",)
    assert venv_setup.missing_tools(Need.TEST) == ("run", "test")
    assert venv_setup.missing_tools(Need.ALL) == ("run", "test", "all")


def test_changed_pyproject_installs_again(checkout: Path, steps: list[str]) -> None:
    venv_setup.main([])
    (checkout / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    venv_setup.main([])
    assert len(steps) == 4


def test_venv_whose_python_is_gone_is_remade(checkout: Path, steps: list[str]) -> None:
    venv_setup.main([])
    python = checkout / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3.9")
    venv_setup.main([])
    assert len(steps) == 4


def test_venv_of_another_python_is_remade(checkout: Path, steps: list[str]) -> None:
    venv_setup.main([])
    (checkout / ".venv" / READY).write_text("python 3.9\n")
    venv_setup.main([])
    assert len(steps) == 4


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (KeyboardInterrupt(), ExitCode.INTERRUPTED, "interrupted"),
        (BuildError("pip failed", fix="check the network"), ExitCode.BUILD, "check the network"),
        (OSError(28, "No space left on device", "x"), ExitCode.FILES, "No space"),
    ],
)
def test_failed_install_is_begun_again(
    checkout: Path,
    steps: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: ExitCode,
    text: str,
) -> None:
    run = venv_setup._run

    def fail_in_pip(command: Sequence[str], what: str, fix: str) -> None:
        run(command, what, fix)
        if "pip" in command:
            assert not list((checkout / ".venv").glob(".tinygate-*")), "the stamp must come last"
            raise error

    with monkeypatch.context() as patch:
        patch.setattr(venv_setup, "_run", fail_in_pip)
        assert venv_setup.main([]) == code
    assert text in capsys.readouterr().err
    assert not (checkout / ".venv" / READY).exists()
    assert venv_setup.main([]) == ExitCode.OK
    assert len(steps) == 4


def test_missing_system_packages_stop_before_the_venv_without_leave(
    checkout: Path,
    steps: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(tools: Sequence[str], _consent: object) -> None:
        raise ToolError(f"missing: {', '.join(tools)}", fix="sudo apt-get install nasm")

    monkeypatch.setattr(venv_setup, "missing_tools", lambda _need: ("nasm",))
    monkeypatch.setattr(venv_setup, "_venv_module_works", lambda: False)
    monkeypatch.setattr(packages, "install", refuse)
    assert venv_setup.main([]) == ExitCode.TOOL
    err = capsys.readouterr().err
    assert "missing: nasm, venv" in err and "fix: sudo apt-get install nasm" in err
    assert steps == [] and not (checkout / ".venv").exists()


@pytest.mark.parametrize(
    ("arguments", "environment", "yes"),
    [([], {}, False), (["--yes"], {}, True), ([], {"TINYGATE_YES": "1"}, True)],
)
def test_yes_reaches_the_installer(
    checkout: Path,
    steps: list[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    environment: dict[str, str],
    yes: bool,
) -> None:
    seen: list[packages.Consent] = []
    monkeypatch.setattr(venv_setup, "missing_tools", lambda _need: ("nasm",))
    monkeypatch.setattr(packages, "install", lambda _tools, consent: seen.append(consent))
    monkeypatch.delenv("TINYGATE_YES", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert venv_setup.main(arguments) == ExitCode.OK
    assert [consent.yes for consent in seen] == [yes]
    assert checkout.is_dir() and len(steps) == 2


def test_consent_reads_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert packages.Consent().ci
    monkeypatch.setenv("CI", "false")
    assert not packages.Consent().ci


@pytest.mark.parametrize("version", [(3, 9), (3, 6), (2, 7)])
def test_old_python_is_told_what_to_do(version: tuple[int, int]) -> None:
    text = bootstrap.check_python(version, "/usr/bin/python3")
    assert f"is Python {version[0]}.{version[1]}" in text
    assert "3.10 or later" in text and "make PYTHON=" in text


def test_new_python_is_fine() -> None:
    assert bootstrap.check_python((3, 10), "x") == bootstrap.check_python((4, 0), "x") == ""


def test_old_pythons_can_read_the_check(project_root: Path) -> None:
    source = (project_root / "builder/tools/bootstrap.py").read_text()
    ast.parse(source, feature_version=(3, 4))
    before_check = source.partition('if __name__ == "__main__":')[0]
    imports = [node for node in ast.walk(ast.parse(before_check)) if isinstance(node, ast.Import)]
    assert [name.name for node in imports for name in node.names] == ["sys"]


def test_set_up_needs_only_the_standard_library(project_root: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-S",
            "-c",
            "import builder.tools.venv_setup, builder.tools.doctor, builder.cli.fast",
        ],
        cwd=project_root,
        stderr=subprocess.PIPE,
        check=False,
    )
    assert done.stderr == b""


needs_make = pytest.mark.skipif(
    not shutil.which("make"), reason="make is missing: apt-get install make"
)


def started(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """make in `folder`, untouched by a make that runs these tests."""
    ours = ("STEP", "CONFIG", "SET", "ARGS", "MAKEFLAGS", "MAKELEVEL")
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(
        ["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )


def make(folder: Path, *arguments: str) -> str:
    """What a make prints that ends well."""
    done = started(folder, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_make
def test_make_runs_the_set_up_only_when_needed(checkout: Path, project_root: Path) -> None:
    """`make -n` prints what would be run."""
    shutil.copy(project_root / "Makefile", checkout)
    (checkout / "builder/tools").mkdir(parents=True)
    for path in ("pyproject.toml", "builder/tools/tool.py", "builder/tools/packages.py"):
        (checkout / path).touch()
        os.utime(checkout / path, (0, 0))
    ready, python = checkout / ".venv" / READY, checkout / ".venv/bin/python"

    def sets_up() -> bool:
        return "builder.tools.bootstrap" in make(checkout, "-n", "image")

    assert sets_up()
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    ready.write_text("")
    assert not sets_up()
    # It is older than the wanted packages, or than the list of tools.
    for path in ("pyproject.toml", "builder/tools/tool.py", "builder/tools/packages.py"):
        os.utime(checkout / path, (2, 2))
        os.utime(ready, (1, 1))
        assert sets_up()
        os.utime(ready, (3, 3))
        assert not sets_up()
        os.utime(checkout / path, (0, 0))
    python.unlink()
    python.symlink_to("/nowhere/python")
    assert sets_up()
    for target in ("help", "clean", "doctor"):
        assert "bootstrap" not in make(checkout, "-n", target)


@needs_make
def test_make_test_is_not_content_with_the_set_up_for_make_run(
    checkout: Path, project_root: Path
) -> None:
    shutil.copytree(project_root / "builder", checkout / "builder")
    shutil.copy(project_root / "Makefile", checkout)
    python = checkout / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    venv_setup.stamp_of(checkout / ".venv", Need.RUN).touch()
    assert "bootstrap" not in make(checkout, "-n", "run")
    assert "bootstrap --for test" in make(checkout, "-n", "test")
    venv_setup.stamp_of(checkout / ".venv", Need.TEST).touch()
    assert "bootstrap" not in make(checkout, "-n", "test")
    assert "bootstrap --for all" in make(checkout, "-n", "releases")
    assert "bootstrap --for test" not in make(checkout, "-n", "setup", "TOOLS=all")


@needs_make
@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["image"], "-m builder image"),
        (["image", "STEP=int80"], "-m builder image --step 'int80'"),
        (["run", "CONFIG=a.toml"], "-m builder run --config 'a.toml'"),
        (
            ["run", "SET=cpu.count=2 machine.cpu=qemu32,-sep", "ARGS=-v"],
            "-m builder run --set 'cpu.count=2' --set 'machine.cpu=qemu32,-sep' -v",
        ),
        (["run", "CONFIG=it's.toml"], r"-m builder run --config 'it'\''s.toml'"),
        (["test", "ARGS=-k config"], "-m builder test -n auto -k config"),
        (["debug", "STEP=sysenter"], "-m builder debug --step 'sysenter'"),
        (["bench"], "-m builder bench"),
    ],
)
def test_make_passes_its_variables_on(project_root: Path, arguments: list[str], line: str) -> None:
    last = make(project_root, "-n", *arguments).splitlines()[-1]
    assert " ".join(last.split()).endswith(line)


@needs_make
@pytest.mark.parametrize("word", ["step=int80", "STPE=int80"])
def test_a_misspelt_variable_is_named_and_nothing_is_made(project_root: Path, word: str) -> None:
    done = started(project_root, "-n", "run", word)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{word.partition('=')[0]}: there is no such variable; known are " in done.stderr


@needs_make
def test_make_takes_what_is_for_the_compiler_and_tinygate(project_root: Path) -> None:
    assert "builder run" in make(project_root, "-n", "run", "CC=gcc", "TINYGATE_TIMEOUT_SCALE=4")


@needs_make
def test_make_alone_prints_help(project_root: Path) -> None:
    out = make(project_root)
    targets = ["run", "test", "image", "debug", "doctor", "bench", "clean", "help"]
    assert all(f"  make {target} " in out for target in targets)
    assert "STEP=int80" in out
