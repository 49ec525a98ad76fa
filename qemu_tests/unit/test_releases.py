"""Trying releases: which, from where, in what kind of system, and what is left when it ends."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from builder.bench import releases
from builder.bench.releases import carried, chroot, mirror, plan, trials
from builder.bench.releases.plan import RELEASES, Release, Trial
from builder.errors import (
    BuildError,
    DebianUnavailableError,
    ExitCode,
    FileError,
    ToolError,
    UserError,
)
from builder.linux.debian.archive import Archive
from builder.tools import commands, tested
from builder.tools.tested import Counts, Part, Record

TRIXIE = RELEASES[1]
ADDRESS = "http://archive.example/debian/"
ARCHIVE = Archive((ADDRESS,), Path("/keys.gpg"))


def program(folder: Path, name: str, body: str) -> None:
    """A shell script that plays a program."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder at the front of the PATH; no chroot is made outside of it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("TINYGATE_CACHE", str(tmp_path / "cache"))
    return folder


@pytest.fixture
def log(tmp_path: Path) -> Iterator[IO[bytes]]:
    with (tmp_path / "log").open("wb") as stream:
        yield stream


# ---- which ----


def test_releases_are_named() -> None:
    assert plan.named(()) == RELEASES
    assert plan.named(("sid", "bookworm")) == (RELEASES[0], RELEASES[2])
    with pytest.raises(UserError, match="woody") as caught:
        plan.named(("sid", "woody"))
    assert "bookworm, trixie, sid" in caught.value.why


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('ID=debian\nVERSION_CODENAME=bookworm\nNAME="x"\n', "trixie"),
        ("ID=debian\nVERSION_CODENAME=trixie\n", "bookworm"),
        ("ID=debian\nVERSION_CODENAME=sid\n", "trixie"),
        ('ID=ubuntu\nVERSION_CODENAME="jammy"\n', "trixie"),
        (None, "trixie"),
    ],
)
def test_the_other_release_is_not_the_machines_own(
    tmp_path: Path, text: str | None, name: str
) -> None:
    if text is not None:
        (tmp_path / "os-release").write_text(text)
    assert plan.other(tmp_path / "os-release").name == name


def test_the_tests_of_the_set_up_are_there(project_root: Path) -> None:
    assert all((project_root / path).is_file() for path in plan.SHORT_TESTS)


# ---- from where ----

IN_RELEASE = "Origin: {}\nSuite: x\nCodename: {}\n"


