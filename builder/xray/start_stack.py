"""Names of what a program finds on its stack at its start: argc, argv, environment, auxv.

It is found by its form (System V ABI i386 supplement, 3-28), as its address is kept nowhere: argc,
so many pointers and a 0, pointers and a 0, pairs of which the last is AT_NULL.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from builder.model.auxv import AUXV

_ARGC_MAX = 64
_NAME = {row.number: row.name for row in AUXV}


def name_start_stack(memory: Sequence[tuple[int, bytes]], esp: int) -> dict[str, str]:
    """Address of a word, in hexadecimal -> its name; empty if the start stack is not in there.

    Args:
        memory: Address and content, among them what lies at `esp` and above.
        esp: Of the program.
    """
    for start, content in memory:
        if not start <= esp < start + len(content):
            continue
        words = struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4])
        for at in range((esp - start) // 4, len(words)):
            names = _names_from(words, at, start)
            if names:
                return {f"{start + 4 * index:x}": name for index, name in names.items()}
    return {}


def _names_from(words: Sequence[int], at: int, start: int) -> dict[int, str]:
    """Index of a word -> name, if words[at] is argc."""
    argc = words[at]
    if not 1 <= argc <= _ARGC_MAX:
        return {}
    names = {at: "argc"}
    index = at + 1
    for vector, count in (("argv", argc), ("envp", None)):
        number = 0
        while index < len(words) and words[index] != 0:
            if words[index] < start:  # the strings lie above
                return {}
            names[index] = f"{vector}[{number}]"
            index, number = index + 1, number + 1
        if index >= len(words) or count not in (None, number):
            return {}
        names[index] = f"{vector}[{number}]: the end"
        index += 1
    while index + 1 < len(words):
        kind = words[index]
        if kind not in _NAME:
            return {}
        names[index], names[index + 1] = _NAME[kind], f"value of {_NAME[kind]}"
        if _NAME[kind] == "AT_NULL":
            return names
        index += 2
    return {}
