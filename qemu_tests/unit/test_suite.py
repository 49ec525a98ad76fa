"""How the tests are run: which of them are quick, in which order, and what is told meanwhile."""

from __future__ import annotations

import io
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from xdist.remote import Producer

from builder.config.step import STEPS
from builder.errors import UserError
from qemu_tests.defects import checks as checks_defects
from qemu_tests.defects import linux as linux_defects
from qemu_tests.suite import kinds, times
from qemu_tests.suite.conditions import Limit, settle_environment, settle_limit
from qemu_tests.suite.kinds import KINDS, Kind, kind_of, quick
from qemu_tests.suite.plugin import pytest_pycollect_makeitem
from qemu_tests.suite.progress import Progress, again, is_terminal
from qemu_tests.suite.shares import Shares, share
from qemu_tests.suite.times import Remaining, in_words, longest_first, table

HERE = Path(__file__).resolve().parents[1]
FILES = sorted(path.relative_to(HERE).as_posix() for path in HERE.rglob("test_*.py"))


# ---- kinds, and what is quick ----


@pytest.mark.parametrize("file", FILES)
def test_every_file_is_of_a_kind(file: str) -> None:
    assert kind_of(f"qemu_tests/{file}::test"), f"{file}: give it a row in suite/kinds.py"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_row_is_about_tests_that_there_are(kind: Kind) -> None:
    text = ""
    for pattern in kind.files:
        matched = [file for file in FILES if fnmatch(file, pattern)]
        assert matched, pattern
        text += "".join((HERE / file).read_text(encoding="utf-8") for file in matched)
    for name in (*kind.only, *kind.too_long):
        assert f"\ndef {name}(" in text, name


def _item(file: str, function: str, **params: object) -> Any:
    path = Path("qemu_tests") / file
    name = f"{function}[{'-'.join(map(str, params.values()))}]" if params else function
    made = SimpleNamespace(nodeid=f"{path}::{name}", path=path, name=name, originalname=function)
    if params:
        made.callspec = SimpleNamespace(params=params)
    return made


def _chosen(items: Iterable[Any]) -> list[str]:
    return [item.name for item in quick(items)]


def test_quick_takes_all_of_some_kinds_and_the_first_of_others() -> None:
    values = [_item("unit/test_ktap.py", "test_a", n=n) for n in range(3)]
    assert _chosen(values) == ["test_a[0]", "test_a[1]", "test_a[2]"]
    values = [_item("linux/test_exec.py", "test_a", n=n) for n in range(3)]
    assert _chosen([*values, _item("linux/test_exec.py", "test_b")]) == ["test_a[0]", "test_b"]
    others = [_item("linux/test_exec_terminal.py", "test_a", n=n) for n in range(2)]
    assert _chosen([*values, *others]) == ["test_a[0]", "test_a[0]"]


def test_quick_leaves_out_what_takes_long_and_takes_what_nobody_knows() -> None:
    long = next(kind for kind in KINDS if kind.too_long)
    assert _chosen([_item(long.files[0], long.too_long[0])]) == []
    few = next(kind for kind in KINDS if kind.only)
    assert _chosen([_item(few.files[0], name) for name in ("test_a", few.only[0])]) == [few.only[0]]
    assert _chosen([_item("new/test_new.py", "test_a", n=n) for n in (1, 2)]) != ["test_a[1]"]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_quick_makes_no_test_of_a_function_of_which_it_takes_none(kind: Kind) -> None:
    nodeid = f"qemu_tests/{kind.files[0].replace('*', '_x')}"

    def made(function: str, *, quick: bool = True) -> list[pytest.Item] | None:
        config = SimpleNamespace(option=SimpleNamespace(quick=quick))
        collector: Any = SimpleNamespace(nodeid=nodeid, config=config)
        return pytest_pycollect_makeitem(collector, function)

    assert all(made(function) == [] for function in kind.too_long)
    assert all(made(function) is None for function in (*kind.only, "helper"))
    assert all(made(function, quick=False) is None for function in kind.too_long)
    none = kind.only or kind.sample is kinds.no_test
    assert made("test_of_another_name") == ([] if none else None)


