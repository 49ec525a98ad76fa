"""The keys of kernel.toml: their types, defaults, rules and meaning, each once.

kernel.toml itself, the JSON Schema and docs/configuration.md are made from these fields, by
reference.py.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    StrictBool,
    StrictInt,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from builder.config.rules import Rule, Since, since
from builder.config.step import Step

PROGRAM_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
PROGRAMS_MAX = 32
STRINGS_MAX = 32
STRING_BYTES_MAX = 255  # all strings of a program together must fit its first stack page
# With 2 MiB, 740 KiB are left of the BIOS and the kernel; a process takes 80 KiB and more.
MUCH_MEMORY_MIB, CPUS_IN_LEAST_MEMORY = 4, 4
STRINGS_BYTES_MAX = 2048  # arguments and environment, with a 0 byte after each

ProgramStrings = Annotated[
    tuple[str, ...],
    Since(Step.ROBUST),
    Rule(
        f"a list of at most {STRINGS_MAX} strings without NUL, each at most {STRING_BYTES_MAX} "
        f"bytes; arguments and environment together at most {STRINGS_BYTES_MAX} bytes"
    ),
]


class Section(BaseModel):
    """One table of kernel.toml; unknown keys are errors, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class KernelSection(Section):
    """Which kernel."""

    step: Step = Field(
        default=Step.VSYSCALL, description="The step: which of the growing kernels is made."
    )


class CpuSection(Section):
    """The processors of the kernel."""

    count: Annotated[StrictInt, Since(Step.ROBUST)] = Field(
        default=1,
        ge=1,
        le=8,
        description="CPUs that the kernel brings up; QEMU is given as many, but only one that has "
        "no local APIC (486).",
    )


class SysenterSection(Section):
    """The fast way in."""

    stack: Annotated[Literal["per-switch", "esp0-word", "tss-end"], Since(Step.ROBUST)] = Field(
        default="tss-end",
        description="What MSR_IA32_SYSENTER_ESP points at: the kernel stack itself, rewritten at "
        "every switch (per-switch); the esp0 word in the TSS (esp0-word); or just past the TSS, "
        "with an emergency stack, as Linux does it (tss-end).",
    )


class VsyscallSection(Section):
    """The page that programs call."""

    address: Annotated[Literal["fixed", "random"], Since(Step.ROBUST)] = Field(
        default="fixed",
        description="Where the vsyscall page is: at 0xffffe000 in every process (fixed), or "
        "somewhere else in each (random).",
    )


class TssSection(Section):
    """The task state segment."""

    io_bitmap: Annotated[StrictBool, Since(Step.ROBUST)] = Field(
        default=True,
        description="I/O permission bitmap in the TSS, and the ioperm system call that sets it.",
    )


class HostSection(Section):
    """The computer that runs the emulator."""

    streams: Annotated[StrictBool, Since(Step.LINUX)] = Field(
        default=False,
        description="Standard input, output and error of process 1 are those of `tinygate exec`, "
        "which tells the kernel what to run; there are no built-in programs.",
    )
    trace: Annotated[StrictBool, Since(Step.LINUX)] = Field(
        default=False,
        description="The kernel tells of every system call, for the --strace of `tinygate exec`.",
    )


