"""The initial RAM disk's archive: read back, and the same bytes each time."""

from builder import cpio

ENTRIES = (
    cpio.folder("bin"),
    cpio.file("bin/run", b"#!\n", permissions=0o755),
    cpio.file("empty", b""),
    cpio.file("odd", b"12345"),
    cpio.link("bin/sh", "run"),
    cpio.device("null", 1, 3),
)


def read_back(data: bytes) -> list[dict[str, object]]:
    """The entries of an archive, by what the format says: 13 numbers of 8 hexadecimal digits."""
    entries: list[dict[str, object]] = []
    at = 0
    while True:
        assert data[at : at + 6] == b"070701"
        fields = [int(data[place : place + 8], 16) for place in range(at + 6, at + 110, 8)]
        name_end = at + 110 + fields[11]
        name = data[at + 110 : name_end]
        assert name.endswith(b"\0")
        content = (name_end + 3) // 4 * 4
        at = (content + fields[6] + 3) // 4 * 4
        if name == b"TRAILER!!!\0":
            assert at == len(data)
            return entries
        keys = ("inode", "mode", "uid", "gid", "links", "time")
        entries.append(
            {
                **dict(zip(keys, fields, strict=False)),
                "path": name[:-1].decode(),
                "data": data[content : content + fields[6]],
                "device": (fields[9], fields[10]),
            }
        )


def test_an_archive_is_read_back() -> None:
    entries = read_back(cpio.archive(ENTRIES))
    for entry, found in zip(ENTRIES, entries, strict=True):
        assert (found["path"], found["mode"]) == (entry.path, entry.mode)
        assert (found["data"], found["device"]) == (entry.data, entry.device)
    assert len({entry["inode"] for entry in entries}) == len(ENTRIES)
    assert {(entry["uid"], entry["gid"], entry["time"]) for entry in entries} == {(0, 0, 0)}


def test_types_and_permissions() -> None:
    modes = [oct(entry.mode) for entry in ENTRIES]
    assert modes == ["0o40755", "0o100755", "0o100644", "0o100644", "0o120777", "0o20666"]


def test_every_part_begins_at_a_multiple_of_four() -> None:
    data = cpio.archive(ENTRIES)
    starts = [at for at in range(len(data)) if data.startswith(cpio.MAGIC, at)]
    assert len(starts) == len(ENTRIES) + 1
    assert {at % 4 for at in starts} == {len(data) % 4} == {0}


def test_it_depends_on_the_entries_alone() -> None:
    assert cpio.archive(ENTRIES) == cpio.archive(iter(ENTRIES))
    assert b"TRAILER!!!\0" in cpio.archive(())
