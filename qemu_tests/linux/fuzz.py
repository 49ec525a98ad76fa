"""Thousands of damaged files in one boot: ELF files that are run, archives that are unpacked.

    python -m qemu_tests.linux.fuzz elves --seed 7 --count 10000
    python -m qemu_tests.linux.fuzz archives --seed 7 --count 2000     and `packed`: by gzip
    python -m qemu_tests.linux.fuzz elves --seed 7 --first 1234 --count 1

Each file comes of the seed and its number alone. The kernel must live, and every page come back:
status 0. The archives are damaged and unpacked in a kernel that is changed for that, before it
unpacks the archive itself, with an /init that ends the machine.
"""

from __future__ import annotations

import argparse
import gzip
import re
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from builder.boot.emulator import BootImage, Qemu
from builder.linux.cpio import Directory, Entry, File, HardLink, Node, Symlink, pack
from qemu_tests.kit.guests import run_to_end
from qemu_tests.kit.kernels import Change, Kernel, Lab
from qemu_tests.linux.build_programs import Compiler, build_bare
from qemu_tests.linux.tinygate import BARE, MACHINE

ATTACKS = Path(__file__).parent / "attacks"
ARCHIVES = ("archives", "packed")
MEMORY_MIB = 16
UNPACKED = re.compile(r"^# fuzz: (\d+) unpacked, (\d+) refused, (-?\d+) pages lost$", re.MULTILINE)

SOURCE = Path(__file__).parent / "fuzz_archives.c"
CONSUMED = "void initrd_consumed(const uint8_t *upto)\n{\n"  # of memory that is not the loader's


def changes(seed: int, first: int, count: int) -> tuple[Change, ...]:
    """What makes a kernel unpack `count` damaged archives before its own."""
    numbers = {"SEED": seed, "FIRST": first, "COUNT": count}
    source = "".join(f"#define {name} {number}u\n" for name, number in numbers.items())
    source += SOURCE.read_text(encoding="utf-8")
    init = "kernel/init.c"
    return (
        Change(
            init, CONSUMED, f"{source}\n{CONSUMED}    if (fuzz_on) {{\n        return;\n    }}\n"
        ),
        Change(init, "\n    make_nodes();\n", "\n    fuzz(info);\n    make_nodes();\n"),
    )


def attacks_archive(compiler: Compiler, *names: str) -> bytes:
    """The attacks of these names, and /init, which watches one."""
    entries: list[Entry] = [Directory(name) for name in ("attacks", "dev", "tmp")]
    entries.append(Node("dev/console", "char", 5, 1, 0o666))
    entries.append(File("init", build_bare(ATTACKS / "watch.c", compiler).read_bytes(), 0o755))
    for name in names:
        data = build_bare(ATTACKS / f"{name}.c", compiler).read_bytes()
        entries.append(File(f"attacks/{name}", data, 0o755))
    return pack(entries)


def sample_archive(compiler: Compiler) -> bytes:
    """One of each kind of entry, in front of an /init that ends."""
    return pack(
        (
            *(Directory(name) for name in ("a", "a/b", "a/b/c", "empty")),
            File("a/short", b"text\n"),
            File("a/long", bytes(range(256)) * 20),
            File("a/none", b""),
            Symlink("a/b/link", "../short"),
            HardLink("a/b/c/same", "a/long"),
            Node("null", "char", 1, 3, 0o666),
            Node("fifo", "fifo"),
        )
    ) + attacks_archive(compiler)


def run(what: str, lab: Lab, folder: Path, *, seed: int, first: int, count: int) -> str:
    """What is wrong after `count` damaged files; nothing: "".

    Args:
        what: "elves", or one of ARCHIVES.
        lab: Builds the kernel.
        folder: For the archive.
        seed: Which of all sequences of files.
        first: The number of the first in it.
        count: How many.
    """
    kernel = lab.kernel(*BARE)
    compiler = Compiler()
    words = f"elves:{seed}:{first}:{count}"
    if what in ARCHIVES:
        words = ""
        kernel = lab.damaged(kernel, f"fuzz-{seed}-{first}-{count}", changes(seed, first, count))
    plain = (
        sample_archive(compiler) if what in ARCHIVES else attacks_archive(compiler, "elves", "exit")
    )
    archive = folder / f"{what}.cpio"
    archive.write_bytes(gzip.compress(plain, mtime=0) if what == "packed" else plain)
    text = boot(kernel, archive, words)
    return "" if is_well(what, text, count) else text[-3000:]


def is_well(what: str, text: str, count: int) -> bool:
    """Whether the kernel has come through, with all its pages."""
    if what in ARCHIVES:
        found = UNPACKED.search(text)
        is_good = bool(found and int(found[1]) == count and int(found[3]) == 0)
    else:
        is_good = "@end elves exit=0 pages=0\n" in text
    return is_good and "@finished" in text


def boot(kernel: Kernel, archive: Path, words: str) -> str:
    """What the kernel says, until it ends or nothing comes any more."""
    image = BootImage("kernel", kernel.elf, archive, f"kernel -- {words}")
    done = run_to_end(Qemu().command(replace(MACHINE, memory_mib=MEMORY_MIB), image))
    return f"{done.text}\n# it does not end: {done.stopped_for}" if done.stopped_for else done.text


def replay(what: str, seed: int, first: int, count: int) -> str:
    """The command that does it again."""
    return f"python -m qemu_tests.linux.fuzz {what} --seed {seed} --first {first} --count {count}"


def main() -> int:
    """The status: 0 if all is well."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("what", choices=("elves", *ARCHIVES))
    for name, value in (("seed", 1), ("first", 0), ("count", 2000)):
        parser.add_argument(f"--{name}", type=int, default=value, help=f"[default: {value}]")
    words = parser.parse_args()
    numbers = {"seed": words.seed, "first": words.first, "count": words.count}
    with tempfile.TemporaryDirectory(prefix="tinygate-fuzz-") as folder:
        wrong = run(words.what, Lab(Path(folder)), Path(folder), **numbers)
    print(wrong or f"{words.count} damaged {words.what}: the kernel lives, and has all its pages")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
