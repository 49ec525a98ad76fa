"""Where Debian packages are fetched from: the machine's mirrors, Debian's keys, one release."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from builder.errors import DebianUnavailableError, UserError
from builder.linux.debian import Wanted, fetch
from builder.linux.debian.apt import Apt
from builder.linux.debian.archive import Archive, find_archive
from qemu_tests.unit import debian_kit

# What apt-get indextargets prints, as far as it is looked at. Release information is there only
# where the lists are.
KINDS = {
    "one that has lists": ("main", "trixie", "http://a.example/debian/", "Debian"),
    "one that has none": ("main", "sid", "http://b.example/debian/", ""),
    "a folder": ("main", "sid", "file:/srv/debian/", ""),
    "a list of mirrors": ("main", "sid", "mirror+file:/etc/apt/mirrors/debian.list/", ""),
    "a snapshot": ("main", "sid", "http://c.example/archive/debian/20250520T000000Z/", ""),
    "another distribution": ("main", "noble", "http://archive.example/ubuntu/", "Ubuntu"),
    "another part": ("stable", "bookworm", "https://d.example/linux/debian/", ""),
    "security": ("main", "trixie-security", "http://e.example/debian-security/", ""),
    "security of old": ("main", "buster/updates", "http://e.example/debian-security/", ""),
    "a disc": ("main", "trixie", "cdrom://[Debian GNU/Linux 13.0.0 _Trixie_]/", ""),
    "no parts": ("", "./", "http://f.example/flat/", ""),
}
MIRRORS = tuple(KINDS)[:5]
REAL_PATH = "/usr/bin:/bin"


def targets(*kinds: str, with_release: bool = False) -> str:
    """The output for sources of these kinds; `with_release`: as it is if that is asked for."""
    text = ""
    for kind in kinds:
        component, release, uri, origin = KINDS[kind]
        fields = {"Description": kind, "Component": component, "Release": release, "Repo-URI": uri}
        if with_release:
            if not origin:
                continue
            fields["Origin"] = origin
        text += "".join(f"{key}: {value}\n" for key, value in fields.items() if value) + "\n"
    return text


def put(archive: debian_kit.Archive, *kinds: str) -> None:
    (archive.folder / "targets").write_text(targets(*kinds))
    (archive.folder / "known-targets").write_text(targets(*kinds, with_release=True))


@pytest.mark.parametrize("kind", KINDS)
def test_a_mirror_of_debian_is_told_from_other_sources(
    archive: debian_kit.Archive, kind: str
) -> None:
    put(archive, kind)
    if kind in MIRRORS:
        assert find_archive(["one"]).mirrors == (KINDS[kind][2],)
    else:
        with pytest.raises(DebianUnavailableError, match="one"):
            find_archive(["one"])


def test_each_mirror_is_asked_once_for_the_one_release_and_must_sign(
    archive: debian_kit.Archive,
) -> None:
    put(archive, *KINDS, "one that has lists")
    fetch([Wanted("one", "")])
    sources = dict(line.split(": ", 1) for line in archive.sources().splitlines())
    assert sources == {
        "Types": "deb",
        "URIs": " ".join(KINDS[kind][2] for kind in MIRRORS),
        "Suites": "bookworm",
        "Components": "main",
        "Architectures": "i386",
        "Signed-By": str(archive.folder / "keyring.gpg"),
    }


def test_the_environment_names_another_mirror(
    archive: debian_kit.Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINYGATE_DEBIAN_MIRROR", "http://chosen.example/debian")
    fetch([Wanted("one", "")])
    assert "URIs: http://chosen.example/debian\n" in archive.sources()


@pytest.mark.parametrize("text", ["a b", "http://a\nTrusted: yes", "debian", "cdrom:[x]/", "file:"])
def test_what_is_no_mirror_is_refused(archive: debian_kit.Archive, text: str) -> None:
    assert archive
    with pytest.raises(UserError) as caught:
        find_archive(["one"], {"TINYGATE_DEBIAN_MIRROR": text})
    assert "TINYGATE_DEBIAN_MIRROR" in caught.value.where and caught.value.fix


def test_without_keys_one_line_says_so_and_how_to_get_them(
    archive: debian_kit.Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = archive.folder / "keyring.gpg"
    keyring.unlink()
    monkeypatch.setattr("builder.linux.debian.archive.KEYRINGS", (Path("/x.pgp"), keyring))
    with pytest.raises(DebianUnavailableError) as caught:
        fetch([Wanted("one", "")])
    line = caught.value.in_one_line()
    assert "\n" not in line and line.startswith("cannot fetch from Debian: one: ")
    assert str(keyring) in line and "mirror of Debian" not in line
    assert "apt-get install debian-archive-keyring" in line and "`tinygate fetch`" in line
    (archive.folder / "targets").write_text("")
    with pytest.raises(DebianUnavailableError) as caught:
        fetch([Wanted("one", "")])
    line = caught.value.in_one_line()
    assert str(keyring) in line and "no apt source of this machine is a mirror of Debian" in line
    assert "`TINYGATE_DEBIAN_MIRROR=ADDRESS tinygate fetch`" in line
    assert archive.log() == []


def test_the_newer_name_of_the_keys_comes_first(
    archive: debian_kit.Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = archive.folder / "keyring.gpg", archive.folder / "keyring.pgp"
    monkeypatch.setattr("builder.linux.debian.archive.KEYRINGS", (new, old))
    assert find_archive(["one"]).keyring == old
    new.touch()
    assert find_archive(["one"]).keyring == new


def test_sources_that_apt_cannot_read_are_the_reason(archive: debian_kit.Archive) -> None:
    (archive.folder / "apt-get").write_text(
        "#!/bin/sh\necho 'E: Malformed entry 1' >&2; exit 100\n"
    )
    with pytest.raises(DebianUnavailableError) as caught:
        fetch([Wanted("one", "")])
    assert "Malformed entry 1" in caught.value.why


def test_a_release_that_has_left_the_mirrors_is_told_so(archive: debian_kit.Archive) -> None:
    (archive.folder / "moved").touch()
    with pytest.raises(DebianUnavailableError) as caught:
        fetch([Wanted("one", "")])
    assert "mirrors no longer have bookworm" in caught.value.why
    assert "archive of Debian's old releases" in caught.value.fix
    assert archive.log() == ["update"]


# ---- with the real apt ----

REAL_SOURCES = """\
deb http://a.example/debian trixie main contrib
deb-src http://a.example/debian trixie main
deb [arch=amd64 signed-by=/x.gpg] https://docker.example/linux/debian bookworm stable
deb cdrom:[Debian GNU/Linux 12.5.0 _Bookworm_ - Official amd64 DVD]/ bookworm main
deb mirror+file:/etc/apt/mirrors/debian.list trixie main
deb file:///srv/debian sid main
deb http://f.example/flat ./
"""
REAL_DEB822 = """\
Types: deb deb-src
URIs: https://b.example/debian/ https://a.example/other
Suites: trixie trixie-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 -----END PGP PUBLIC KEY BLOCK-----

