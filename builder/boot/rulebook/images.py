"""What boots the rules without tinygate: ELF file, disk image, CD image, and a page about them."""

from __future__ import annotations

import shutil
import struct
import tempfile
from collections.abc import Sequence
from pathlib import Path

from builder.boot.rulebook.guest import SECTOR_BYTES, Guest, make_guest, version_of
from builder.model.rule import Rule
from builder.tools.resources import data_dir

CD_SECTOR_BYTES = 2048
_VOLUME = b"TINYGATE_RULES"
_DATE = bytes(7)  # none; so that two images are the same
_SYSTEM_SECTORS = 16  # of an ISO 9660 volume, not used
_TERMINATOR = b"\xffCD001\x01"


def write_images(rules: Sequence[Rule], folder: Path) -> tuple[Path, ...]:
    """Write them to `folder`; returns the files. Raises as `make_guest`."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        guest = make_guest(rules, Path(name))
        elf, disk = folder / "rules.elf", folder / "rules.img"
        shutil.copyfile(guest.elf, elf)
        shutil.copyfile(guest.disk, disk)
        iso = folder / "rules.iso"
        iso.write_bytes(iso_image(guest))
    readme = folder / "README.md"
    page = (data_dir("templates") / "_docs" / "rules_readme.md").read_text(encoding="utf-8")
    readme.write_text(
        page.replace("@VERSION@", version_of(rules)).replace("@COUNT@", str(len(rules))),
        encoding="utf-8",
    )
    listed = folder / "expected.txt"
    listed.write_text("".join(map(_line, rules)), encoding="utf-8")
    return elf, disk, iso, readme, listed


def _line(rule: Rule) -> str:
    lines = [f"{rule.name}: {rule.sentence} ({rule.sdm})"]
    lines += [f"    {text}" for text in rule.expected]
    if rule.needs:
        without = ", ".join(rule.without) or "cannot be observed"
        lines.append(f"    without {rule.needs.upper()}: {without}")
    return "\n".join(lines) + "\n"


def iso_image(guest: Guest) -> bytes:
    """An El Torito CD without emulation: the BIOS reads boot sector and kernel in one piece.

    An ISO 9660 volume whose only folder is empty, with the boot record of El Torito 1.0.
    """
    kernel = guest.elf.read_bytes()
    boot = guest.disk.read_bytes()[: SECTOR_BYTES + len(kernel)]
    boot += bytes(-len(boot) % CD_SECTOR_BYTES)
    root_at, tables_at, catalog_at, boot_at = 19, 20, 22, 23
    total = boot_at + len(boot) // CD_SECTOR_BYTES
    table = struct.pack("<BBIHBB", 1, 0, root_at, 1, 0, 0)
    table_big = struct.pack(">BBIHBB", 1, 0, root_at, 1, 0, 0)
    root = _folder(root_at, b"\0")
    primary = b"\x01CD001\x01\0" + b" " * 32 + _VOLUME.ljust(32) + bytes(8) + _both(total)
    primary += bytes(32) + _both16(1) + _both16(1) + _both16(CD_SECTOR_BYTES) + _both(len(table))
    primary += struct.pack("<II", tables_at, 0) + struct.pack(">II", tables_at + 1, 0) + root
    primary += b" " * (4 * 128 + 3 * 37) + (b"0" * 16 + b"\0") * 4 + b"\x01"
    record = b"\0CD001\x01" + b"EL TORITO SPECIFICATION".ljust(32, b"\0") + bytes(32)
    record += struct.pack("<I", catalog_at)
    validation = b"\x01\0\0\0" + _VOLUME.ljust(24, b"\0") + bytes(2) + b"\x55\xaa"
    checksum = -sum(struct.unpack("<16H", validation)) & 0xFFFF
    validation = validation[:28] + struct.pack("<H", checksum) + validation[30:]
    entry = struct.pack("<BBHBBHI", 0x88, 0, 0, 0, 0, len(boot) // SECTOR_BYTES, boot_at)
    sectors = [
        *([b""] * _SYSTEM_SECTORS),
        *(primary, record, _TERMINATOR),
        root + _folder(root_at, b"\x01"),
        *(table, table_big),
        validation + entry.ljust(32, b"\0"),
    ]
    return b"".join(sector.ljust(CD_SECTOR_BYTES, b"\0") for sector in sectors) + boot


def _both(value: int) -> bytes:
    return struct.pack("<I", value) + struct.pack(">I", value)


def _both16(value: int) -> bytes:
    return struct.pack("<H", value) + struct.pack(">H", value)


def _folder(at: int, name: bytes) -> bytes:
    """A directory record of the root, by one of its two names."""
    head = bytes((34, 0)) + _both(at) + _both(CD_SECTOR_BYTES) + _DATE + bytes((2, 0, 0))
    return head + _both16(1) + bytes((1,)) + name