class ProgramsSection(Section):
    """What runs in ring 3."""

    suite: Literal["demo", "checks", "echo", "none"] = Field(
        default="demo",
        description="The built-in programs: a demonstration (demo), every guest check (checks), "
        "one that repeats what is typed (echo, from step robust on), or only those in `files` "
        "(none).",
    )
    files: Annotated[
        tuple[str, ...],
        Rule(
            f"a list of at most {PROGRAMS_MAX} paths; the last part of each is its name: 1 to 64 "
            "of A-Z a-z 0-9 . _ + -, beginning with a letter or digit, no two alike"
        ),
    ] = Field(
        default=(),
        description="Further programs, static i386 ELF files; paths start at the folder of "
        "kernel.toml.",
    )
    args: ProgramStrings = Field(
        default=(), description="Arguments (argv[1] onwards) of the programs in `files`."
    )
    env: ProgramStrings = Field(
        default=(), description="Environment of the programs in `files`, as NAME=value strings."
    )

    @field_validator("files")
    @classmethod
    def _names_fit(cls, files: tuple[str, ...]) -> tuple[str, ...]:
        if len(files) > PROGRAMS_MAX:
            raise ValueError(f"{len(files)} paths are too many")
        names: set[str] = set()
        for file in files:
            name = Path(file).name
            if "\0" in file or not PROGRAM_NAME.fullmatch(name):
                raise ValueError(f"{name!r} is not a program name")
            if name in names:
                raise ValueError(f"two programs are named {name!r}")
            names.add(name)
        return files

    @field_validator("args", "env")
    @classmethod
    def _strings_fit(cls, strings: tuple[str, ...]) -> tuple[str, ...]:
        sizes = [len(string.encode()) for string in strings]
        if len(strings) > STRINGS_MAX:
            raise ValueError(f"{len(strings)} strings are too many")
        if any("\0" in string for string in strings):
            raise ValueError("a string holds a NUL")
        if max(sizes, default=0) > STRING_BYTES_MAX:
            raise ValueError(f"a string has {max(sizes)} bytes, which are too many")
        return strings

    @field_validator("env")
    @classmethod
    def _env_has_names(cls, strings: tuple[str, ...]) -> tuple[str, ...]:
        for string in strings:
            if string.find("=") < 1:
                raise ValueError(f"{string!r} is not of the form NAME=value")
        return strings


class MachineSection(Section):
    """The emulated machine; nothing here changes the kernel that is built."""

    emulator: Literal["qemu", "bochs", "v86", "dosbox-x"] = Field(
        default="qemu",
        description="What emulates it. The others boot the disk image only, and are optional: "
        "`make doctor` says how to get them.",
    )
    cpu: Annotated[str, Rule("a CPU model, such as pentium3, 486 or qemu32,-sep")] = Field(
        default="pentium3",
        max_length=200,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+=,-]*$",
        description="CPU model: a value of QEMU's -cpu; for Bochs and DOSBox-X one of theirs, or "
        "a name that they know, too, such as pentium or pentium3. v86 has only pentium3.",
    )
    memory_mib: StrictInt = Field(
        default=16,
        ge=2,
        le=3072,
        description="Memory of the machine in MiB. Step linux needs at least 4, as do the checks "
        "of step processes and those of more than four CPUs.",
    )
    boot: Literal["disk", "kernel"] = Field(
        default="disk",
        description="Boot the raw disk image through its own boot sector (disk), or the ELF file "
        "by QEMU's -kernel (kernel).",
    )

    @field_validator("cpu")
    @classmethod
    def _is_a_model(cls, cpu: str) -> str:
        if cpu == "help":  # QEMU would print them, and end as after a reset
            raise ValueError("it asks for the list of models")
        return cpu


