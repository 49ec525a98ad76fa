"""Structures whose layout both C and NASM must know: register frame, TSS, process, per-CPU data.

A layout is a tuple of fields in memory order. C gets a struct made from it and an assertion of its
size; NASM gets one offset constant for each field that assembly reads. No offset is ever typed.
"""

from dataclasses import dataclass

from builder.model import host


@dataclass(frozen=True)
class Field:
    """One member of a structure. `c_type` may hold `{}` where the name goes, for arrays."""

    name: str
    c_type: str
    size_bytes: int
    comment: str
    layer: str = "int80"
    until: str = ""  # the layer that does without it

    @property
    def c_declaration(self) -> str:
        """The member's declaration in C, without the semicolon."""
        if "{}" in self.c_type:
            return self.c_type.format(self.name)
        separator = "" if self.c_type.endswith("*") else " "
        return f"{self.c_type}{separator}{self.name}"


@dataclass(frozen=True)
class PlacedField:
    """A field with the offset that its place in the structure gives it."""

    field: Field
    offset: int


@dataclass(frozen=True)
class Layout:
    """A structure: its C name, the prefix of its NASM constants, and its fields in memory order."""

    c_name: str
    prefix: str
    comment: str
    fields: tuple[Field, ...]

    @property
    def placed(self) -> tuple[PlacedField, ...]:
        """The fields with their offsets; every field must be naturally aligned up to 4 bytes."""
        offset = 0
        placed = []
        for field in self.fields:
            align = min(4, field.size_bytes & -field.size_bytes)
            assert offset % align == 0, f"{self.c_name}.{field.name} at {offset} is not aligned"
            placed.append(PlacedField(field, offset))
            offset += field.size_bytes
        return tuple(placed)

    @property
    def size_bytes(self) -> int:
        """Size of the structure, a multiple of 4."""
        size = sum(field.size_bytes for field in self.fields)
        assert size % 4 == 0, f"{self.c_name}: {size} bytes is not a multiple of 4"
        return size

    def offset_of(self, name: str) -> int:
        """Byte offset of the field called `name`; KeyError if there is none."""
        return {placed.field.name: placed.offset for placed in self.placed}[name]

    def for_layers(self, layers: tuple[str, ...]) -> "Layout":
        """The same structure with only the fields that these layers bring in."""
        kept = tuple(f for f in self.fields if f.layer in layers and f.until not in layers)
        return Layout(self.c_name, self.prefix, self.comment, kept)


PT_REGS = Layout(
    "pt_regs",
    "PT",
    "An interrupted program's registers (Linux arch/x86 ptrace.h)",
    (
        Field("ebx", "uint32_t", 4, "1st argument of a system call"),
        Field("ecx", "uint32_t", 4, "2nd argument"),
        Field("edx", "uint32_t", 4, "3rd argument"),
        Field("esi", "uint32_t", 4, "4th argument"),
        Field("edi", "uint32_t", 4, "5th argument"),
        Field("ebp", "uint32_t", 4, "6th argument"),
        Field("eax", "uint32_t", 4, "result of a system call"),
        Field("ds", "uint32_t", 4, "only the low 16 bits mean something"),
        Field("es", "uint32_t", 4, "only the low 16 bits mean something"),
        Field("fs", "uint32_t", 4, "only the low 16 bits mean something"),
        Field("gs", "uint32_t", 4, "only the low 16 bits mean something"),
        Field("orig_eax", "uint32_t", 4, "number of the call, or an error code"),
        Field("eip", "uint32_t", 4, "from here on as the CPU pushes it"),
        Field("cs", "uint32_t", 4, "bits 1:0: the ring that was interrupted"),
        Field("eflags", "uint32_t", 4, ""),
        Field("esp", "uint32_t", 4, "only there if the interrupt came from ring 3"),
        Field("ss", "uint32_t", 4, "only there if the interrupt came from ring 3"),
    ),
)

_DATA = ("gs", "fs", "es", "ds")
_SEGMENTS = ("es", "cs", "ss", "ds", "fs", "gs")
_REGISTERS = ("eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi")