def test_every_damaged_kernel_stands_in_a_file() -> None:
    params = [{"defect": row, "step": step} for row in checks_defects.DEFECTS for step in row.steps]
    params += [{"defect": row} for row in (*linux_defects.DEFECTS, *linux_defects.TERMINAL)]
    homes = {
        kinds.damage_of_each_file(_item("boot/test_defects.py", "test", **chosen))
        for chosen in params
    } - {None}  # of those that are left out
    folders = (HERE / "defects" / "checks", HERE / "defects" / "linux")
    files = {path.stem for folder in folders for path in folder.glob("*.py")}
    found = {str(home[1]).rpartition(".")[2] for home in homes}  # type: ignore[index]
    assert found == files - {"__init__", "defect", "vdso", "multitasking"}


def test_the_page_on_damaged_kernels_shows_rows_that_are_there() -> None:
    folder = HERE / "defects"
    shown = re.findall(r"```text\n(.*?)```", (folder / "README.md").read_text(), re.DOTALL)
    tables = [path.read_text() for path in folder.glob("*/*.py")]
    assert shown
    for row in shown:
        assert any(row in table for table in tables), row


def _collected(root: Path, seed: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "--quick", "qemu_tests/boot"],
        cwd=root,
        env={"PATH": "/usr/bin:/bin", "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return [line for line in done.stdout.splitlines() if "::" in line]


def test_quick_is_the_same_each_time_and_boots_every_steps_checks(project_root: Path) -> None:
    chosen = _collected(project_root, "1")
    assert chosen == _collected(project_root, "2")
    boots = [test.partition("[")[2] for test in chosen if "::test_boots_and_passes[" in test]
    assert {boot.partition("-")[0] for boot in boots} == set(STEPS)
    assert all("-checks-" in boot for boot in boots)
    assert {kinds.kind_of(test) for test in chosen} == {
        kinds.kind_of(file) for file in FILES if file.startswith("boot/")
    }


# ---- times ----


def test_long_tests_come_first_and_the_others_stay_in_order() -> None:
    recorded = {"b": 9.0, "d": 3.0, "c": 0.1, "e": 30.0}
    assert longest_first("abcde", recorded) == ["e", "b", "d", "a", "c"]


@pytest.mark.parametrize(
    ("tests", "long", "number"),
    [
        (["unit/test_ktap.py::a", "unit/test_ktap.py::b[1]", "unit/test_model.py::a"], (), 2),
        (["unit/test_ktap.py::a"] * 3, (), 3),
        (["unit/test_ktap.py::a", "unit/test_ktap.py::b"], ("a",), 1),
        (["unit/test_ktap.py::a", "unit/test_ktap.py::b"], ("b",), 1),
        (["boot/test_loader.py::a", "boot/test_loader.py::b"], (), 1),
        (["new/test_new.py::a", "new/test_new.py::b"], (), 1),
    ],
)
def test_a_share_is_of_one_file_and_of_no_long_test(
    tests: list[str], long: tuple[str, ...], number: int
) -> None:
    of_them = {f"qemu_tests/{test}" for test in tests if test.rpartition("::")[2] in long}
    assert share([f"qemu_tests/{test}" for test in tests], of_them) == number


class Node:
    """A worker, as the scheduler sees it."""

    gateway = SimpleNamespace(id="gw")

    def __init__(self) -> None:
        self.shares: list[list[int]] = []
        self.shutting_down = False

    def send_runtest_some(self, indices: list[int]) -> None:
        self.shares.append([*indices])

    def shutdown(self) -> None:
        self.shutting_down = True


def test_each_test_is_dealt_out_once_and_one_file_to_all_workers() -> None:
    config = SimpleNamespace(getvalue=lambda _: ["2*popen"], getoption=lambda _: 1)
    scheduler: Any = Shares(config, Producer("test"), ())
    tests = [f"qemu_tests/unit/test_ktap.py::t{n}" for n in range(21)]
    nodes = [Node(), Node()]
    for node in nodes:
        scheduler.add_node(node)
    for node in nodes:
        scheduler.add_node_collection(node, tests)
    scheduler.schedule()
    ran: list[int] = []
    while scheduler.has_pending:
        for node in nodes:
            for test in scheduler.node2pending[node][:1]:
                ran.append(test)
                scheduler.mark_test_complete(node, test)
    assert sorted(ran) == [*range(21)]
    assert all(len(one) <= 5 for node in nodes for one in node.shares)
    assert all(node.shutting_down and len(node.shares) >= 2 for node in nodes)


def test_what_remains_is_learnt_from_what_has_ended() -> None:
    tests = [f"qemu_tests/boot/test_loader.py::t{n}" for n in range(1000)]
    each = times.guess(tests[0], {})
    remaining = Remaining(tests, {}, 2)
    assert remaining.seconds == pytest.approx(1000 * each / 2)
    for test in tests[:500]:
        remaining.ended(test, 4 * each)
    assert 0.8 * 4 < remaining.seconds / (500 * each / 2) < 4
    for test in tests[500:]:
        remaining.ended(test, each)
    assert remaining.seconds == 0


def test_one_long_test_takes_as_long_however_many_run_at_a_time() -> None:
    assert Remaining(["a", "b"], {"a": 60.0, "b": 1.0}, 8).seconds == 60


def test_a_test_that_was_measured_is_not_guessed() -> None:
    test = "qemu_tests/unit/test_x.py::test"
    assert times.guess(test, {test: 7.0}) == 7.0
    assert times.guess(test, {}) == KINDS[-1].about_s
    assert times.guess("elsewhere.py::test", {}) == times.UNKNOWN_S


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": "b"}', '{"a": -1}', "\0", "[" * 9999])
def test_a_record_that_is_none_is_passed_over(tmp_path: Path, text: str) -> None:
    assert times.read_record(tmp_path) == {}
    file = tmp_path / ".pytest_cache" / "v" / times.KEY
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert times.read_record(tmp_path) == {}


def test_the_table_has_sums_by_kind_and_the_slowest() -> None:
    recorded = {f"qemu_tests/linux/test_exec.py::t{n}": 1.5 for n in range(4)}
    recorded["qemu_tests/boot/test_matrix.py::test[a b]"] = 14.0
    cpu_s = {test: seconds / 2 for test, seconds in recorded.items()}
    lines = table(recorded, cpu_s, 2).splitlines()
    assert [line.split() for line in lines[:4]] == [
        ["kind", "tests", "seconds", "share", "slowest", "CPU", "s"],
        ["steps", "and", "machines", "1", "14.0", "70.0%", "14.0", "7.0"],
        ["exec", "4", "6.0", "30.0%", "1.5", "3.0"],
        ["all", "5", "20.0", "100.0%", "14.0", "10.0"],
    ]
    assert lines[-2:] == [
        "    14.0      7.0  qemu_tests/boot/test_matrix.py::test[a b]",
        "     1.5      0.8  qemu_tests/linux/test_exec.py::t0",
    ]
    assert "make test" in table({}, {})
    assert table({"a": 0.0}, {})


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "5 s"), (42, "40 s"), (89, "90 s"), (100, "2 min"), (900, "15 min")]
)
def test_an_estimate_does_not_pretend(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


# ---- progress ----


class Clock:
    """Time as the test wants it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _run(terminal: bool, failing: str = "") -> str:
    """What is told of eleven tests that take ten seconds each."""
    clock, out = Clock(), io.StringIO()
    progress = Progress(out, terminal, clock)
    tests = [f"test_{n}" for n in range(11)]
    progress.begin(Remaining(tests, dict.fromkeys(tests, 10.0), 1))
    for test in tests:
        clock.now += 10
        progress.ended(test, 10.0, failed=test == failing)
    progress.end()
    return out.getvalue()


def test_a_log_gets_a_line_now_and_then_and_no_control_characters() -> None:
    assert _run(terminal=False, failing="test_3").splitlines() == [
        "0 of 11 tests, about 2 min to go",
        "3 of 11 tests, about 80 s to go",
        "FAILED test_3",
        "6 of 11 tests, 1 failed, about 50 s to go",
        "9 of 11 tests, 1 failed, about 20 s to go",
    ]
    assert all(c.isprintable() or c == "\n" for c in _run(terminal=False))


def test_on_a_terminal_one_line_is_rewritten_and_gone_at_the_end() -> None:
    told = _run(terminal=True, failing="test_3")
    assert told.count("\n") == 1 and "\r\x1b[KFAILED test_3\n" in told
    assert "\r\x1b[K5 of 11 tests, 1 failed, about 60 s to go" in told
    assert told.endswith("\r\x1b[K11 of 11 tests, 1 failed\r\x1b[K")


def test_a_narrow_terminal_is_not_written_past(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    assert max(len(line) for line in _run(terminal=True).split("\r\x1b[K")) == 19


def test_a_dumb_terminal_is_a_log() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert is_terminal(Terminal(), {"TERM": "xterm"})
    assert not is_terminal(Terminal(), {"TERM": "dumb"})
    assert not is_terminal(Terminal(), {})
    assert not is_terminal(io.StringIO(), {"TERM": "xterm"})


@pytest.mark.parametrize(
    "test", ["a.py::b", "a.py::b[c d]", 'a.py::b[it\'s "$(touch x)" `y` \\n a::b]']
)
def test_the_line_to_paste_gives_pytest_the_same_words(tmp_path: Path, test: str) -> None:
    line = again(test, tmp_path)
    words = shlex.split(line)
    assert words[-1] == test
    shown = subprocess.run(
        ["sh", "-c", f"printf '%s\\n' {line}"], cwd=tmp_path, capture_output=True, check=True
    )
    assert shown.stdout.decode().splitlines() == words
    assert list(tmp_path.iterdir()) == []


def test_the_line_to_paste_is_short_where_it_is_pasted() -> None:
    root = Path(sys.prefix).parent
    if not (Path(sys.prefix) / "bin" / "tinygate").is_file():
        pytest.skip("tinygate is not installed in this Python: make setup")
    assert again("a.py::b", root) == f"{Path(sys.prefix).name}/bin/tinygate test a.py::b"


# ---- conditions ----


def test_variables_that_are_not_meant_for_us_are_dropped() -> None:
    environ = {"TINYGATE_CACHE": "c", "https_PROXY": "p", "PATH": "/bin", "HOME": "/h"}
    odd = {"LANG": "de", "LC_TIME": "de", "TERM": "vt52", "BASH_ENV": "x", "CCACHE_DISABLE": "1"}
    settled = {**environ, **odd}
    settle_environment(settled)
    ours = {"CCACHE_DIR": str(Path("c/ccache").absolute()), "CCACHE_MAXSIZE": "500M"}
    assert settled == {**environ, **ours, "LC_ALL": "C.UTF-8", "TERM": "dumb"}


def test_python_is_compiled_once_even_where_none_shall_stand_beside_its_sources() -> None:
    environ = {"PYTHONDONTWRITEBYTECODE": "1", "PATH": "/bin", "HOME": "/h"}
    settle_environment(environ)
    assert "PYTHONDONTWRITEBYTECODE" not in environ
    assert environ["PYTHONPYCACHEPREFIX"].endswith("/.pytest_cache/pycache")
    own = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": "/own"}
    settle_environment(own)
    assert own["PYTHONPYCACHEPREFIX"] == "/own"


def test_who_has_no_home_has_a_folder_to_write_to(monkeypatch: pytest.MonkeyPatch) -> None:
    environ: dict[str, str] = {}
    monkeypatch.setattr("os.getuid", lambda: 987654)
    settle_environment(environ)
    assert Path(environ["HOME"]).is_dir()
    assert environ["PATH"]


def test_a_limit_that_is_too_low_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _number: (1, 1 << 20))
    with pytest.raises(UserError) as caught:
        settle_limit(Limit("FSIZE", None, 64 << 20, "-f", 1024))
    assert str(caught.value.where) == "ulimit -f"
    assert "at least 65536, not 1024" in caught.value.what
