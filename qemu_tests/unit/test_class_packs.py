"""What strangers pack: each archive that is none gets one clear line, and nothing leaves it."""

import gzip
import io
import os
import socket
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from builder.errors import UserError
from builder.labs.classroom import pack
from builder.labs.classroom.submission import HandIn, Submission, read_submissions, student_of
from builder.labs.handout import ANSWERS, HINTS_BY_MAKE, OWN
from builder.labs.lab_course import lab_named
from builder.labs.lab_folder import FILE_MAX_BYTES, new_notes

LAB = lab_named("01-table")
TABLE = "kernel/sys/table.c"
CODE = b"long sys_getpid(void);\n"
NOTES = next(iter(new_notes(LAB).items()))
WHOLE = {TABLE: CODE, NOTES[0]: NOTES[1], "kernel/Makefile": b"all:; rm -rf /\n"}


def read(*paths: Path, only: bool = False) -> list[Submission]:
    return read_submissions(paths, [LAB, lab_named("10")], LAB if only else None)


def refusal(path: Path) -> str:
    (one,) = read(path)
    assert one.refused and one.labs == ()
    assert "\n" not in one.refused
    return one.refused


def the_hand_in(path: Path, *, only: bool = False) -> HandIn:
    (one,) = read(path, only=only)
    assert one.refused == "", one.refused
    (hand_in,) = one.labs
    return hand_in


