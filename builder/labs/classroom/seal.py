"""The seal: by it a result is known for one that our own code has printed, in this very run.

A hand-in is part of the kernel: it runs in ring 0, prints what it wants, and can write to the
outcome device. So a result counts only with a number behind it that is made of random ones of this
run. They stand as operands in the machine code of the suite and of the checks, are in no file that
a hand-in is compiled beside, and no result that is good has the number of one that is not. The
nested results of a check are added up, too, word for word: a `not ok` that is left out, or made an
`ok` on its way through a hand-in's write(), breaks the seal. The outcome codes are others as well.

What this does not hold: a kernel that searches its own memory for the code that makes the seal,
and calls it with another result, or changes what a program has in its memory. It takes far more
than the lab does, and shows in the source, which is on the page of the hand-in.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from builder.errors import BuildError
from builder.labs.lab import Files
from builder.model.outcomes import FINISHED, PANIC

SECRET_FILES = ("kernel/suite.c", "lib/ktap.c")  # their objects hold the numbers
_CONSTANTS = "include/constants.h"
_WORD = 0xFFFFFFFF
_DIGITS = 8
# Outcome codes that are like no other, and whose exit status is below that of a signal.
_CODES = range(0x20, 0x3F)
_RESULT = 'print("%sok %u - %s\\n", well ? "" : "not ", i + 1,'
_SEAL_C = """
static uint32_t seal(uint32_t number, int well)
{{
    uint32_t word = (number ^ {0:#x}u) * {1:#x}u;

    word = (word ^ word >> 15 ^ (well ? {2:#x}u : {3:#x}u)) * {4:#x}u;
    return word ^ word >> 13;
}}
"""
_KTAP_C = """
static uint32_t sealed;

static void seal_result(const char *text, int good)
{{
    while (*text) {{
        sealed = (sealed ^ (uint8_t)*text++) * {0:#x}u;
    }}
    sealed = (sealed ^ sealed >> 15 ^ (good ? {1:#x}u : {2:#x}u)) * {3:#x}u;
}}
"""
_NESTED = re.compile(r"^    (?P<not>not )?ok \d+ - (?P<text>.*?)(?: # .*)?$")
_NESTED_PLAN = re.compile(r"^    1\.\.(\d{1,6})$")
_NESTED_SEAL = re.compile(r"^    # seal ([0-9a-f]{8})$")
_OUTER = re.compile(r"^(?P<not>not )?ok (?P<number>\d{1,4}) - (?P<rest>.*)$")
BROKEN = "without its seal"  # what stands behind the name of a result that our code did not print


def _numbers() -> tuple[int, ...]:
    # Odd, so that a product with one loses nothing.
    return tuple(secrets.randbits(32) | 1 for _ in range(5))


@dataclass(frozen=True)
class Seal:
    """The random numbers of one run, and what is sealed with them.

    Attributes:
        outer: For the results of the suite.
        inner: For the nested results of its checks.
        finished: What is written to the outcome device when the suite has come to its end.
        panic: And after a panic.
        titles: Of the suite's tests, in order.
        nested: How many nested results each has in a right kernel, by its number.

    The last two are known once a right kernel was run: see `learn`.
    """

    outer: tuple[int, ...] = field(default_factory=_numbers)
    inner: tuple[int, ...] = field(default_factory=_numbers)
    finished: int = FINISHED.code
    panic: int = PANIC.code
    titles: tuple[str, ...] = ()
    nested: Mapping[int, int] = field(default_factory=dict)

    def put_on(self, files: Files) -> Files:
        """The tree whose suite and checks put the seal on what they print.

        Raises:
            BuildError: The kernel's sources are not as this knows them.
        """
        files = {**files, _CONSTANTS: self._constants(files[_CONSTANTS].decode()).encode()}
        sealed = _RESULT.replace("%s\\n", "%08x %s\\n") + " seal(i + 1, well),"
        suite = _once(files, "kernel/suite.c", _RESULT, sealed)
        files["kernel/suite.c"] = _behind_includes(suite, _SEAL_C.format(*self.outer)).encode()
        if "lib/ktap.c" in files:
            files["lib/ktap.c"] = self._ktap(files).encode()
        return files

    def _constants(self, text: str) -> str:
        for outcome, code in ((FINISHED, self.finished), (PANIC, self.panic)):
            pattern = rf"(#define OUTCOME_{outcome.name} +)0x[0-9a-f]+u"
            text = re.sub(pattern, rf"\g<1>{code:#x}u", text)
        return text

    def _ktap(self, files: Files) -> str:
        begin = "    planned = count;\n"
        start = f"    sealed = {self.inner[4]:#x}u ^ count;\n"
        text = _once(files, "lib/ktap.c", begin, begin + start)
        for old, new in (
            ("    done++;\n    failed += !good;\n", "    seal_result(text, good);\n"),
            ("    done++;\n    failed++;\n", "    seal_result(text, 0);\n"),
            ("    done++;\n    print(INDENT \"ok %u - %s # SKIP", "    seal_result(text, 1);\n"),
            ("    if (done != planned) {\n", '    print(INDENT "# seal %08x\\n", sealed);\n'),
        ):  # fmt: skip
            text = _once({"lib/ktap.c": text.encode()}, "lib/ktap.c", old, new + old)
        return _behind_includes(text, _KTAP_C.format(*self.inner[:4]))

    def outer_word(self, number: int, well: bool) -> int:
        """The seal of the suite's result `number`: as `seal` in C."""
        a, b, good, bad, c = self.outer
        word = (number ^ a) * b & _WORD
        word = (word ^ word >> 15 ^ (good if well else bad)) * c & _WORD
        return word ^ word >> 13

    def inner_start(self, planned: int) -> int:
        """The seal of no nested result, of so many that will come."""
        return self.inner[4] ^ planned

    def inner_word(self, word: int, text: str, well: bool) -> int:
        """The seal of one nested result more: as `seal_result` in C."""
        a, good, bad, b, _ = self.inner
        for byte in text.encode("utf-8", "replace"):
            word = (word ^ byte) * a & _WORD
        return (word ^ word >> 15 ^ (good if well else bad)) * b & _WORD

    def learn(self, transcript: str) -> Seal:
        """The same, with what a right kernel that has it prints: titles and nested results."""
        titles, nested, block = [], {}, _Block(self)
        for line in transcript.split("\n"):
            outer = _OUTER.match(line)
            if outer is None:
                block.see(line)
                continue
            titles.append(outer["rest"][_DIGITS + 1 :])
            if block.good:
                nested[int(outer["number"])] = block.good
            block = _Block(self)
        return replace(self, titles=tuple(titles), nested=nested)

    def take_off(self, text: str) -> str:
        """What a sealed kernel printed, as one without seals prints it.

        A result whose seal is not right, or whose nested results are not as many as they should be,
        each good, under a right seal, is no `ok` any more, and has BROKEN behind its name.
        """
        lines, block = [], _Block(self)
        for line in text.split("\n"):
            outer = _OUTER.match(line)
            if outer is None:
                if not block.see(line):
                    lines.append(line)
                continue
            lines.append(self._opened(outer, block))
            block = _Block(self)
        return "\n".join(lines)

    def _opened(self, outer: re.Match[str], block: _Block) -> str:
        number, well = int(outer["number"]), outer["not"] is None
        known = 0 < number <= len(self.titles)
        title = self.titles[number - 1] if known else ""
        if not title or outer["rest"] != f"{self.outer_word(number, well):08x} {title}":
            return f"not ok {number} - {title or 'a test that is none'} ({BROKEN})"
        if well and number in self.nested and block.good != self.nested[number]:
            return f"not ok {number} - {title} ({BROKEN})"
        return f"{'' if well else 'not '}ok {number} - {title}"


class _Block:
    """The nested results before one of the suite's."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal
        self._word = 0
        self._good: list[bool] = []
        self.good = 0  # results that are, under a right seal, and none of them bad

    def see(self, line: str) -> bool:
        """Take one line; true for a seal, which nobody else needs to see."""
        if plan := _NESTED_PLAN.match(line):
            self._word, self._good = self._seal.inner_start(int(plan[1])), []
        elif result := _NESTED.match(line):
            self._good.append(result["not"] is None)
            self._word = self._seal.inner_word(self._word, result["text"], self._good[-1])
        elif seal := _NESTED_SEAL.match(line):
            if f"{self._word:08x}" == seal[1] and all(self._good):
                self.good += len(self._good)
            return True
        return False


def new_seal() -> Seal:
    """One that nobody has seen."""
    finished = secrets.choice(_CODES)
    panic = secrets.choice([code for code in _CODES if code != finished])
    return Seal(finished=finished, panic=panic)


def _once(files: Files, path: str, old: str, new: str) -> str:
    text = files[path].decode()
    if text.count(old) != 1:
        raise BuildError(
            f"what is to be sealed is there {text.count(old)} times", where=path, why=repr(old)
        )
    return text.replace(old, new)


def _behind_includes(text: str, code: str) -> str:
    end = [match.end() for match in re.finditer(r"^#include .*\n", text, re.MULTILINE)][-1]
    return text[:end] + code + text[end:]