class KernelConfig(Section):
    """A whole, valid kernel.toml."""

    kernel: KernelSection = KernelSection()
    cpu: CpuSection = CpuSection()
    sysenter: SysenterSection = SysenterSection()
    vsyscall: VsyscallSection = VsyscallSection()
    tss: TssSection = TssSection()
    host: HostSection = HostSection()
    programs: ProgramsSection = ProgramsSection()
    machine: MachineSection = MachineSection()

    _folder: Path = PrivateAttr(default=Path())

    @property
    def digest(self) -> str:
        """12 hex digits over everything that can change the kernel, that is all but [machine]."""
        values = self.model_dump(mode="json", exclude={"machine"})
        if self.host == HostSection():
            del values["host"]  # younger than the others: kernels without it are as before
        text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def folder(self) -> Path:
        """Where the paths in `programs.files` start: the folder of kernel.toml."""
        return self._folder

    @property
    def program_paths(self) -> tuple[Path, ...]:
        """`programs.files` as paths that can be opened; their content is not checked here."""
        return tuple(self._folder / file for file in self.programs.files)

    @model_validator(mode="after")
    def _keys_apply(self) -> "KernelConfig":
        step = self.kernel.step
        for section, part in self:
            for name, info in type(part).model_fields.items():
                value, first = getattr(part, name), since(info)
                if step < first and value != info.default:
                    raise _broken(
                        f"{section}.{name}",
                        value,
                        f"step {step} has no such thing; it comes with step {first}",
                        f"leave {section}.{name} out, or set kernel.step to {first} or later",
                    )
        return self

    @model_validator(mode="after")
    def _programs_exist(self) -> "KernelConfig":
        programs = self.programs
        if self.host.streams and (programs.suite != "none" or programs.files):
            raise _broken(
                "host.streams",
                True,
                "the host says what is run, so that the kernel has no programs of its own",
                'set programs.suite to "none", and leave programs.files out',
            )
        if self.host.trace and not self.host.streams:
            raise _broken(
                "host.trace",
                True,
                "only the kernel of `tinygate exec` has somebody to tell",
                "set host.streams to true, or leave host.trace out",
            )
        if programs.suite == "echo" and self.kernel.step < Step.ROBUST:
            raise _broken(
                "programs.suite",
                "echo",
                f"step {self.kernel.step} has no read(), and echo reads what is typed; "
                f"it comes with step {Step.ROBUST}",
                f'set programs.suite to "demo", or kernel.step to {Step.ROBUST} or later',
            )
        if programs.suite == "none" and not programs.files and self.kernel.step < Step.LINUX:
            raise _broken(
                "programs.suite",
                "none",
                "without built-in programs and programs.files the kernel has nothing to run",
                'name a program in programs.files, or set programs.suite to "demo"',
            )
        for name in ("args", "env"):
            if (strings := getattr(programs, name)) and not programs.files:
                raise _broken(
                    f"programs.{name}",
                    strings,
                    "it is handed to the programs in programs.files, and there are none",
                    f"leave programs.{name} out, or name a program in programs.files",
                )
        return self

    @model_validator(mode="after")
    def _strings_fit_the_stack_page(self) -> "KernelConfig":
        strings = (*self.programs.args, *self.programs.env)
        size = sum(len(string.encode()) + 1 for string in strings)
        if size > STRINGS_BYTES_MAX:
            raise _broken(
                "programs.env" if self.programs.env else "programs.args",
                f"{size} bytes",
                f"too many: they share the first stack page, at most {STRINGS_BYTES_MAX} bytes",
                "shorten them, or leave some out",
            )
        return self

    @model_validator(mode="after")
    def _memory_suffices(self) -> "KernelConfig":
        has_checks = self.programs.suite == "checks"
        if self.kernel.step >= Step.LINUX:
            who = "step linux needs"
        elif has_checks and self.kernel.step >= Step.PROCESSES:
            who = f"the checks of step {self.kernel.step} need"
        elif has_checks and self.cpu.count > CPUS_IN_LEAST_MEMORY:
            who = f"the checks of more than {CPUS_IN_LEAST_MEMORY} CPUs need"
        else:
            return self
        if self.machine.memory_mib < MUCH_MEMORY_MIB:
            raise _broken(
                "machine.memory_mib",
                self.machine.memory_mib,
                f"{who} at least {MUCH_MEMORY_MIB} MiB: with less a program cannot be loaded",
                f"set machine.memory_mib to {MUCH_MEMORY_MIB} or more",
            )
        return self


def _broken(key: str, value: object, rule: str, fix: str) -> PydanticCustomError:
    """A rule over several keys; load.py turns `context` into the ConfigError."""
    return PydanticCustomError(
        "combination", "{rule}", {"key": key, "value": value, "rule": rule, "fix": fix}
    )