TSS = Layout(
    "tss",
    "TSS",
    "Task state segment, 32 bit (SDM 3A 7.2.1)",
    (
        Field("link", "uint32_t", 4, "selector of the task that IRET with NT set returns to"),
        Field("esp0", "uint32_t", 4, "ring 0 stack, for when ring 3 is interrupted"),
        Field("ss0", "uint32_t", 4, "its segment"),
        Field("esp1", "uint32_t", 4, "rings 1 and 2 are not used", until="vsyscall"),
        Field(
            "esp1",
            "uint32_t",
            4,
            "not for ring 1, which is not used: where SYSENTER begins",
            "vsyscall",
            until="robust",
        ),
        Field("esp1", "uint32_t", 4, "rings 1 and 2 are not used", "robust"),
        Field(
            "unused", "uint32_t {}[21]", 84, "for rings 1 and 2, and a task's registers", "lesson"
        ),
        Field("ss1", "uint32_t", 4, "", "robust"),
        Field("esp2", "uint32_t", 4, "", "robust"),
        Field("ss2", "uint32_t", 4, "", "robust"),
        Field(
            "cr3", "uint32_t", 4, "from here to ldt: only used by a hardware task switch", "robust"
        ),
        Field("eip", "uint32_t", 4, "", "robust"),
        Field("eflags", "uint32_t", 4, "", "robust"),
        *(Field(name, "uint32_t", 4, "", "robust") for name in _REGISTERS),
        *(Field(name, "uint32_t", 4, "", "robust") for name in _SEGMENTS),
        Field("ldt", "uint32_t", 4, "", "robust"),
        Field("trap", "uint16_t", 2, "bit 0: debug exception on a switch to this task"),
        Field("iomap_base", "uint16_t", 2, "I/O permission bitmap; beyond the limit: none"),
        Field(
            "emergency_stack",
            "uint32_t {}[64]",
            256,
            "not the CPU's: esp1 is its end",
            "vsyscall",
            until="robust",
        ),
    ),
)
TSS_BYTES = 104  # of them the CPU knows

SIGCONTEXT = Layout(
    "sigcontext",
    "SIGCONTEXT",
    "A program's registers in a signal frame (Linux arch/x86 uapi sigcontext.h)",
    (
        *(Field(name, "uint32_t", 4, "only the low 16 bits mean something") for name in _DATA),
        *(Field(name, "uint32_t", 4, "") for name in ("edi", "esi", "ebp", "esp")),
        *(Field(name, "uint32_t", 4, "") for name in ("ebx", "edx", "ecx", "eax")),
        Field("trapno", "uint32_t", 4, "vector of the last exception"),
        Field("err", "uint32_t", 4, "and its error code"),
        Field("eip", "uint32_t", 4, ""),
        Field("cs", "uint32_t", 4, ""),
        Field("eflags", "uint32_t", 4, ""),
        Field("esp_at_signal", "uint32_t", 4, "the same as esp"),
        Field("ss", "uint32_t", 4, ""),
        Field("fpstate", "uint32_t", 4, "address of the x87 and SSE registers, or 0"),
        Field("oldmask", "uint32_t", 4, "signals that were blocked, the first 32"),
        Field("cr2", "uint32_t", 4, "address of the last page fault"),
    ),
)

