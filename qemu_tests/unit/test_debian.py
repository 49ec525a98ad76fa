"""Debian packages: fetched, verified, unpacked, kept; with tools that only look like apt's.

Where they are fetched from is in test_debian_archive.py.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from builder.boot.patience import BACKSTOP_S
from builder.errors import DebianUnavailableError, ExitCode
from builder.linux.debian import PACKAGES, Wanted, fetch, named, stored
from builder.linux.debian.apt import Apt, parse_releases
from builder.linux.debian.output import complaint_in
from qemu_tests.unit.debian_kit import Archive

Call = Callable[..., tuple[int, str, str]]


ONE, TWO = Wanted("one", "first"), Wanted("two", "second")


def test_packages_are_unpacked_and_named_with_their_version(archive: Archive) -> None:
    said: list[str] = []
    got = fetch([ONE, TWO], progress=said.append)
    assert list(got) == ["one", "two"]
    assert (got["one"].root / "usr/bin/one").read_text() == "1"
    assert (got["two"].package, got["two"].version) == ("two", "1:2-3")
    assert archive.log() == ["update", "download one=1:2-3", "download two=1:2-3"]
    assert said[1:] == ["fetching one 1:2-3", "fetching two 1:2-3"]


def test_what_is_there_is_not_fetched_again_nor_any_tool_asked(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fetch([ONE])
    monkeypatch.setenv("PATH", "/nowhere")
    assert fetch([ONE]) == before == stored([ONE, TWO])
    assert archive.log() == ["update", "download one=1:2-3"]


def test_what_is_there_is_given_while_another_process_fetches(
    archive: Archive, tmp_path: Path
) -> None:
    fetch([ONE])
    with (tmp_path / "cache" / "debian" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert list(fetch([ONE])) == ["one"]
    assert archive.log().count("update") == 1


def test_what_is_there_of_another_release_is_fetched_again(
    archive: Archive, tmp_path: Path
) -> None:
    fetch([ONE])
    file = tmp_path / "cache" / "debian" / "one" / "package.json"
    whole = file.read_text()
    for text in (whole.replace("bookworm", "trixie"), whole.replace('"release"', '"other"')):
        assert text != whole
        file.write_text(text)
        assert stored([ONE]) == {}
        assert list(fetch([ONE])) == ["one"]
    assert archive.log().count("download one=1:2-3") == 3


def test_only_what_is_missing_is_fetched(archive: Archive) -> None:
    fetch([ONE])
    fetch([ONE, TWO])
    assert archive.log()[2:] == ["update", "download two=1:2-3"]


def test_nothing_is_left_but_the_packages(archive: Archive, tmp_path: Path) -> None:
    fetch([ONE])
    names = {path.name for path in (tmp_path / "cache" / "debian").iterdir()}
    assert names == {".lock", "apt", "one"}
    assert not list((tmp_path / "cache" / "debian" / "apt" / "downloads").iterdir())
    assert archive.deb("one").exists()


def test_a_name_that_points_on_gives_the_package_it_depends_on(archive: Archive) -> None:
    archive.add("kernel", depends="two (= 1:2-3), one | other")
    got = fetch([Wanted("kernel", "", points_on=True)])
    assert (got["kernel"].name, got["kernel"].package) == ("kernel", "two")
    assert (got["kernel"].root / "usr/lib/two").exists()


def test_a_name_that_points_at_nothing_known_is_unavailable(archive: Archive) -> None:
    archive.add("kernel", depends="gone (= 1)")
    with pytest.raises(DebianUnavailableError, match="kernel"):
        fetch([Wanted("kernel", "", points_on=True)])


def test_only_the_folders_that_are_used_are_kept(archive: Archive) -> None:
    got = fetch([Wanted("one", "", keep=("etc",))])
    assert [path.name for path in got["one"].root.iterdir()] == ["etc"]
    assert archive.log()


@pytest.mark.parametrize("lists", ["no-lists", "old-lists"])
def test_without_a_network_the_error_says_why_and_what_to_do(archive: Archive, lists: str) -> None:
    (archive.folder / "offline").touch()
    (archive.folder / lists).touch()
    with pytest.raises(DebianUnavailableError) as caught:
        fetch([ONE, TWO])
    assert caught.value.what == "cannot fetch from Debian: one, two"
    assert caught.value.why == "Could not resolve 'archive'"
    assert "tinygate fetch" in caught.value.fix
    assert caught.value.exit_code == ExitCode.TOOL


def test_a_package_that_no_source_has_does_not_keep_the_others_away(archive: Archive) -> None:
    with pytest.raises(DebianUnavailableError) as caught:
        fetch([Wanted("none", ""), TWO])
    assert caught.value.what == "cannot fetch from Debian: none"
    assert caught.value.why == "bookworm has no such package"
    assert list(stored([ONE, TWO])) == ["two"]
    assert archive.log() == ["update", "download two=1:2-3"]


def test_a_damaged_download_is_refused_and_the_next_is_another_one(
    archive: Archive, tmp_path: Path
) -> None:
    whole = archive.deb("one").read_bytes()
    archive.deb("one").write_bytes(whole[:-1] + b"x")
    with pytest.raises(DebianUnavailableError, match="one") as caught:
        fetch([ONE])
    assert caught.value.why == "the download is damaged: one_1%3a2-3_i386.deb"
    assert stored([ONE]) == {}
    assert not list((tmp_path / "cache" / "debian" / "apt" / "downloads").iterdir())
    archive.deb("one").write_bytes(whole)
    assert list(fetch([ONE])) == ["one"]


def test_a_package_that_cannot_be_unpacked_leaves_nothing(archive: Archive, tmp_path: Path) -> None:
    archive.deb("one").write_bytes(b"no tar file")
    digest = hashlib.sha256(b"no tar file").hexdigest()
    lists = archive.folder / "archive" / "one"
    text = lists.read_text()
    old = next(line for line in text.splitlines() if line.startswith("SHA256"))
    lists.write_text(text.replace(old, f"SHA256: {digest}"))
    with pytest.raises(DebianUnavailableError, match="one"):
        fetch([ONE])
    assert not (tmp_path / "cache" / "debian" / "one").exists()


def test_what_an_interrupted_unpacking_left_does_not_count(
    archive: Archive, tmp_path: Path
) -> None:
    half = tmp_path / "cache" / "debian" / "one"
    (half / "root" / "usr").mkdir(parents=True)
    assert stored([ONE]) == {}
    assert (fetch([ONE])["one"].root / "usr/bin/one").exists()
    (half / "package.json").write_text("{")
    assert stored([ONE]) == {}
    assert list(fetch([ONE])) == ["one"]
    assert archive.log().count("download one=1:2-3") == 2


def test_two_processes_at_once_fetch_each_package_once(archive: Archive) -> None:
    code = (
        "from builder.linux.debian import Wanted, archive, fetch; import pathlib, sys;"
        "archive.KEYRINGS = (pathlib.Path(sys.argv[1]),);"
        "print(*fetch([Wanted(n, '') for n in sys.argv[2:]]))"
    )
    argv = [sys.executable, "-c", code, str(archive.folder / "keyring.gpg"), "one", "two"]
    root = Path(__file__).resolve().parents[2]
    both = [
        subprocess.Popen(argv, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert [each.communicate(timeout=BACKSTOP_S)[0] for each in both] == [b"one two\n"] * 2
    assert archive.log() == ["update", "download one=1:2-3", "download two=1:2-3"]


def test_without_apt_the_error_names_the_tool(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    (archive.folder / "dpkg-deb").unlink()
    monkeypatch.setenv("PATH", str(archive.folder))
    with pytest.raises(DebianUnavailableError, match="dpkg-deb"):
        fetch([ONE])


def test_a_folder_that_apt_cannot_name_is_refused(archive: Archive, tmp_path: Path) -> None:
    assert archive
    with pytest.raises(DebianUnavailableError, match="folder"):
        Apt(tmp_path / 'a"b')


def test_the_machine_s_own_package_set_up_is_left_alone(archive: Archive, tmp_path: Path) -> None:
    # What real apt makes of the configuration; its hooks would delete and refresh the machine's.
    real = shutil.which("apt-config", path="/usr/bin:/bin")
    if real is None:
        pytest.skip("there is no apt here")
    assert archive
    hooks = ("Pre-Invoke", "Post-Invoke", "Post-Invoke-Success")
    theirs = tmp_path / "theirs.conf"
    theirs.write_text("".join(f'APT::Update::{hook} {{"theirs";}};\n' for hook in hooks))
    folder = tmp_path / "private apt"
    Apt(folder)
    argv = [real, "-c", str(folder / "apt.conf"), "dump"]
    environment = {"PATH": "/usr/bin:/bin", "APT_CONFIG": str(theirs)}
    done = subprocess.run(argv, capture_output=True, text=True, check=True, env=environment)
    found = [line for line in done.stdout.splitlines() if line.startswith("APT::Update::")]
    assert [line for line in found if not line.endswith(' "";')] == []
    for key in ("Dir::State", "Dir::State::status", "Dir::Cache"):
        assert f'{key} "{folder}' in done.stdout
    assert 'APT::Architecture "i386";' in done.stdout


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("W: a\nE: first\n   more\nE: second\n", "first"),
        ("Err:1 somewhere\nW: Failed to fetch it\nW: Some failed\n", "Failed to fetch it"),
        ("Reading package lists...\n", ""),
    ],
)
def test_the_first_error_is_the_reason(text: str, complaint: str) -> None:
    assert complaint_in(text) == complaint


def test_paragraphs_of_apt_cache_are_read() -> None:
    text = (
        "Package: a\nVersion: 1\nArchitecture: all\nSHA256: ff\nDepends: b:any (>= 1) | c, d\n\n"
        "N: a remark\n\nPackage: e\n"
    )
    first, second = parse_releases(text)
    assert (first.first_dependency, first.file_name) == ("b", "a_1_all.deb")
    assert (second.package, second.first_dependency) == ("e", "")


def test_every_package_of_the_table_is_named_once() -> None:
    names = [wanted.name for wanted in PACKAGES]
    assert len(set(names)) == len(names)
    assert named(names) == PACKAGES
    with pytest.raises(KeyError):
        named(["none"])


def test_the_verb_prints_what_it_got_and_where(
    archive: Archive, tinygate: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builder.linux.debian.PACKAGES", (ONE, TWO))
    code, out, _ = tinygate("fetch")
    assert code == 0 and "two" in out and "1:2-3" in out and "cache/debian/one/root" in out
    code, out, _ = tinygate("fetch", "--json")
    assert code == 0 and [row["name"] for row in json.loads(out)] == ["one", "two"]
    assert archive.log().count("update") == 1


def test_the_verb_fails_with_one_message(
    archive: Archive, tinygate: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    (archive.folder / "offline").touch()
    monkeypatch.setattr("builder.linux.debian.PACKAGES", (ONE,))
    code, out, err = tinygate("fetch")
    assert (code, out) == (ExitCode.TOOL, "")
    assert err.startswith("error: cannot fetch from Debian: one\n")
