"""The record of one call: what was executed, what each word is called, what the CPU did itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from builder.bench.null_call import null_call
from builder.boot.emulator import Machine
from builder.errors import UserError
from builder.model.layout import PT_REGS
from builder.tools import commands
from builder.tree.render import render_tree
from builder.xray.find_call import Wanted
from builder.xray.folding import ALL, Fold, fold
from builder.xray.make_record import Subject, make_record
from builder.xray.record import Record, Row, as_json, read_record, write_record
from builder.xray.terminal_view import COLUMNS, lines_of
from qemu_tests.kit.kernels import Kernel, Lab

GETPID = 20
STEPS = ("int80", "sysenter", "vsyscall", "robust", "processes", "linux")


def subject_of(kernel: Kernel, **machine: object) -> Subject:
    of = Machine(
        cpu=kernel.config.machine.cpu,
        memory_mib=kernel.config.machine.memory_mib,
        cpus=kernel.config.cpu.count,
    )
    return Subject(kernel.model, kernel.config.digest, replace(of, **machine), kernel.tree)  # type: ignore[arg-type]


def getpid(lab: Lab, *overrides: str, **how: object) -> Record:
    kernel = lab.kernel(*overrides, debug=True)
    wanted = Wanted("hello", GETPID)
    return make_record(subject_of(kernel), wanted, **how)  # type: ignore[arg-type]


def written(rows: Sequence[Row]) -> list[str]:
    return [word.name for row in rows for word in row.writes]


@pytest.fixture(scope="module")
def page(lab: Lab) -> Record:
    return getpid(lab, "kernel.step=vsyscall")


@pytest.mark.parametrize("step", STEPS)
def test_a_null_call_is_followed_until_the_program_goes_on(lab: Lab, step: str) -> None:
    record = getpid(lab, f"kernel.step={step}")
    assert record.cut == ""
    assert record.disagreements == ()
    assert (record.call.name, record.call.program) == ("getpid", "hello")
    assert [row.number for row in record.rows] == list(range(1, len(record.rows) + 1))
    assert all(row.file and row.source and row.symbol for row in record.rows), step
    assert {row.file.rpartition(".")[2] for row in record.rows} <= {"c", "h", "asm", "inc"}


@pytest.mark.parametrize("step", ["int80", "sysenter", "vsyscall"])
def test_it_has_as_many_rows_as_the_sources_say(lab: Lab, step: str) -> None:
    kernel = lab.kernel(f"kernel.step={step}")
    expected = null_call(step, render_tree(kernel.config))
    record = getpid(lab, f"kernel.step={step}")
    assert len(record.rows) == expected.total


def test_the_way_is_numbered_as_in_the_picture(page: Record) -> None:
    parts = list(dict.fromkeys(row.way for row in page.rows))
    assert parts == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_every_member_of_the_frame_is_named_where_it_is_written(page: Record) -> None:
    frame = [name for name in written(page.rows) if name.startswith("pt_regs.")]
    assert frame == [f"pt_regs.{row.field.name}" for row in reversed(PT_REGS.placed)]


def test_words_have_the_names_that_a_reader_knows(page: Record) -> None:
    by_name = {word.name: word for row in page.rows for word in (*row.reads, *row.writes)}
    assert by_name["tss.esp0"].new == page.tables.tss["esp0"]
    assert by_name["process.work"].new == 0
    assert by_name["sys_call_table[20]"].new
    saved = [name for name in written(page.rows) if name.startswith("saved")]
    assert saved == ["saved ECX (page)", "saved EDX (page)", "saved EBP (page)"]
    returns = [name for name in written(page.rows) if name.startswith("return address")]
    assert [name.rpartition(" ")[2].partition("+")[0] for name in returns] == [
        "system_call",
        "sysenter_entry.return",
    ]
    assert {"argc", "argv[0]"} <= set(page.names.values())


def test_what_the_cpu_does_is_what_the_msrs_say(page: Record) -> None:
    row = next(row for row in page.rows if row.text == "sysenter")
    found = {part.what: part for part in row.cpu}
    assert list(found) == ["cs", "ss", "esp", "eip", "eflags"]
    assert found["esp"].value == page.tables.msr["MSR_IA32_SYSENTER_ESP"]
    assert all(part.agrees and part.manual for part in row.cpu)
    assert row.registers["cs"][1] == 0x60
    back = next(row for row in page.rows if row.text == "sysexit")
    assert [part.what for part in back.cpu] == ["cs", "ss", "esp", "eip", "eflags"]


def test_int_80h_pushes_five_words_and_iret_takes_them(lab: Lab) -> None:
    record = getpid(lab, "kernel.step=int80")
    row = record.rows[0]
    assert (row.ring, row.text) == (3, "int 0x80")
    frame = [f"pt_regs.{name}" for name in ("eip", "cs", "eflags", "esp", "ss")]
    assert written([row]) == frame
    assert [part.what for part in row.cpu if part.what.startswith("pushed")] == [
        f"pushed {name}" for name in ("ss", "esp", "eflags", "cs", "eip")
    ]
    last = record.rows[-1]
    assert last.text == "iretd"
    assert {part.what for part in last.cpu} == {"eip", "cs", "eflags", "esp", "ss"}
    assert {row.way for row in record.rows} == {3, 5, 7, 8}


def test_the_gate_is_chosen(lab: Lab) -> None:
    kernel = lab.kernel("kernel.step=vsyscall", debug=True)
    record = make_record(subject_of(kernel), Wanted("cost", GETPID, "int80", nth=2))
    assert (record.call.gate, record.call.nth) == ("int80", 2)
    assert record.rows[0].text == "int 0x80"


@pytest.mark.parametrize(
    ("nth", "program", "call"), [(2, "hello", "write"), (3, "hello", "exit"), (5, "auxv", "write")]
)
def test_of_all_calls_the_nth_is_found(lab: Lab, nth: int, program: str, call: str) -> None:
    """All of them begin at the CALL of `system_call`, at one address in all programs."""
    kernel = lab.kernel("kernel.step=vsyscall", debug=True)
    record = make_record(subject_of(kernel), Wanted(nth=nth), until="sysenter_entry")
    assert (record.call.program, record.call.name, record.call.nth) == (program, call, nth)


def test_a_cpu_without_sysenter_goes_by_the_stub_that_it_has(lab: Lab) -> None:
    record = getpid(lab, "kernel.step=vsyscall", "machine.cpu=486")
    assert record.call.gate == "page"
    assert [row.text for row in record.rows if row.way == 3] == ["int 0x80"]
    assert {row.file for row in record.rows if row.way == 9} == {"entry/vsyscall_int80.asm"}


def test_a_timer_interrupt_is_a_branch_that_comes_back(lab: Lab) -> None:
    record = getpid(lab, "kernel.step=robust", timer_at=3)
    assert record.cut == "" and record.disagreements == ()
    came = next(row for row in record.rows if row.event)
    assert (came.event, came.ring, came.branch) == ("interrupt 0x20", 3, 0)
    branch = [row for row in record.rows if row.branch]
    assert branch[-1].text == "iretd" and {row.way for row in branch} == {0}
    assert record.totals["instructions"] == getpid(lab, "kernel.step=robust").totals["instructions"]
    assert isinstance(fold(branch)[0], Fold)


@pytest.mark.parametrize(
    ("step", "row", "why"),
    [("robust", 2000, "the call ends with row "), ("vsyscall", 3, "step vsyscall has no timer")],
)
def test_a_timer_interrupt_that_does_not_come_is_missed(
    lab: Lab, step: str, row: int, why: str
) -> None:
    with pytest.raises(UserError, match="no timer interrupt came") as caught:
        getpid(lab, f"kernel.step={step}", timer_at=row)
    assert caught.value.why.startswith(why)


def test_a_page_fault_of_the_kernel_is_a_branch_too(lab: Lab) -> None:
    kernel = lab.kernel("kernel.step=vsyscall", "programs.suite=checks", debug=True)
    write = next(row.number for row in kernel.model.syscalls if row.name == "write")
    # The first of its calls with a buffer that is not there.
    record = make_record(subject_of(kernel), Wanted("pointers", write, nth=16))
    came = next(row for row in record.rows if row.event)
    assert (came.event, came.ring) == ("#PF page fault", 0)
    assert record.cut == "" and record.disagreements == ()
    assert any(name.startswith("pt_regs of #PF") for name in written(record.rows))


def test_until_ends_the_record_there(lab: Lab) -> None:
    record = getpid(lab, "kernel.step=vsyscall", until="sys_getpid")
    assert record.cut == ""
    assert record.rows[-1].function == "call_getpid"


def test_a_record_that_grows_too_long_is_cut_and_kept(lab: Lab) -> None:
    record = getpid(lab, "kernel.step=vsyscall", rows_max=10)
    assert len(record.rows) == 10
    assert record.cut == "after 10 instructions the program had not gone on"


def test_c_functions_are_one_line_each_and_can_be_opened(page: Record) -> None:
    folds = [item for item in fold(page.rows) if isinstance(item, Fold)]
    assert [item.title for item in folds] == ["call_getpid(), sys_getpid()"]
    opened = fold(page.rows, frozenset(("call_getpid", "sys_getpid")))
    assert opened == page.rows == fold(page.rows, frozenset((ALL,)))


def test_rep_is_one_line_with_a_count(lab: Lab) -> None:
    kernel = lab.kernel("kernel.step=vsyscall", debug=True)
    write = next(row.number for row in kernel.model.syscalls if row.name == "write")
    record = make_record(subject_of(kernel), Wanted("hello", write))
    loops = [
        item for item in fold(record.rows, frozenset(("sys_write",))) if isinstance(item, Fold)
    ]
    repeated = [item.title for item in loops if item.kind == "loop" and " times rep " in item.title]
    assert repeated, [item.title for item in loops]


def test_the_terminals_table_fits_and_has_every_row(page: Record) -> None:
    lines = [line.text for line in lines_of(page, frozenset((ALL,)))]
    assert max(map(len, lines)) <= COLUMNS
    for row in page.rows:
        assert any(line.startswith(f"{row.number:4} {row.ring}") for line in lines)
    text = "\n".join(lines)
    assert (
        "CPU: esp" in text and "SDM 2B, SYSENTER" in text and "pt_regs.orig_eax] = 00000014" in text
    )


def test_json_gives_the_same_record_back(page: Record, tmp_path: Path) -> None:
    path = tmp_path / "call.json"
    write_record(page, path)
    assert read_record(path) == page
    path.write_text(as_json(page).replace('"version":1', '"version":7'))
    with pytest.raises(UserError, match="is a record of another version"):
        read_record(path)
    path.write_text(as_json(page)[:-100])
    with pytest.raises(UserError, match="is no record of a call"):
        read_record(path)
    path.write_text(as_json(page).replace('"number":1,', '"number":"one",', 1))
    with pytest.raises(UserError, match="is no record of a call") as caught:
        read_record(path)
    assert caught.value.why.startswith("rows.0.number: ")


@pytest.mark.parametrize(
    ("wanted", "what", "why"),
    [
        (
            Wanted("hello", GETPID, nth=99),
            "the program ended before that call",
            "1 such call came; seen were hello: getpid (20) by the page; hello: write (4) by the "
            "page; hello: exit (1) by the page; then: the machine has ended; its last line: suite "
            "finished: 4 passed, 0 failed",
        ),
        (
            Wanted("trespass", GETPID),
            "the program ended before that call",
            "it never came; seen were no calls at all; then: ",
        ),
        (
            Wanted("nobody"),
            "the kernel ended before that call",
            "there was no such program; those that ran: hello, ",
        ),
        (
            Wanted("hello", GETPID, "int80"),
            "the program ended before that call",
            "it never came; seen were hello: getpid (20) by the page; then: ",
        ),
    ],
    ids=["too few", "killed before", "no such program", "other gate"],
)
def test_a_call_that_never_comes_is_named(lab: Lab, wanted: Wanted, what: str, why: str) -> None:
    with pytest.raises(UserError, match=what) as caught:
        make_record(subject_of(lab.kernel("kernel.step=vsyscall", debug=True)), wanted)
    assert caught.value.why.startswith(why)
    assert caught.value.where.startswith(f"--program {wanted.program}")


def test_a_kernel_without_symbols_is_named(lab: Lab, tmp_path: Path) -> None:
    kernel = lab.kernel("kernel.step=vsyscall", debug=True)
    stripped = tmp_path / "kernel.elf"
    assert commands.run(["objcopy", "--strip-all", str(kernel.elf), str(stripped)]).ok
    subject = replace(subject_of(kernel), tree=None, kernel=stripped)
    with pytest.raises(UserError, match="no entry point that could be found"):
        make_record(subject, Wanted())


def test_a_kernels_file_alone_has_addresses_and_symbols(lab: Lab) -> None:
    kernel = lab.kernel("kernel.step=vsyscall", debug=True)
    subject = replace(subject_of(kernel), tree=None, kernel=kernel.elf)
    record = make_record(subject, Wanted("hello", GETPID))
    assert record.cut == "" and record.disagreements == ()
    assert "sysenter_entry" in {row.function for row in record.rows}
    assert [name for name in written(record.rows) if name == "pt_regs.edx"]


def test_the_same_call_gives_the_same_record(lab: Lab, page: Record) -> None:
    assert getpid(lab, "kernel.step=vsyscall") == page


@pytest.mark.parametrize("cpus", [2, 4])
def test_with_several_cpus_the_one_that_calls_is_looked_at(lab: Lab, cpus: int) -> None:
    kernel = lab.kernel("kernel.step=robust", f"cpu.count={cpus}", debug=True)
    record = make_record(subject_of(kernel), Wanted("hello", GETPID))
    assert record.cut == "" and record.disagreements == ()
    assert record.tables.msr["MSR_IA32_SYSENTER_ESP"] == record.rows[5].registers["esp"][1]


def assembled(folder: Path, text: str) -> Path:
    """A static program."""
    source, program = folder / "mine.asm", folder / "mine"
    source.write_text(text)
    for command in (
        ["nasm", "-f", "elf32", "-g", "-F", "dwarf", "-o", f"{program}.o", str(source)],
        ["ld", "-m", "elf_i386", "-o", str(program), f"{program}.o"],
    ):
        done = commands.run(command, cwd=folder)
        assert done.ok, done.stderr
    return program


def test_a_program_of_the_users_is_followed_on_step_linux(lab: Lab, tmp_path: Path) -> None:
    program = assembled(
        tmp_path,
        "global _start\n_start:\n mov eax, 64\n int 0x80\n mov ebx, eax\n mov eax, 1\n int 0x80\n",
    )
    kernel = lab.kernel("kernel.step=linux", debug=True)
    subject = replace(subject_of(kernel), program=program, arguments=("a b", "c"))
    record = make_record(subject, Wanted("init", 64))
    assert (record.call.name, record.call.gate) == ("getppid", "int80")
    assert record.cut == "" and record.disagreements == ()
    first = record.rows[0]
    assert (first.symbol, first.source, first.line) == ("_start+0x5", "int 0x80", 4)
    ending = make_record(subject, Wanted("init", 1))
    assert ending.rows[0].symbol == "_start+0xe"


SIGNALS = """
global _start
_start:
    mov eax, 174                    ; rt_sigaction(SIGUSR1, action, NULL, 8)
    mov ebx, 10
    mov ecx, action
    xor edx, edx
    mov esi, 8
    int 0x80
    mov eax, 20                     ; kill(getpid(), SIGUSR1)
    int 0x80
    mov ebx, eax
    mov eax, 37
    mov ecx, 10
    int 0x80
    mov eax, 1
    int 0x80
handler:
    ret
action:
    dd handler, 4, 0, 0, 0          ; SA_SIGINFO
"""


def test_a_handler_of_a_signal_is_a_branch_that_comes_back(lab: Lab, tmp_path: Path) -> None:
    kernel = lab.kernel("kernel.step=linux", debug=True)
    subject = replace(subject_of(kernel), program=assembled(tmp_path, SIGNALS))
    record = make_record(subject, Wanted("init", 37))
    assert record.cut == "" and record.disagreements == ()
    branch = [row for row in record.rows if row.branch]
    assert {row.context for row in branch} == {"handler of signal 10, SIGUSR1"}
    assert (branch[0].symbol, branch[0].ring, branch[-1].text) == ("handler", 3, "iretd")
    assert branch[1].symbol == "__kernel_rt_sigreturn"
    assert branch[-1].number == len(record.rows)
    (closed,) = [
        item for item in fold(record.rows) if isinstance(item, Fold) and item.kind == "branch"
    ]
    assert closed.title.startswith("handler of signal 10, SIGUSR1: handler()")