PROCESS = Layout(
    "process",
    "PROCESS",
    "A process. It lies at the very top of its kernel stack, so that esp0 points to it",
    (
        Field("work", "uint32_t", 4, "WORK_ bits: to be done on the way to ring 3"),
        Field(
            "sysenter_return",
            "uint32_t",
            4,
            "where SYSEXIT goes: in the vsyscall page",
            "page-random",
        ),
        Field("context_esp", "uint32_t", 4, "kernel stack pointer while it is not running"),
        Field("page_directory", "uint32_t *", 4, "its address space"),
        Field("space", "struct space *", 4, "what is promised there", "processes"),
        Field("files", "struct files *", 4, "its open files", "processes"),
        Field("fpu", "void *", 4, "its x87 and SSE registers", "processes"),
        Field("cpu", "struct cpu *", 4, "the CPU that it runs on, or ran on last", "robust"),
        Field("next", "struct process *", 4, "in the queue of those that wait for a CPU", "robust"),
        Field("waits_in", "struct wait_queue *", 4, "or for what, if it sleeps", "processes"),
        Field("next_timed", "struct process *", 4, "of those that sleep until", "processes"),
        Field("wake_tick", "uint32_t", 4, "this tick of the clock", "processes"),
        Field("is_timed", "uint32_t", 4, "it is one of them", "processes"),
        Field("next_process", "struct process *", 4, "of all", "processes", until="linux"),
        Field("of_all", "struct node", 8, "in the list of all", "linux"),
        Field("by_pid", "struct node", 8, "among those with a like number", "linux"),
        Field("parent", "struct process *", 4, "goes on when it ends", until="robust"),
        Field("parent", "struct process *", 4, "", "processes"),
        Field("children", "struct process *", 4, "the youngest", "processes", until="linux"),
        Field("children", "struct list", 8, "the oldest first", "linux"),
        Field("sibling", "struct process *", 4, "the next older child", "processes", until="linux"),
        Field("of_parent", "struct node", 8, "among its parent's children", "linux"),
        Field("is_orphan", "uint32_t", 4, "its parent has ended", "processes"),
        Field("child_ended", "struct wait_queue", 8, "it waits here for its children", "processes"),
        Field("vfork_parent", "struct process *", 4, "waits until it needs no memory", "processes"),
        Field("vfork_waits", "uint32_t", 4, "it is that parent", "processes"),
        Field("wait_status", "int32_t", 4, "how it ended, for wait4()", "processes"),
        Field(
            "killed_by_signal",
            "int32_t",
            4,
            "the signal that is to end it",
            "processes",
            until="linux",
        ),
        Field("group", "struct group *", 4, "what its threads have in common", "linux"),
        Field("of_group", "struct node", 8, "among those threads", "linux"),
        Field("tgid", "int32_t", 4, "number of the process that it is a thread of", "linux"),
        Field("clear_tid_addr", "uint32_t", 4, "what to clear when it ends", "linux"),
        Field("tls", "uint64_t {}[TLS_ENTRIES]", 24, "its descriptors 6 to 8", "linux"),
        Field("pending", "struct pending_list", 12, "signals for it alone", "linux"),
        Field("blocked", "uint64_t", 8, "signals that have to wait", "linux"),
        Field("saved_mask", "uint64_t", 8, "`blocked` before sigsuspend()", "linux"),
        Field("has_saved_mask", "uint32_t", 4, "", "linux"),
        Field("altstack_addr", "uint32_t", 4, "sigaltstack()", "linux"),
        Field("altstack_size", "uint32_t", 4, "0: there is none", "linux"),
        Field("trap_vector", "uint32_t", 4, "of its last exception", "linux"),
        Field("trap_error", "uint32_t", 4, "", "linux"),
        Field("trap_address", "uint32_t", 4, "CR2 of its last page fault", "linux"),
        Field("forced", "uint32_t", 4, "the signal of an exception that is on its way", "linux"),
        Field("ticks", "uint32_t", 4, "of the clock, while it had a CPU", "linux"),
        Field("awaited", "uint64_t", 8, "blocked, but sigtimedwait() takes them", "linux"),
        Field("robust_list_addr", "uint32_t", 4, "locks to give up when it ends", "linux"),
        Field("restart_tick", "uint32_t", 4, "end of a sleep that was interrupted", "linux"),
        Field("pid", "int32_t", 4, ""),
        Field("state", "uint32_t", 4, "enum process_state", "robust"),
        Field("exit_status", "int32_t", 4, "what it passed to exit()"),
        Field("killed_by", "int32_t", 4, "vector of the exception that ended it, or -1"),
        Field(
            "start_eip",
            "uint32_t",
            4,
            "where ring 3 begins: its entry point",
            "robust",
            until="processes",
        ),
        Field("start_esp", "uint32_t", 4, "and its first stack pointer", "robust", "processes"),
        Field(
            "sysinfo",
            "uint32_t",
            4,
            "address of its __kernel_vsyscall",
            "robust",
            until="processes",
        ),
        Field(
            "io_bitmap",
            "uint8_t *{}[2]",
            8,
            "its ports, half of them each, or NULL for none",
            "io-bitmap",
        ),
        Field("name", "const char *", 4, "of its program", until="robust"),
        Field("name", "char {}[16]", 16, "", "robust"),
    ),
)


def _host_layout(
    c_name: str, comment: str, fields: tuple[tuple[str, str, int, str], ...]
) -> Layout:
    rows = (Field(name, c_type, size, text) for name, c_type, size, text in fields)
    return Layout(c_name, c_name.upper(), comment, tuple(rows))


def host_layouts(layers: tuple[str, ...]) -> tuple[Layout, ...]:
    """What the kernel of `tinygate exec` and the host share; none for other kernels."""
    if "host" not in layers:
        return ()
    trace = _host_layout("host_trace", "What has happened to a thread", host.TRACE_FIELDS)
    last = ("trace", "struct host_trace", trace.size_bytes, "what has happened last")
    area = (*host.AREA_FIELDS, last)
    return (
        _host_layout("host_stream", "A stream between process 1 and the host", host.STREAM_FIELDS),
        trace,
        _host_layout("host_area", "What the kernel and the host tell each other", area),
        _host_layout("host_start", "What the host wants to be run", host.START_FIELDS),
    )
