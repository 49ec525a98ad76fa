"""What comes in between on the way of a call: signals, other processes, and where they end."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from builder.model.layout import TSS_BYTES
from builder.xray.debugger import Registers
from builder.xray.instruction import decode
from builder.xray.machine_state import TSS_ESP0, MachineState
from builder.xray.recorder import RawRow, Touched
from builder.xray.walk import ANOTHER, Walk

TSS = 0xC0112000
HOME, OTHER = 0xF0001FF4, 0xF0004FF4  # esp0 of two processes
ESP, FRAME = 0xBFFFF000, 0xBFFFEB2C  # of the program, and where a handler's stack begins
SIGUSR1 = 10
NOP, INT, IRET, MOV = b"\x90", b"\xcd\x80", b"\xcf", b"\x89\x04\x24"
# What Walk asks about: ring, ESP and EAX before a row; its code; what it writes and where.
Step = tuple[int, int, int, bytes, tuple[int, int] | None]


def step(ring: int, esp: int, code: bytes = NOP, *, eax: int = 0) -> Step:
    return ring, esp, eax, code, None


def writes(esp: int, address: int, value: int) -> Step:
    return 0, esp, 0, MOV, (address, value)


def registers(ring: int, esp: int, eax: int) -> Registers:
    return {"eip": 0xC0100000, "cs": 0x60 | 0x13 * (ring == 3), "esp": esp, "eax": eax, "ebp": 0}


def contexts(steps: Sequence[Step], vectors: Sequence[int | None] = ()) -> list[tuple[str, ...]]:
    """What is gone through at each step."""
    return [titles for titles, _ in walked(steps, vectors)]


def walked(
    steps: Sequence[Step], vectors: Sequence[int | None] = ()
) -> list[tuple[tuple[str, ...], int]]:
    """That, and the part of the way; the last step is only where the one before it leads."""
    state = MachineState(0, b"", 0, {}, TSS, bytes(TSS_BYTES), {}, 0)
    tss = bytearray(state.tss)
    tss[TSS_ESP0 : TSS_ESP0 + 4] = HOME.to_bytes(4, "little")
    walk = Walk(MachineState(0, b"", 0, {}, TSS, bytes(tss), {}, 0))
    seen = []
    for at, (ring, esp, eax, code, written) in enumerate(steps[:-1]):
        touched = ()
        if written:
            new = written[1].to_bytes(4, "little")
            touched = (Touched(written[0], None, new, writes=True),)
        vector = vectors[at] if at < len(vectors) else None
        raw = RawRow(registers(ring, esp, eax), code, touched, vector, vector is not None)
        after = registers(*steps[at + 1][:3])
        titles = walk.contexts
        walk.begin(raw, after, decode(code, raw.registers["eip"]))
        seen.append((titles, walk.way))
        walk.end(raw, after, decode(code, raw.registers["eip"]))
    return seen


HANDLER = "handler of signal 10, SIGUSR1"
SIGNAL = (
    step(3, ESP, INT),
    writes(HOME - 64, FRAME, 0x1234),  # the handler's return address
    step(0, HOME - 20, IRET),
    step(3, FRAME, eax=SIGUSR1),
    step(3, FRAME - 16, INT),  # a call of its own
    step(0, HOME - 20, IRET),
    step(3, FRAME - 16),
    step(3, FRAME + 4, INT),  # sigreturn
    step(0, HOME - 20, IRET),
    step(3, ESP),
    step(3, ESP),
)


def test_a_handler_of_a_signal_is_a_branch_until_the_program_has_its_stack_again() -> None:
    assert contexts(SIGNAL) == [(), (), (), *[(HANDLER,)] * 6, ()]


def test_a_handler_may_have_a_stack_above_the_programs() -> None:
    high = ESP + 0x800
    moved = [
        (ring, high + esp - FRAME if FRAME - 16 <= esp < ESP else esp, eax, code,
         (high, written[1]) if written else None)
        for ring, esp, eax, code, written in SIGNAL
    ]  # fmt: skip
    assert contexts(moved) == contexts(SIGNAL)


@pytest.mark.parametrize(
    ("address", "eax"),
    [(FRAME - 64, SIGUSR1), (FRAME, 0)],
    ids=["no frame was built there", "no signal"],
)
def test_another_stack_alone_is_no_signal(address: int, eax: int) -> None:
    other = [SIGNAL[0], writes(HOME - 64, address, 1), SIGNAL[2], step(3, FRAME, eax=eax)]
    assert contexts([*other, step(3, FRAME)])[-1] == ()


def test_while_another_process_runs_it_is_a_branch_with_handlers_of_its_own() -> None:
    steps = [
        step(3, ESP, INT),
        writes(HOME - 64, TSS + TSS_ESP0, OTHER),
        step(0, HOME - 80),  # still on its own stack
        step(0, OTHER - 20, IRET),
        step(3, ESP),  # interrupted
        step(0, OTHER - 20),
        writes(OTHER - 64, TSS + TSS_ESP0, HOME),
        step(0, HOME - 80),
        step(0, HOME - 20, IRET),
        step(3, ESP),
    ]
    vectors = [None, None, None, None, 0x20]
    timer = (ANOTHER, "handler of interrupt 0x20")
    expected = [(), (), (), (ANOTHER,), (ANOTHER,), timer, timer, (), ()]
    assert contexts(steps, vectors) == expected


def test_what_is_interrupted_belongs_to_the_part_that_it_would_have_been_in() -> None:
    steps = [
        step(3, ESP, INT),
        step(0, HOME - 20),
        step(0, HOME - 20, IRET),
        step(3, ESP),  # interrupted
        step(0, HOME - 20, IRET),
        step(3, ESP),
        step(3, ESP),
    ]
    found = walked(steps, [None, None, None, 0x20])
    assert [way for titles, way in found if not titles] == [3, 5, 5, 9, 9]
    begun = walked([step(3, ESP), step(0, HOME - 20, IRET), *[step(3, ESP)] * 3], [0x20])
    assert [way for titles, way in begun if not titles] == [1, 1, 2]


def test_a_call_that_is_made_again_goes_the_way_again() -> None:
    steps = [step(3, ESP, INT), step(0, HOME - 20, IRET)] * 2
    assert [way for _, way in walked([*steps, step(3, ESP)])] == [3, 5, 3, 5]
