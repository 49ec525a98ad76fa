"""What the tests of the initial ram disk share: the C files on the host, and gzip made by hand."""

from __future__ import annotations

import contextlib
import struct
import subprocess
import zlib
from dataclasses import dataclass
from pathlib import Path

from builder.boot.patience import BACKSTOP_S
from qemu_tests.suite import processes

HARNESS = Path(__file__).resolve().parent
STEPS = HARNESS.parents[2] / "kernel_src" / "steps"
SOURCES = tuple(
    STEPS / "linux" / name
    for name in (
        *("lib/huffman.c", "lib/inflate.c", "lib/gzip.c", "lib/text.c"),
        *("fs/cpio.c", "fs/initrd.c", "fs/initrd_files.c"),
    )
)
INCLUDES = tuple(f"-I{path}" for path in (HARNESS, STEPS / "linux", STEPS / "int80"))
SANITIZE = "-fsanitize=address,undefined -fno-sanitize-recover=all"
WARNINGS = (
    *("-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wpointer-arith", "-Wundef", "-Wvla"),
    *("-Wstrict-prototypes", "-Wmissing-prototypes"),
)
# The best that this host can do, if it lacks the 32-bit C library or the sanitizers.
WAYS = (f"-m32 {SANITIZE}", SANITIZE, "-m32", "")


def build_harness(folder: Path) -> Path:
    """The harness, compiled in the best of the WAYS that works here."""
    program = folder / "harness"
    sources = (HARNESS / "harness.c", *SOURCES, STEPS / "int80" / "lib" / "format.c")
    said = ""
    for way in WAYS:
        words = ["gcc", "-g", "-O1", "-std=gnu11", *way.split(), *WARNINGS, *INCLUDES]
        done = subprocess.run(
            [*words, "-o", str(program), *map(str, sources)],
            capture_output=True,
            text=True,
            timeout=BACKSTOP_S,
            check=False,
        )
        if done.returncode == 0:
            return program
        said = done.stderr
    raise AssertionError(said)


@dataclass(frozen=True)
class Inode:
    """A file as the harness shows it; `number` counts the inodes in the order they were made."""

    mode: int
    uid: int
    gid: int
    mtime: int
    rdev: int
    links: int
    number: int
    size: int
    crc: int


@dataclass(frozen=True)
class Unpacked:
    """What initrd_unpack() made."""

    reason: str
    consumed: int
    files: dict[str, Inode]


@dataclass(frozen=True)
class Inflated:
    """What gzip_unpack() made."""

    error: int
    used: int
    size: int
    crc: int
    reason: str


class Harness:
    """The program in harness.c: one process, unless a request kills it. `log` is what it said."""

    def __init__(self, program: Path, log: Path) -> None:
        self._program = program
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, kind: str, data: bytes, number: int = 0) -> list[str]:
        """The lines of the answer to one request."""
        if self._process is None:
            with self._log.open("wb") as log:
                pipe = subprocess.PIPE
                self._process = subprocess.Popen(
                    [self._program], stdin=pipe, stdout=pipe, stderr=log
                )
            processes.keep(self._process.pid)  # for the tests of a whole module
        assert self._process.stdin and self._process.stdout
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(f"{kind} {len(data)} {number}\n".encode() + data)
            self._process.stdin.flush()
        lines = []
        for line in self._process.stdout:
            if line == b".\n":
                return lines
            lines.append(line.decode().removesuffix("\n"))
        status = self.close()
        raise AssertionError(f"the harness ended with {status}: {self._log.read_text()}")

    def close(self) -> int:
        """End the process; returns its status."""
        if self._process is None:
            return 0
        assert self._process.stdin and self._process.stdout
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        status = self._process.wait(timeout=BACKSTOP_S)
        processes.let_go(self._process.pid)
        self._process.stdout.close()
        self._process = None
        return status

    def unpack(self, data: bytes, fail_at: int = 0) -> Unpacked:
        """Unpack an initial ram disk."""
        reason, consumed, *files = self.ask("initrd", data, fail_at)
        tree = {}
        for line in files:
            _, path, mode, *numbers = line.split()
            name = bytes.fromhex(path).decode("utf-8", "surrogateescape")
            tree[name] = Inode(int(mode, 8), *map(int, numbers))
        return Unpacked(reason.removeprefix("reason "), int(consumed.split()[1]), tree)

    def cpio(self, data: bytes, piece: int) -> list[str]:
        """What the reader of cpio says, line by line, if it is fed with pieces of this size."""
        return self.ask("cpio", data, piece)

    def inflate(self, data: bytes, fail_at: int = 0) -> Inflated:
        """Unpack one gzip member."""
        numbers, reason = self.ask("gzip", data, fail_at)
        return Inflated(*map(int, numbers.split()[1:]), reason.removeprefix("reason "))