@pytest.fixture
def web(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that plays the network: a file for each address, without its `:` and `/`."""
    folder = tmp_path / "web"
    folder.mkdir()
    helper = (
        'while [ "$1" != download-file ]; do shift; done; '
        f'from={folder}/$(echo "$2" | tr -d :/); [ -f "$from" ] && cp "$from" "$3" && exit; '
        "echo E: Failed to fetch: 404 Not Found >&2; echo E: Download Failed >&2; exit 100"
    )
    program(programs, "apt-helper", helper)
    monkeypatch.setattr(mirror, "APT_HELPER", programs / "apt-helper")
    return folder


def publish(web: Path, address: str, origin: str, codename: str) -> None:
    file = f"{address.rstrip('/')}/dists/{codename}/InRelease"
    name = file.translate({ord(c): None for c in ":/"})
    (web / name).write_text(IN_RELEASE.format(origin, codename))


def mirrors(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = Archive(addresses, ARCHIVE.keyring)
    monkeypatch.setattr("builder.linux.debian.archive.find_archive", lambda _names: found)


def test_the_mirror_is_one_of_the_machines_that_has_the_release(
    web: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = ("http://vendor.example/apt", "http://pi.example/x", "mirror+file:/etc/x")
    mirrors(monkeypatch, others[2], *others[:2], ADDRESS, "http://late.example/debian")
    publish(web, others[1], "Raspbian", "trixie")  # the same name, another system
    publish(web, others[2], "Debian", "trixie")  # debootstrap cannot speak that
    publish(web, ADDRESS, "Debian", "trixie")
    assert mirror.find_archive(TRIXIE) == ARCHIVE
    with pytest.raises(DebianUnavailableError, match="Debian sid") as caught:
        mirror.find_archive(RELEASES[2])
    assert "404 Not Found" in caught.value.why and caught.value.fix


@pytest.mark.parametrize("addresses", [(), ("mirror+file:/etc/x",)])
def test_no_mirror(web: Path, monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...]) -> None:
    assert web.is_dir()
    mirrors(monkeypatch, *addresses)
    with pytest.raises(DebianUnavailableError, match="Debian 13") as caught:
        mirror.find_archive(TRIXIE)
    assert "mirrors" in caught.value.why and caught.value.exit_code == ExitCode.TOOL


def test_no_archive_and_no_apt(web: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def find_archive(_names: object) -> Archive:
        raise DebianUnavailableError("cannot fetch", why="Debian's keys are not here", fix="x")

    monkeypatch.setattr("builder.linux.debian.archive.find_archive", find_archive)
    for why in ("Debian's keys are not here", "there is no apt here"):
        with pytest.raises(DebianUnavailableError, match="Debian 13") as caught:
            mirror.find_archive(TRIXIE)
        assert why in caught.value.why
        monkeypatch.setattr(mirror, "APT_HELPER", web / "nothing")


# ---- what is carried in ----

PIP_CONFIG = """\
:env:.timeout='9'
global.extra-index-url='https://a.example/simple\\nfile:///srv/simple'
global.cert="/etc/it's.pem"
install.no-deps='1'
download.dest='/x'
a warning
"""


def test_pip_settings_become_variables() -> None:
    assert carried.pip_settings(PIP_CONFIG) == {
        "PIP_TIMEOUT": "9",
        "PIP_EXTRA_INDEX_URL": "https://a.example/simple file:///srv/simple",
        "PIP_CERT": "/etc/it's.pem",
        "PIP_NO_DEPS": "1",
    }


def test_variables_say_how_to_reach_the_network_and_nothing_else(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(programs, "python", "echo \"global.cert='/a'\"; echo \"global.cache-dir='/b'\"")
    monkeypatch.setattr(carried.sys, "executable", str(programs / "python"))
    given = {"https_proxy": "p", "NO_PROXY": "n", "PIP_CERT": "/c", "PIP_LOG": "/l", "HOME": "/h"}
    assert carried.variables({**given, "SSL_CERT_DIR": "/s", "MY_PIP_X": "y"}) == {
        "https_proxy": "p",
        "NO_PROXY": "n",
        "PIP_CERT": "/c",  # the variable wins
        "SSL_CERT_DIR": "/s",
    }


def test_paths_of_the_machine_are_seen_below_host(tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    values = {
        "A": f"{tmp_path}/wheels file://{tmp_path}/wheels/ /no/such/path",
        "B": f"https://example{tmp_path} 180",
        "C": f'Acquire::https::CaInfo "{tmp_path}";\n',
    }
    moved, mounts = carried.inside(values)
    inner = f"/mnt/host{tmp_path}"
    assert moved["A"] == f"{inner}/wheels file://{inner}/wheels/ /no/such/path"
    assert moved["B"] == values["B"]
    assert moved["C"] == f'Acquire::https::CaInfo "{inner}";\n'
    assert mounts == (carried.mount_point(tmp_path),) and mounts[0].is_mount()
    assert carried.inside({"A": "x"}) == ({"A": "x"}, ())


def test_apt_is_told_the_way_and_not_which_lists_to_fetch() -> None:
    kept = [
        'Acquire::http::Proxy "http://p.example:3128";',
        'Acquire::http::Proxy::archive.example "DIRECT";',
        'Acquire::Check-Valid-Until "false";',
    ]
    dropped = [
        'APT::Architecture "amd64";',
        'Acquire "";',
        'Acquire::http::Proxy "";',
        'Acquire::http::Proxy-Auto-Detect "/usr/bin/detect";',
        'Acquire::IndexTargets::deb::DEP-11::MetaKey "x";',
        'Dir::Cache "var/cache/apt";',
    ]
    assert carried.apt_lines([*dropped, *kept]) == "".join(f"{line}\n" for line in kept)


# ---- where it cannot be done ----


def test_only_root_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ToolError, match="not root") as caught:
        chroot.check_machine()
    assert "sudo" in caught.value.fix


def test_debootstrap_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda *_name, **_path: None)
    with pytest.raises(ToolError, match="debootstrap is missing"):
        chroot.check_machine()


def test_mounts_have_to_be_allowed(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    program(programs, "debootstrap", "echo debootstrap 1.0.128")
    program(programs, "unshare", "echo unshare failed: Operation not permitted >&2; exit 1")
    with pytest.raises(ToolError, match="may not mount") as caught:
        chroot.check_machine()
    assert "Operation not permitted" in caught.value.why


# ---- a system ----

WITHOUT_NAMESPACES = 'while [ "${1#-}" != "$1" ]; do shift; done; exec "$@"'


def test_debootstrap_that_breaks_half_way_leaves_nothing(
    programs: Path, tmp_path: Path, log: IO[bytes]
) -> None:
    program(programs, "unshare", WITHOUT_NAMESPACES)
    program(
        programs,
        "debootstrap",
        'if [ "$1" = --version ]; then echo debootstrap 1.0; exit; fi; '
        'mkdir "$7" || exit; echo "W: old"; echo "E: Couldn\'t download bash"; echo bye; exit 1',
    )
    left = tmp_path / "t" / "root" / "of a run that was killed"
    left.mkdir(parents=True)
    with (
        pytest.raises(DebianUnavailableError, match="Debian 13") as caught,
        chroot.made(TRIXIE, ARCHIVE, tmp_path / "t", log),
    ):
        pytest.fail("there is no system")
    assert "Couldn't download bash" in caught.value.why
    assert sorted(path.name for path in (tmp_path / "t").iterdir()) == ["downloads", "pip-root"]


def test_debootstrap_that_says_nothing(programs: Path, tmp_path: Path, log: IO[bytes]) -> None:
    log.write(b"E: of something before\n")
    program(programs, "unshare", WITHOUT_NAMESPACES)
    program(programs, "debootstrap", 'if [ "$1" = --version ]; then echo 1.0; exit; fi; exit 9')
    with (
        pytest.raises(DebianUnavailableError) as caught,
        chroot.made(TRIXIE, ARCHIVE, tmp_path / "t", log),
    ):
        pytest.fail("there is no system")
    assert "status 9" in caught.value.why and log.name in caught.value.why


def _may_mount() -> bool:
    command = [*chroot.NAMESPACES, "mount", "--make-rprivate", "/"]
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


needs_root = pytest.mark.skipif(
    not _may_mount(), reason="needs root, and leave to mount: sudo make test"
)
# A system that consists of this machine's own programs.
SYSTEM = """\
if [ "$1" = --version ]; then echo debootstrap 1.0; exit; fi
for last in "$@"; do before=$root; root=$last; done
root=$before
mkdir -p "$root/proc" "$root/dev/pts" "$root/dev/shm" "$root/tmp" "$root/root" "$root/usr"
mkdir -p "$root/etc/apt/apt.conf.d" "$root/etc/sudoers.d"
for name in bin sbin lib lib32 lib64 libx32; do
    [ ! -e "/$name" ] || ln -s "usr/$name" "$root/$name"
done
cp /etc/passwd /etc/group "$root/etc"
mknod -m 666 "$root/dev/null" c 1 3
echo "$@" > "$root/arguments"
"""


@pytest.fixture
def system(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Trial], Record]:
    """Tries a trial in such a system, with a repository of its own."""
    program(programs, "debootstrap", SYSTEM)
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (checkout / "file").write_text("committed\n")
    git = ["git", "-C", str(checkout), "-c", "user.name=x", "-c", "user.email=x@example.com"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "x"]):
        subprocess.run([*git, *words], check=True)
    (checkout / "file").write_text("not committed\n")
    monkeypatch.setattr(trials, "find_archive", lambda _release: ARCHIVE)
    monkeypatch.setattr(trials, "_versions", lambda *_where: {"nasm": "3.1"})
    real = chroot.Chroot.run

    def with_programs(self: chroot.Chroot, *words: object, **options: object) -> int:
        usr = (Path("/usr"), "/usr", "ro")
        object.__setattr__(self, "mounts", (*self.mounts, usr))
        return real(self, *words, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(chroot.Chroot, "run", with_programs)

    def try_it(trial: Trial) -> Record:
        return trials.try_release(
            TRIXIE,
            (trial,),
            checkout=checkout,
            log_dir=tmp_path / "logs",
            user="root",
            say=print,
        )

    return try_it


def shell(script: str, *, counts: bool = False) -> Trial:
    return Trial("x", (("/bin/sh", "-c", script),), counts)


@needs_root
def test_a_trial_runs_in_a_fresh_clone_in_a_system_of_its_own(
    system: Callable[[Trial], Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_RETRIES", "7")
    monkeypatch.setenv("NOBODYS_BUSINESS", "1")
    script = (
        "pwd; cat file; cat /arguments; echo retries $PIP_RETRIES, yes $TINYGATE_YES; "
        "echo ${NOBODYS_BUSINESS:-not carried}; ls /var/cache/pip && touch /var/cache/pip/new; "
        "ls -d /mnt/host || true; read word || echo no input"
    )
    record = system(shell(script))
    assert record.ok and record.parts[0].status == 0 and record.parts[0].tests is None
    assert (record.release, record.number, record.user) == ("trixie", "13", "root")
    text = (tmp_path / "logs" / "trixie.log").read_text()
    assert "/root/tinygate\ncommitted\n" in text
    assert f"trixie {tmp_path}/cache/releases/trixie/root {ADDRESS}\n" in text
    assert "retries 7, yes 1\nnot carried\n" in text and "no input\n" in text
    folder = tmp_path / "cache" / "releases" / "trixie"
    assert (folder / "pip-root" / "new").exists() and not (folder / "root").exists()


@needs_root
def test_nothing_stays_mounted_or_running(
    system: Callable[[Trial], Record], tmp_path: Path
) -> None:
    mark = f"{600 + os.getpid() / 1e7:.7f}"  # seconds that nobody else waits
    script = f"sleep {mark} & setsid sleep {mark} & grep -c . /proc/mounts; ls /dev/pts /dev/shm"
    assert system(shell(script)).ok
    assert str(tmp_path) not in Path("/proc/self/mountinfo").read_text()
    words = [path.read_bytes() for path in _command_lines()]
    assert not [line for line in words if mark.encode() in line and line.startswith(b"sleep")]


def _command_lines() -> Iterator[Path]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        if path.exists():
            yield path


NOTHING = Counts(0, 0, 0)


@needs_root
@pytest.mark.parametrize(
    ("script", "status", "counts", "ok"),
    [
        ("exit 3", 3, NOTHING, False),
        ("kill -9 $$", 137, NOTHING, False),
        ("echo half > /tmp/results.xml; exit 1", 1, NOTHING, False),
        (
            "echo '<testsuites><testsuite tests=\"9\" failures=\"2\" errors=\"1\" skipped=\"4\"/>"
            "</testsuites>' > /tmp/results.xml; [ \"$PYTEST_ADDOPTS\" ]",
            *(0, Counts(2, 3, 4), False),
        ),
        (
            "echo '<testsuite tests=\"9\" failures=\"0\" errors=\"0\" skipped=\"4\"/>'"
            " > /tmp/results.xml",
            *(0, Counts(5, 0, 4), True),
        ),
    ],
)  # fmt: skip
def test_what_comes_of_a_trial_is_told_as_it_is(
    system: Callable[[Trial], Record], script: str, status: int, counts: Counts, ok: bool
) -> None:
    record = system(shell(script, counts=True))
    assert (record.parts[0].status, record.parts[0].tests, record.ok) == (status, counts, ok)


@needs_root
def test_a_test_suite_that_counted_nothing_is_no_pass(
    system: Callable[[Trial], Record],
) -> None:
    assert not system(shell("true", counts=True)).ok


@needs_root
def test_of_a_trial_that_fails_the_end_of_the_log_is_shown(
    system: Callable[[Trial], Record], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not system(shell("seq 100; exit 3")).ok
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "Debian 13: x: FAILED with status 3, 0 s"
    assert lines[2] == f"the end of {tmp_path}/logs/trixie.log:"
    assert lines[3:] == [f"  {number}" for number in range(71, 101)]
    assert system(shell("seq 100")).ok
    assert "the end of" not in capsys.readouterr().out


@needs_root
def test_orphans_are_waited_for(system: Callable[[Trial], Record]) -> None:
    """One whose parent has ended is gone when it ends, as tests of our own expect it."""
    orphan = "sh -c 'true & echo $! > /tmp/orphan'"
    gone = "while [ -e /proc/$(cat /tmp/orphan) ]; do :; done"
    assert system(shell(f"{orphan}; {gone}")).ok


@needs_root
def test_the_next_command_needs_the_one_before(
    system: Callable[[Trial], Record], tmp_path: Path
) -> None:
    trial = Trial("x", (("true",), ("false",), ("touch", "/var/cache/pip/third")))
    assert system(trial).parts[0].status == 1
    assert not (tmp_path / "cache" / "releases" / "trixie" / "pip-root" / "third").exists()


@needs_root
def test_what_hangs_is_ended(
    system: Callable[[Trial], Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "COMMAND_TIMEOUT_S", 1.0)
    with pytest.raises(commands.TimedOutError):
        system(shell("sleep 3600"))
    assert not (tmp_path / "cache" / "releases" / "trixie" / "root").exists()


def test_what_is_no_repository_cannot_be_tried(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="nothing here that could be cloned"):
        trials.try_release(
            TRIXIE, (), checkout=tmp_path, log_dir=tmp_path, user="root", say=lambda _text: None
        )


# ---- the record ----


def record(name: str = "trixie", number: str = "13", *, status: int = 0) -> Record:
    parts = (Part("make run", 0, 40), Part("make test", status, 950, Counts(7, 0, 2)))
    versions = {"cc": "14.2.0", "nasm": f"2.{number}"}
    return Record(name, number, "2026-11-29", "0123456789", "root", versions, parts)


def test_the_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    records = [record(), record("sid", "sid", status=2)]
    tested.save(records, tmp_path / "tested.json")
    assert list(tested.load(tmp_path / "tested.json")) == records
    assert [path.name for path in tmp_path.iterdir()] == ["tested.json"]


@pytest.mark.parametrize("text", ["", "{}x", '[{"release": "x"}]', "[1]", '{"a": 1}'])
def test_a_damaged_record_is_one_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "tested.json").write_text(text)
    with pytest.raises(FileError, match="cannot be read"):
        tested.load(tmp_path / "tested.json")


def test_the_committed_record_is_of_releases_that_are_tested() -> None:
    names = [one.release for one in tested.load()]
    assert names == [row.name for row in RELEASES if row.name in names]


def test_a_new_record_takes_the_place_of_the_old_one() -> None:
    old = [record("bookworm", "12"), record("gone", "1"), record("sid", "sid")]
    new = record("trixie", "13")
    assert trials.merged(old, new) == [old[0], new, old[2]]
    again = record("trixie", "13", status=2)
    assert trials.merged([old[0], new], again) == [old[0], again]


def test_versions_are_known_to_be_good_if_all_tests_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "tested.json"
    tested.save([record("bookworm", "12"), record(), record("sid", "99", status=1)], file)
    monkeypatch.setattr(tested.load, "__defaults__", (file,))
    assert tested.good_versions("nasm") == ("2.12", "2.13")
    assert tested.good_versions("cc") == ("14.2.0",)
    assert tested.good_versions("gdb") == ()


def test_releases_are_compared_in_columns() -> None:
    headings, rows = tested.comparison([record("bookworm", "12"), record(status=2)])
    assert headings == ["", "Debian 12, 2026-11-29", "Debian 13, 2026-11-29"]
    by_name = {row[0]: row[1:] for row in rows}
    assert by_name["GCC, binutils, clang"] == ["14.2.0, -, -", "14.2.0, -, -"]
    assert by_name["NASM, QEMU, Python, gdb"] == ["2.12, -, -, -", "2.13, -, -, -"]
    assert by_name["make test"] == [
        "pass, 7 passed, 0 failed, 2 skipped, 950 s",
        "FAILED with status 2, 7 passed, 0 failed, 2 skipped, 950 s",
    ]


# ---- the verb ----


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, object]:
    """What comes of each release by its name, an error or a record; what was recorded is a file."""
    outcomes: dict[str, object] = {}

    def try_release(release: Release, trials: object, **_how: object) -> Record:
        outcome = outcomes[release.name]
        if isinstance(outcome, Exception):
            raise outcome
        assert isinstance(outcome, Record)
        outcomes["trials"] = trials
        return outcome

    monkeypatch.setattr(releases, "try_release", try_release)
    monkeypatch.setattr(releases, "check_machine", lambda: None)
    file = tmp_path / "tested.json"
    tested.save([record("bookworm", "12")], file)
    monkeypatch.setattr(tested.load, "__defaults__", (file,))
    monkeypatch.setattr(tested.save, "__defaults__", (file,))
    outcomes["file"] = file
    return outcomes


Verb = Callable[..., tuple[int, str, str]]


def test_a_release_that_fails_keeps_no_other_from_being_tried(
    tries: dict[str, object], tinygate: Verb
) -> None:
    tries["trixie"] = DebianUnavailableError("cannot make a system of trixie", why="no network")
    tries["sid"] = record("sid", "sid")
    code, out, err = tinygate("releases", "trixie", "sid")
    assert code == ExitCode.TOOL and "cannot make a system of trixie" in err
    assert "Debian sid" in out
    assert [one.release for one in tested.load()] == ["bookworm", "sid"]


def test_the_status_says_if_all_passed(tries: dict[str, object], tinygate: Verb) -> None:
    tries["sid"] = record("sid", "sid")
    assert tinygate("releases", "sid")[0] == ExitCode.OK
    assert tries["trials"] == plan.NEWCOMER
    tries["sid"] = record("sid", "sid", status=2)
    code, out, _ = tinygate("releases", "sid", "--json")
    assert code == ExitCode.VERDICT
    assert json.loads(out)[0]["parts"][1]["status"] == 2


def test_the_short_forms_record_nothing(tries: dict[str, object], tinygate: Verb) -> None:
    tries[plan.other().name] = record(status=1)
    before = Path(str(tries["file"])).read_bytes()
    assert tinygate("releases", "--short")[0] == ExitCode.VERDICT
    assert tries["trials"] == plan.SHORT
    assert tinygate("releases", "--rules", plan.other().name)[0] == ExitCode.VERDICT
    assert tries["trials"] == plan.ONLY_RULES
    assert Path(str(tries["file"])).read_bytes() == before


def test_an_unknown_release_and_a_machine_where_it_cannot_be_done(
    tinygate: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, err = tinygate("releases", "woody")
    assert code == ExitCode.USAGE and "woody" in err
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    code, _, err = tinygate("releases", "trixie")
    assert code == ExitCode.TOOL and "not root" in err


def test_what_the_system_does_not_say_is_an_error(
    tmp_path: Path, log: IO[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chroot.Chroot, "run", lambda *_words, **_options: 1)
    with pytest.raises(BuildError, match="which tools"):
        trials._versions(chroot.Chroot(tmp_path, log), "/", "root")