Types: deb
URIs: http://off.example/debian
Suites: sid
Components: main
Enabled: no

Types: deb
URIs: http://security.example/debian-security
Suites: trixie-security
Components: main
"""


def real(program: str) -> str:
    found = shutil.which(program, path=REAL_PATH)
    if found is None:
        pytest.skip(f"there is no {program} here, which only Debian and its like have")
    return found


def test_real_apt_tells_the_mirrors_of_every_kind_of_source(
    archive: debian_kit.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real("apt-get")
    folder = tmp_path / "etc"
    (folder / "parts").mkdir(parents=True)
    (folder / "sources.list").write_text(REAL_SOURCES)
    (folder / "parts" / "more.sources").write_text(REAL_DEB822)
    (tmp_path / "lists" / "partial").mkdir(parents=True)
    configuration = {
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": folder / "parts",
        "Dir::State::lists": tmp_path / "lists",
    }
    (folder / "apt.conf").write_text("".join(f'{k} "{v}";\n' for k, v in configuration.items()))
    monkeypatch.setenv("PATH", REAL_PATH)
    monkeypatch.setenv("APT_CONFIG", str(folder / "apt.conf"))
    assert archive
    assert set(find_archive(["one"]).mirrors) == {
        "http://a.example/debian/",
        "mirror+file:/etc/apt/mirrors/debian.list/",
        "file:/srv/debian/",
        "https://b.example/debian/",
        "https://a.example/other/",
    }


def test_real_apt_asks_only_our_mirror_whatever_the_machine_has(tmp_path: Path) -> None:
    real("apt-get")
    # Of the machine: another release preferred, unsigned lists allowed, lists elsewhere.
    theirs = tmp_path / "theirs.conf"
    theirs.write_text(
        'APT::Default-Release "trixie";\nAcquire::AllowInsecureRepositories "true";\n'
        f'Dir::State::lists "{tmp_path}/theirs";\n'
    )
    folder = tmp_path / "private apt"
    apt = Apt(folder)
    (tmp_path / "mirror").mkdir()
    apt.update(Archive((f"file:{tmp_path}/mirror/",), tmp_path / "keyring.gpg"))
    assert "does not have a Release file" in apt.complaint
    argv = [real("apt-get"), "-c", str(folder / "apt.conf"), "update", "--print-uris"]
    environment = {**os.environ, "PATH": REAL_PATH, "APT_CONFIG": str(theirs), "LC_ALL": "C"}
    done = subprocess.run(argv, capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    uris = [line.split()[0] for line in done.stdout.splitlines()]
    assert uris[0] == f"'file:{tmp_path}/mirror/dists/bookworm/InRelease'"
    assert all("bookworm" in uri and "binary-amd64" not in uri for uri in uris)
    dump = [real("apt-config"), "-c", str(folder / "apt.conf"), "dump"]
    done = subprocess.run(dump, capture_output=True, text=True, check=True, env=environment)
    for line in (
        'Acquire::AllowInsecureRepositories "false";',
        'Dir::State::lists "lists/";',
        'Dir::Etc::preferences "/dev/null";',
    ):
        assert line in done.stdout
    assert 'APT::Default-Release "trixie";' not in done.stdout


def test_real_apt_refuses_lists_that_debian_has_not_signed(
    archive: debian_kit.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real("apt-get")
    monkeypatch.setenv("PATH", REAL_PATH)
    release = tmp_path / "mirror" / "dists" / "bookworm"
    packages = release / "main" / "binary-i386"
    packages.mkdir(parents=True)
    (packages / "Packages").write_text("Package: one\nVersion: 1\nArchitecture: i386\n")
    (release / "Release").write_text(
        "Origin: Debian\nLabel: Debian\nCodename: bookworm\nArchitectures: i386\n"
        "Date: Sat, 11 Jul 2026 10:16:37 UTC\nComponents: main\nSHA256:\n"
    )
    monkeypatch.setenv("TINYGATE_DEBIAN_MIRROR", f"file:{tmp_path}/mirror")
    assert archive
    with pytest.raises(DebianUnavailableError) as caught:
        fetch([Wanted("one", "")])
    assert "is not signed" in caught.value.why