def deflate(data: bytes, level: int = 9, strategy: int = zlib.Z_DEFAULT_STRATEGY) -> bytes:
    """Deflate without anything around it."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS, 9, strategy)
    return packer.compress(data) + packer.flush()


def gzip_member(deflated: bytes, data: bytes, flags: int = 0) -> bytes:
    """A gzip member with that in it; bits of `flags` ask for the optional parts of the header."""
    header = struct.pack("<HBBIBB", 0x8B1F, 8, flags, 1234567890, 2, 3)
    if flags & 0x04:
        header += struct.pack("<H", 300) + bytes(range(150)) * 2
    if flags & 0x08:
        header += b"a name\0"
    if flags & 0x10:
        header += b"a comment\0"
    if flags & 0x02:
        header += struct.pack("<H", zlib.crc32(header) & 0xFFFF)
    return header + deflated + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


class BitWriter:
    """Writes deflate bit by bit, also such that no packer would write."""

    def __init__(self) -> None:
        self._bits: list[int] = []

    def number(self, value: int, count: int) -> BitWriter:
        """A number: the lowest bit first."""
        self._bits += [value >> bit & 1 for bit in range(count)]
        return self

    def code(self, value: int, count: int) -> BitWriter:
        """A Huffman code: the highest bit first."""
        self._bits += [value >> bit & 1 for bit in reversed(range(count))]
        return self

    def stored(self, data: bytes) -> BitWriter:
        """A stored block that is not the last."""
        self.number(0, 3).number(0, -len(self._bits) % 8)
        self.number(len(data), 16).number(len(data) ^ 0xFFFF, 16)
        for byte in data:
            self.number(byte, 8)
        return self

    def fixed(self, symbol: int) -> BitWriter:
        """A literal or length in the fixed code."""
        for first, end, code, count in (
            (0, 144, 0x30, 8),
            (144, 256, 0x190, 9),
            (256, 280, 0, 7),
            (280, 288, 0xC0, 8),
        ):
            if first <= symbol < end:
                return self.code(code + symbol - first, count)
        raise AssertionError(symbol)

    def codes(
        self, lengths: dict[int, int], symbols: list[tuple[int, int, int]], *, hlit: int, hdist: int
    ) -> BitWriter:
        """The start of a last block with codes of its own: how long the third code's codes are, and
        what is written in it, as (symbol, bits behind it, their count).
        """
        order = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
        self.number(0b101, 3).number(hlit - 257, 5).number(hdist - 1, 5).number(15, 4)
        for symbol in order:
            self.number(lengths.get(symbol, 0), 3)
        codes = canonical(lengths)
        for symbol, rest, count in symbols:
            self.code(codes[symbol], lengths[symbol]).number(rest, count)
        return self

    def bytes(self) -> bytes:
        """All of it, with zeros up to the last byte's end."""
        bits = self._bits + [0] * (-len(self._bits) % 8)
        return bytes(
            sum(bit << at for at, bit in enumerate(bits[byte : byte + 8]))
            for byte in range(0, len(bits), 8)
        )


def canonical(lengths: dict[int, int]) -> dict[int, int]:
    """The Huffman code of each symbol, from how long it is."""
    codes = {}
    code = last = 0
    for length, symbol in sorted((length, symbol) for symbol, length in lengths.items()):
        code <<= length - last
        codes[symbol] = code
        code += 1
        last = length
    return codes
