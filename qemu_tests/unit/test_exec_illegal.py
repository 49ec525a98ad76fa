"""What `tinygate exec` says of an instruction that ended a program."""

from __future__ import annotations

import mmap

import pytest

from builder.linux.exec import illegal
from builder.model import host

ALL = "--cpu max has all that QEMU has"
NO_AVX = "no --cpu has: the kernel does not keep the registers of AVX. Build it without"
ABOUT = {
    "660fd4c0": f"CPU x has no `paddq xmm0, xmm0` (SSE2); {ALL}",
    "f30fb8c1": f"CPU x has no `popcnt eax, ecx`; {ALL}",
    "c4e268f2c1": f"CPU x has no `andn eax, edx, ecx` (BMI); {ALL}",  # VEX, but no vector
    "c5f877": f"CPU x has no `vzeroupper` (AVX); {NO_AVX}",
    "62f17c4858c1": f"CPU x has no `vaddps zmm0, zmm0, zmm1` (AVX512); {NO_AVX}",
    "0f01d0": f"CPU x has no `xgetbv`; {NO_AVX}",
    "0f0b9090": "`ud2` is there to be refused, by CPU x as by any: the program gives up",
    "f00f0b": f"CPU x has no instruction f0 0f 0b; {ALL}",
}
PAGE = 4096
DIRECTORY, TABLE, FRAME = PAGE, 2 * PAGE, 3 * PAGE
USERS = 0b101
UD = 6
EIP = 0x8049FFE  # two bytes before the end of a page


@pytest.mark.parametrize("code", ABOUT)
def test_an_instruction_is_named_with_what_has_it(code: str) -> None:
    assert illegal.about(bytes.fromhex(code), EIP, "x") == ABOUT[code]


def test_a_cpu_that_has_all_is_not_advised_to_itself() -> None:
    assert illegal.about(b"\xff\xff", EIP, "max,-sep").endswith("; QEMU has none with it")


def line_of(number: int, name: bytes) -> str:
    """The line of a process of that name, whose last two bytes of a page are `ud2`."""
    memory = mmap.mmap(-1, 4 * PAGE)
    for place, entry in (
        (DIRECTORY + (EIP >> 22) * 4, TABLE | USERS),
        (TABLE + (EIP >> 12 & 0x3FF) * 4, FRAME | USERS),
    ):
        memory[place : place + 4] = entry.to_bytes(4, "little")
    memory[FRAME + EIP % PAGE : FRAME + EIP % PAGE + 2] = b"\x0f\x0b"
    names = [int.from_bytes(name.ljust(20, b"\0")[at : at + 4], "little") for at in range(0, 20, 4)]
    moment = host.numbers(host.MOMENTS)["ILLEGAL"]
    return illegal.line((moment, 7, DIRECTORY, 0, number, EIP, *names, 0), memoryview(memory), "x")


def test_what_lies_behind_it_need_not_be_there() -> None:
    start = f"tinygate exec: sort (pid 7): SIGILL at {EIP:#x}: "
    assert line_of(UD, b"sort") == f"{start}{ABOUT['0f0b9090']}\n"


def test_who_was_sent_it_ran_no_such_instruction() -> None:
    assert line_of(0xFFFFFFFF, b"sort").endswith(": no instruction did it, it was sent\n")


def test_a_name_does_nothing_to_the_terminal() -> None:
    assert line_of(UD, b"\x1b[2J\xff").startswith(r"tinygate exec: \x1b[2J\xff (pid 7)")