def as_folder(path: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def as_zip(path: Path, files: dict[str, bytes]) -> Path:
    path = path.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def as_tar(path: Path, files: dict[str, bytes], mode: str = "w", suffix: str = ".tar") -> Path:
    path = path.with_suffix(suffix)
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def as_tar_gz(path: Path, files: dict[str, bytes]) -> Path:
    return as_tar(path, files, "w:gz", ".tar.gz")


def tar_with(path: Path, member: tarfile.TarInfo) -> Path:
    path = path.with_suffix(".tar")
    with tarfile.open(path, "w") as archive:
        archive.addfile(member)
    return path


Packer = Callable[[Path, dict[str, bytes]], Path]
PACKERS = [as_folder, as_zip, as_tar, as_tar_gz]
ARCHIVERS = PACKERS[1:]


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("inside", ["", "01-table/", "home/labs/01-table/"])
def test_only_the_labs_own_files_are_taken(tmp_path: Path, packer: Packer, inside: str) -> None:
    path = packer(tmp_path / "anna", {f"{inside}{name}": data for name, data in WHOLE.items()})
    taken = the_hand_in(path)
    assert (taken.student, taken.lab, taken.files) == ("anna", LAB, {"sys/table.c": CODE})


@pytest.mark.parametrize("packer", PACKERS)
def test_a_lone_file_is_taken_where_the_lab_is_named(tmp_path: Path, packer: Packer) -> None:
    path = packer(tmp_path / "anna", {"table.c": CODE})
    assert the_hand_in(path, only=True).files == {"sys/table.c": CODE}
    assert "no folder of a lab" in refusal(path)


@pytest.mark.parametrize("packer", PACKERS)
def test_a_folder_of_a_labs_name_says_which_it_is(tmp_path: Path, packer: Packer) -> None:
    """`zip -r anna.zip 01-table/*` packs nothing that begins with a dot."""
    path = packer(tmp_path / "anna", {f"home/01-table/{TABLE}": CODE, "01-table/README.md": b"x"})
    assert (the_hand_in(path).lab, the_hand_in(path).files) == (LAB, {"sys/table.c": CODE})
    other = packer(tmp_path / "ben", {f"mine/{TABLE}": CODE})
    assert "no folder of a lab is in it" in refusal(other)


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("noted", [True, False])
def test_a_lab_that_is_there_twice_is_taken_if_both_are_the_same(
    tmp_path: Path, packer: Packer, noted: bool
) -> None:
    files = WHOLE if noted else {TABLE: CODE}
    both = {f"{top}/01-table/{name}": data for top in "ab" for name, data in files.items()}
    assert the_hand_in(packer(tmp_path / "anna", both)).files == {"sys/table.c": CODE}
    both[f"b/01-table/{TABLE}"] += b"/* newer */\n"
    taken = the_hand_in(packer(tmp_path / "ben", both))
    assert taken.files == {}
    assert taken.refused == "it is there 2 times, and not the same: hand in one folder of it"


@pytest.mark.parametrize("packer", ARCHIVERS)
def test_a_folder_of_archives_is_what_is_in_them(tmp_path: Path, packer: Packer) -> None:
    lab, folder = lab_named("10"), as_folder(tmp_path / "anna_17_file", {})
    folder.mkdir()
    packer(folder / "table", {f"01-table/{name}": data for name, data in WHOLE.items()})
    packer(folder / "told", {**new_notes(lab), ANSWERS: b"vector = 14\n"})
    (one,) = read(folder)
    assert [hand_in.lab for hand_in in one.labs] == [LAB, lab]
    assert (one.labs[0].files, one.labs[1].answers) == ({"sys/table.c": CODE}, b"vector = 14\n")


def test_archives_in_a_folder_are_bounded_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "anna"
    folder.mkdir()
    for name in ("a", "b"):
        as_zip(folder / name, {f"{name}/{file}": data for file, data in WHOLE.items()})
    whole = sum(path.stat().st_size for path in folder.iterdir())
    monkeypatch.setattr(pack, "ARCHIVE_MAX_BYTES", whole - 1)
    assert refusal(folder).startswith("is too large: more than")
    monkeypatch.undo()
    monkeypatch.setattr(pack, "FILES_MAX", len(WHOLE) * 2 - 1)
    assert refusal(folder).startswith("is too large when it is unpacked")
    monkeypatch.undo()
    monkeypatch.setattr(pack, "CONTENT_MAX_BYTES", sum(map(len, WHOLE.values())) * 2 - 1)
    assert refusal(folder).startswith("is too large when it is unpacked")


def test_an_archive_in_an_archive_or_beside_folders_is_a_file(tmp_path: Path) -> None:
    inner = as_zip(tmp_path / "inner", WHOLE).read_bytes()
    assert "no folder of a lab" in refusal(as_zip(tmp_path / "anna", {"inner.zip": inner}))
    beside = as_folder(tmp_path / "ben", {**WHOLE, "backup.zip": inner})
    assert the_hand_in(beside).files == {"sys/table.c": CODE}
    letter = as_folder(tmp_path / "dora", {"read me.txt": b"x", ".DS_Store": b"x", "it.zip": inner})
    assert the_hand_in(letter).files == {"sys/table.c": CODE}
    outside, linked = as_zip(tmp_path / "outside", WHOLE), tmp_path / "cleo"
    linked.mkdir()
    (linked / "mine.zip").symlink_to(outside)
    assert "links and devices are not taken" in refusal(linked)


def test_a_zip_of_windows_has_other_separators(tmp_path: Path) -> None:
    names = {f"01-table\\{name.replace('/', chr(92))}": data for name, data in WHOLE.items()}
    assert the_hand_in(as_zip(tmp_path / "anna", names)).files == {"sys/table.c": CODE}
    doubled = as_zip(tmp_path / "ben", {**names, f"01-table/{TABLE}": b"other"})
    assert refusal(doubled) == f"has two files of one name: 01-table/{TABLE}"
    assert "outside of it" in refusal(as_zip(tmp_path / "cleo", {"..\\evil": b"x"}))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_is_packed_as_all_zips_are(tmp_path: Path, method: int) -> None:
    path = tmp_path / "anna.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr(TABLE, CODE)
    assert refusal(path).startswith("is packed in a way that is not known")


def test_a_lone_file_that_is_there_twice_is_not_chosen_from(tmp_path: Path) -> None:
    path = as_zip(tmp_path / "anna", {"a/table.c": CODE, "b/table.c": CODE})
    assert the_hand_in(path, only=True).refused == (
        "sys/table.c: is there more than once: a/table.c, b/table.c"
    )


def test_answers_are_taken_of_a_lab_with_questions(tmp_path: Path) -> None:
    lab = lab_named("10")
    path = as_zip(tmp_path / "anna", {**new_notes(lab), ANSWERS: b"vector = 14\n"})
    assert (the_hand_in(path).answers, the_hand_in(path).files) == (b"vector = 14\n", {})


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "sys/table.c: is empty"),
        (b"\x7fELF\xff", "sys/table.c: is no text"),
        (b"a\0b", "sys/table.c: is no text"),
        (b"/" * (FILE_MAX_BYTES + 1), "sys/table.c: is too large"),
        (None, "sys/table.c: is missing"),
    ],
    ids=["empty", "binary", "zero", "enormous", "missing"],
)
def test_a_file_that_cannot_be_source_is_refused_by_name(
    tmp_path: Path, packer: Packer, content: bytes | None, said: str
) -> None:
    files = {**WHOLE, TABLE: content} if content is not None else {NOTES[0]: NOTES[1]}
    taken = the_hand_in(packer(tmp_path / "anna", files))  # type: ignore[arg-type]
    assert (taken.refused.startswith(said), taken.files) == (True, {})


