"""Our part of a lab's kernel, built once under a seal; and what was handed in, added to it.

What was handed in is compiled in a folder with headers, the Makefile, and itself: neither the seal
nor the solution is there, for `.incbin` could read them. Headers of a hand-in change only the
kernel's own files; suite, checks and programs are compiled with those of the solution. Only then
the objects come to ours, and are linked. Nothing that was made of one hand-in is there for the
next: each begins with a copy of ours.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from builder.boot.emulator import BootImage, Connections
from builder.boot.emulator.base import ONLY_SERIAL, Exit, Machine
from builder.boot.patience import BACKSTOP_S
from builder.boot.run import RunResult, run_image
from builder.boot.verdict import judge
from builder.errors import BuildError
from builder.image.build import PLAIN_MAKE, make_command
from builder.labs.classroom.said import LineSeal, line_seal
from builder.labs.classroom.seal import Seal, new_seal
from builder.labs.grader import ENDED, OUTPUT_MAX_BYTES, PATIENCE, machine_of, shown_errors
from builder.labs.handout import KERNEL, given_tree, solved_tree
from builder.labs.lab import Files, Lab
from builder.labs.looks import LookingQemu
from builder.model.outcomes import FINISHED, PANIC
from builder.tools import commands
from builder.tools.sandbox import Limits, Sandbox
from builder.tree.render import write_tree

# A compiler takes a hundredth of each for a file of these kernels.
COMPILING = Limits(cpu_s=20, memory_bytes=1 << 30, file_bytes=16 << 20)
BOOTING = Limits(cpu_s=600, memory_bytes=None, file_bytes=16 << 20)
_LOG = "build.log"
_LOG_READ_BYTES = 1 << 16
_NO_CODE = 0x7F  # an outcome that has no meaning: what a hand-in writes by itself
# Of the tree's folders, those with what judges: never compiled with a header of a hand-in.
_JUDGES = ("checks/", "kernel/", "lib/", "dev/", "user/")
_HEADERS = (".h", ".inc", ".ld", ".mk", "Makefile")


class SealedQemu(LookingQemu):
    """QEMU in the sandbox, on which only the outcome codes of the seal mean something."""

    def __init__(self, machine: Machine, sandbox: Sandbox, seal: Seal) -> None:
        """All are those of the kernel that is booted."""
        super().__init__(machine)
        self._sandbox = sandbox
        self._codes = {seal.finished: FINISHED.code, seal.panic: PANIC.code}

    def command(
        self, machine: Machine, image: BootImage, to: Connections = ONLY_SERIAL
    ) -> list[str]:
        """See `Emulator.command`."""
        program, *words = super().command(machine, image, to)
        plain = [shutil.which(program) or program, *words]
        return self._sandbox.command(plain, BOOTING, reads=[image.path], own_processes=True)

    def explain_exit(self, status: int, control_text: str, log: str = "") -> Exit:
        """See `Emulator.explain_exit`."""
        status = self._sandbox.status(status)
        if status < 0 and '"SHUTDOWN"' in control_text:
            status = 0  # it was woken, see qemu.py
        found = super().explain_exit(status, control_text, log)
        return (
            replace(found, code=self._codes.get(found.code or 0, _NO_CODE)) if found.code else found
        )


@dataclass
class Workbench:
    """A lab, ready to have hand-ins graded.

    Attributes:
        lab: Which one.
        folder: For what is built; nobody else's.
        sandbox: In which compilers and emulators run.
    """

    lab: Lab
    folder: Path
    sandbox: Sandbox
    _seals: dict[bool, tuple[Seal, LineSeal]] = field(default_factory=dict)

    @cached_property
    def make(self) -> list[str]:
        """The command, without folder and target."""
        return make_command(Path(), jobs=2, cc=None, verbose=False)[:-1]

    def base(self, *, solved: bool) -> Files:
        """Our files, and in place of the student's those of the solution."""
        right = solved_tree(self.lab, self.lab.suite)
        tree = right if solved else given_tree(self.lab, self.lab.suite)
        return {**tree, **{path: right[path] for path in self.lab.files}}

    def ours(self, *, solved: bool) -> Path:
        """The folder with our part, built and booted once."""
        folder = self.folder / ("solved" if solved else "given")
        if solved not in self._seals:
            seal, lines = new_seal(), line_seal(self.lab)
            shutil.rmtree(folder, ignore_errors=True)
            write_tree(lines.put_on(seal.put_on(self.base(solved=solved))), folder)
            if errors := self._make(folder, ["kernel.elf"]):
                raise BuildError(
                    "our own part of the lab does not build",
                    where=self.lab.name, why="; ".join(errors),
                    fix="`tinygate doctor`; and see that the lab is of this version",
                )  # fmt: skip
            text = self._run(folder, seal).transcript.text
            self._seals[solved] = seal.learn(text), lines.learn(text)
        return folder

    def build(self, files: Files, theirs: Files, work: Path, *, solved: bool) -> list[str]:
        """See `grader.Place.build`."""
        ours, base = self.ours(solved=solved), self.base(solved=solved)
        tree, alone = work / KERNEL, work / "alone"
        for folder in (tree, alone):
            shutil.rmtree(folder, ignore_errors=True)
        objects = sorted(set(_objects(ours, theirs)))
        if objects:
            sources = {_source_of(path, base) for path in objects}
            wanted = {p: d for p, d in base.items() if p.endswith(_HEADERS) or p in sources}
            write_tree({**wanted, **theirs}, alone)
            for path in objects:
                (alone / path).parent.mkdir(parents=True, exist_ok=True)
            if errors := self._make(alone, objects):
                return errors
        shutil.copytree(ours, tree)
        for path, data in files.items():
            if path not in theirs and data != base[path]:  # ours, with a number of this check
                (tree / path).write_bytes(data)
        for path in objects:
            data = (alone / path).read_bytes()
            if not data.startswith(b"\x7fELF"):
                return [f"{path}: is no object file"]
            (tree / path).write_bytes(data)
        return self._make(tree, ["kernel.elf"])

    def boot(self, work: Path, *, solved: bool) -> RunResult:
        """See `grader.Place.boot`."""
        seal, lines = self._seals[solved]
        result = self._run(work / KERNEL, seal)
        text = lines.take_off(seal.take_off(result.transcript.text))
        transcript = replace(result.transcript, text=text)
        verdict = judge(transcript) if result.verdict.word in ENDED else result.verdict
        return replace(result, transcript=transcript, verdict=verdict)

    def _make(self, tree: Path, targets: list[str]) -> list[str]:
        """Make them in the sandbox; what the tools say if they cannot."""
        make = [str(tree) if word == "." else word for word in self.make]
        argv = ["sh", "-c", f'exec "$@" > {_LOG} 2>&1', "sh", *make, *targets]
        command = self.sandbox.command(argv, COMPILING, writes=[tree.absolute()])
        done = commands.run(command, cwd=tree, env=PLAIN_MAKE, timeout_s=BACKSTOP_S)
        if done.ok:
            return []
        with (tree / _LOG).open("rb") as stream:
            said = stream.read(_LOG_READ_BYTES).decode("utf-8", "replace")
        return shown_errors(said, tree) or ["make says nothing"]

    def _run(self, tree: Path, seal: Seal) -> RunResult:
        elf = (tree / "kernel.elf").absolute()
        machine = machine_of(self.lab)
        return run_image(
            machine,
            BootImage("kernel", elf),
            transcript_dir=tree.parent / "runs",
            name="check",
            elf_path=elf,
            patience=PATIENCE,
            max_bytes=OUTPUT_MAX_BYTES,
            emulator=SealedQemu(machine, self.sandbox, seal),
        )


def _source_of(path: str, base: Files) -> str:
    stem = path.removeprefix("obj/").removesuffix(".o")
    return next(f"{stem}{end}" for end in (".c", ".asm") if f"{stem}{end}" in base)


def _objects(ours: Path, theirs: Files) -> Iterable[str]:
    """What is compiled of what was handed in: its files, and the kernel's with its headers."""
    headers = {path for path in theirs if path.endswith((".h", ".inc"))}
    for path in theirs:
        if path.endswith((".c", ".asm")):
            yield f"obj/{path.rpartition('.')[0]}.o"
    if headers:
        for rule in sorted((ours / "obj").rglob("*.d")):
            target = rule.with_suffix(".o").relative_to(ours).as_posix()
            words = set(re.findall(r"[^\s:\\]+", rule.read_text()))
            if words & headers and not target.removeprefix("obj/").startswith(_JUDGES):
                yield target