@pytest.mark.parametrize("packer", ARCHIVERS)
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../evil", "outside of it: ../evil"),
        ("a/../../evil", "outside of it"),
        ("/etc/evil", "absolute name"),
        ("c:/evil", "absolute name"),
        ("\\evil", "absolute name"),
        ("a\x1b[2Jb", "whose name is none"),
        ("a" * 600, "whose name is none"),
    ],
)
def test_names_that_lead_out_are_refused(
    tmp_path: Path, packer: Packer, name: str, said: str
) -> None:
    assert said in refusal(packer(tmp_path / "anna", {**WHOLE, name: b"x"}))


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE],
)
def test_links_and_devices_in_a_tar_are_refused(tmp_path: Path, kind: bytes) -> None:
    member = tarfile.TarInfo("kernel/sys/table.c")
    member.type, member.linkname = kind, "/etc/passwd"
    path = tar_with(tmp_path / "anna", member)
    assert refusal(path) == "has a link or a device in it: kernel/sys/table.c"


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_links_and_devices_in_a_zip_are_refused(tmp_path: Path, kind: int) -> None:
    path = tmp_path / "anna.zip"
    row = zipfile.ZipInfo(TABLE)
    row.create_system, row.external_attr = 3, (kind | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(row, "/etc/passwd")
    assert "has a link or a device in it" in refusal(path)


def _link(path: Path) -> None:
    path.symlink_to("/etc/hostname")


def _socket(path: Path) -> None:
    # Its address must be short.
    here = Path.cwd()
    os.chdir(path.parent)
    socket.socket(socket.AF_UNIX).bind(path.name)
    os.chdir(here)


@pytest.mark.parametrize("make", [_link, os.mkfifo, _socket], ids=["link", "fifo", "socket"])
def test_what_is_no_file_in_a_folder_is_not_taken(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    folder = as_folder(tmp_path / "anna", WHOLE)
    (folder / TABLE).unlink()
    make(folder / TABLE)
    taken = the_hand_in(folder)
    assert taken.refused.startswith(f"{TABLE}: ")
    assert ("links and devices are not taken" in taken.refused, taken.files) == (True, {})


def test_a_folder_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    outside = as_folder(tmp_path / "outside", {"table.c": CODE})
    folder = as_folder(tmp_path / "anna", {NOTES[0]: NOTES[1], "kernel/x": b""})
    (folder / "kernel/sys").symlink_to(outside)
    assert the_hand_in(folder).files == {}


@pytest.mark.parametrize("packer", [as_zip, as_tar_gz])
def test_bombs_are_refused(tmp_path: Path, packer: Packer) -> None:
    path = packer(tmp_path / "anna", {**WHOLE, "x": bytes(pack.CONTENT_MAX_BYTES)})
    assert path.stat().st_size < pack.ARCHIVE_MAX_BYTES
    assert refusal(path).startswith("is too large when it is unpacked")


def test_a_bomb_behind_the_archive_is_refused(tmp_path: Path) -> None:
    """A header may promise gigabytes; that they come is seen when they do."""
    path = tmp_path / "anna.tar.gz"
    with gzip.open(path, "wb") as stream:
        stream.write(bytes(pack.CONTENT_MAX_BYTES + 1))
    assert len(read(path)) == 1
    assert read(path)[0].refused


def test_a_zip_that_lies_about_a_size_is_refused(tmp_path: Path) -> None:
    path = as_zip(tmp_path / "anna", {NOTES[0]: NOTES[1], TABLE: bytes(1 << 22)})
    data = path.read_bytes()
    old, new = ((1 << 22).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert data.count(old) == 2
    path.write_bytes(data.replace(old, new))
    assert "is a damaged archive" in refusal(path)


@pytest.mark.parametrize("packer", ARCHIVERS)
def test_too_many_files_are_refused(tmp_path: Path, packer: Packer) -> None:
    files = {str(number): b"" for number in range(pack.FILES_MAX + 1)}
    assert "has too many files" in refusal(packer(tmp_path / "anna", files))


@pytest.mark.parametrize("packer", ARCHIVERS)
def test_a_truncated_archive_is_refused(tmp_path: Path, packer: Packer) -> None:
    path = packer(tmp_path / "anna", WHOLE)
    whole = path.read_bytes()
    for size in (1, 100, len(whole) // 8, len(whole) // 4):  # half of a tar is its end
        path.write_bytes(whole[:size])
        (one,) = read(path)
        assert one.refused or one.labs[0].refused, size


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "anna.zip"
    for content in (b"", b"%PDF-1.7", b"PK", b"PK\x03\x04" + bytes(500), b"\x1f\x8b" + bytes(99)):
        path.write_bytes(content)
        assert refusal(path)
    path.write_bytes(b"")
    assert refusal(path) == "is empty: a file of 0 bytes"
    assert refusal(as_zip(tmp_path / "ben", {})) == "there is no file in it"
    path.write_bytes(b"Rar!" + bytes(600))
    assert refusal(path) == (
        "is no archive that is known: a hand-in is a folder, or a zip, tar or tar.gz archive"
    )


def test_what_is_not_there_is_no_hand_in(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no such hand-in"):
        read(tmp_path / "hand-ins/*")
    (tmp_path / "ben").symlink_to("nowhere")  # this is the student's doing
    assert read(tmp_path / "ben")[0].refused


def test_an_enormous_archive_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "anna.zip"
    with path.open("wb") as stream:
        stream.truncate(pack.ARCHIVE_MAX_BYTES + 1)
    assert refusal(path).startswith("is too large: more than")


def test_an_encrypted_or_doubled_file_is_refused(tmp_path: Path) -> None:
    path = as_zip(tmp_path / "anna", WHOLE)
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert "is encrypted" in refusal(path)
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning):
        archive.writestr(TABLE, CODE)
        archive.writestr(TABLE, b"other")
    assert refusal(path) == f"has two files of one name: {TABLE}"


def test_the_rest_of_the_class_is_read(tmp_path: Path) -> None:
    bad = as_zip(tmp_path / "bad", {"../x": b""})
    good, gone = as_zip(tmp_path / "good", WHOLE), tmp_path / "gone.zip"
    found = read(good, gone, bad)
    assert [one.student for one in found] == ["bad", "gone", "good"]
    assert [bool(one.refused) for one in found] == [True, True, False]


def test_students_are_named_after_what_they_handed_in() -> None:
    names = ["anna.zip", "ben.tar.gz", "c.tgz", "d e.TAR", "f.g", ".zip", "x\x1b[2J.zip"]
    assert [student_of(Path(name)) for name in names] == [
        *("anna", "ben", "c", "d e", "f.g", ".zip", "x\\x1b[2J"),
    ]


def test_two_hand_ins_of_one_name_are_not_graded(tmp_path: Path) -> None:
    paths = as_zip(tmp_path / "anna", WHOLE), as_folder(tmp_path / "anna", WHOLE)
    with pytest.raises(Exception, match="two hand-ins have one name"):
        read(*paths)


@pytest.mark.parametrize("notes", [b"", b"[" * 99999, b"\xff", b'{"lab": "../../x"}', b"{}"])
def test_notes_that_are_none_name_no_lab(tmp_path: Path, notes: bytes) -> None:
    path = as_zip(tmp_path / "anna", {**WHOLE, NOTES[0]: notes})
    assert "no folder of a lab is in it" in refusal(path)


def test_hints_are_what_the_folder_says_within_reason(tmp_path: Path) -> None:
    for hints, said in (("-5", 0), ("2", 2), ("9" * 40, 99)):
        notes = b'{"lab": "01-table", "hints": {"": %s}}' % hints.encode()
        assert the_hand_in(as_zip(tmp_path / "anna", {**WHOLE, NOTES[0]: notes})).hints == said


def test_hints_that_make_alone_has_shown_are_hints(tmp_path: Path) -> None:
    for shown, said in ((b"2\n", 2), (b"", 0), (b"-1", 0), (b"9" * 5000, 0), (b"x", 0)):
        path = as_zip(tmp_path / "anna", {**WHOLE, f"{OWN}/{HINTS_BY_MAKE}": shown})
        assert the_hand_in(path).hints == said
