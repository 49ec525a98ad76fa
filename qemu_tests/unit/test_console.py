"""Console and runs against throw-away kernels, each of which ends in a way of its own in QEMU."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import replace

import pexpect
import pytest

from builder.boot import console
from builder.boot.console import run_guest
from builder.boot.emulator import BootImage, Machine, Qemu
from builder.boot.emulator.base import Counted
from builder.boot.patience import BACKSTOP_S, Limit, Patience
from builder.boot.run import new_transcript, run_image, trace_reset
from builder.boot.transcript import End, Phase
from builder.boot.verdict_words import Word
from builder.boot.watch import Typed, Watch
from builder.errors import FileError, ToolError
from builder.image.symbols import symbolise
from builder.tools import commands

NEEDED = {"qemu-system-i386": "qemu-system-x86", "nasm": "nasm", "ld": "binutils"}
MISSING = [f"{tool} (apt install {package})" for tool, package in NEEDED.items()
           if not shutil.which(tool)]  # fmt: skip
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"missing: {', '.join(MISSING)}")

# None of BODIES executes more than some thousand instructions between two bytes.
SOON = Limit(1_000_000, idle_s=2, cpu_s=0.3, asleep_s=0.5)
LATE = Limit(1e12, idle_s=1e6, cpu_s=1e4, asleep_s=1e4)
SHORT = Patience(suite=SOON, ending=SOON)

BANNER = "tinygate kernel: step int80, 1 cpu, config 000000000000\\n"
KERNEL = """
bits 32
section .text
header: dd 0x1BADB002, 0, -0x1BADB002
global _start
_start: cli
        mov esp, stack.end
{body}
bad_place:
        lidt [none]             ; an IDT of one byte: the next exception cannot be delivered
        ud2
finish: mov al, 0x10
        jmp leave
panic:  mov al, 0x11
leave:  mov dx, 0xf4
        out dx, al
hang:   cli
        hlt
        jmp hang
getc:   mov dx, 0x3fd
.wait:  in al, dx
        test al, 1
        jz .wait
        mov dx, 0x3f8
        in al, dx
        ret
putc:   push eax
        mov dx, 0x3fd
.wait:  in al, dx
        test al, 0x20
        jz .wait
        pop eax
        mov dx, 0x3f8
        out dx, al
        ret
.loop:  call putc
puts:   lodsb
        test al, al
        jnz putc.loop
        ret
align 4
none:   dw 0
        dd 0
banner: db "tinygate kernel: step int80, 1 cpu, config 000000000000", 10
        db "KTAP version 1", 10, "1..1", 10, 0
result: db "ok 1 - one", 10, "suite finished: 1 passed, 0 failed", 10, 0
paniced: db "kernel panic: out of coffee", 10, "# eip 0x1", 10, 0
refusal: db "boot loader: no kernel here", 10, 0
prompt: db "name? ", 0
murmur: db "# still here", 10, 0
section .bss
stack:  resb 256
.end:
"""


def say(*labels):
    return "".join(f"mov esi, {label}\ncall puts\n" for label in labels)


BODIES = {
    "passes": say("banner", "result") + "jmp finish\n",
    "panics": say("banner", "paniced") + "jmp panic\n",
    "panics_and_hangs": say("banner", "paniced") + "jmp hang\n",
    "resets": say("banner") + "jmp bad_place\n",
    "hangs": say("banner") + "jmp hang\n",
    "spins": say("banner") + "jmp $\n",
    "idles": say("banner") + "mov al, 0xff\nout 0x21, al\nidle: hlt\njmp idle\n",
    "hangs_after_the_suite": say("banner", "result") + "jmp hang\n",
    "says_nothing": "jmp hang\n",
    "floods": say("banner") + "again: mov al, 'x'\ncall putc\njmp again\n",
    "mutters": say("banner") + "again:\n" + say("murmur")
    + "mov ecx, 2000000\nloop $\njmp again\n",
    "starts_twice": say("banner", "banner") + "jmp hang\n",
    "cuts_its_plan_off": say("banner") + "jmp finish\n",
    "refuses": say("refusal") + "mov al, 0x12\njmp leave\n",
    "sends_crlf": say("banner") + "mov al, 13\ncall putc\nmov al, 10\ncall putc\n"
    + say("result") + "jmp finish\n",
    "asks_and_hangs": say("banner", "prompt") + "jmp hang\n",
    "asks": say("banner", "prompt") + "echo: call getc\ncall putc\ncmp al, 10\njne echo\n"
    + say("result") + "jmp finish\n",
}  # fmt: skip


@pytest.fixture
def guest(tmp_path):
    """Builds one of BODIES and gives back its path."""

    def build(name, base=0x100000):
        source, obj, elf = (tmp_path / f"{name}.{end}" for end in ("asm", "o", "elf"))
        source.write_text(KERNEL.format(body=BODIES[name]))
        subprocess.run(["nasm", "-w-all", "-f", "elf32", "-o", obj, source], check=True)
        link = ["ld", "-m", "elf_i386", "-N", "--no-warn-rwx-segments", f"-Ttext={base:#x}"]
        subprocess.run([*link, "-o", elf, obj], check=True)
        return elf

    return build


@pytest.fixture
def boot(guest, tmp_path):
    """Builds, boots and judges one of BODIES."""

    def run(name, **options):
        elf = guest(name)
        options = {"patience": SHORT, "elf_path": elf, "machine": Machine(), **options}
        return run_image(
            image=BootImage("kernel", elf), transcript_dir=tmp_path / "runs", name=name, **options
        )  # fmt: skip

    return run


@pytest.mark.parametrize(
    ("name", "word", "end", "status"),
    [
        ("passes", Word.PASS, End.OUTCOME, 33),
        ("sends_crlf", Word.PASS, End.OUTCOME, 33),
        ("panics", Word.PANIC, End.OUTCOME, 35),
        ("panics_and_hangs", Word.PANIC, End.TIMED_OUT, None),
        ("resets", Word.RESET, End.RESET, 0),
        ("hangs", Word.HANG, End.TIMED_OUT, None),
        ("hangs_after_the_suite", Word.HANG, End.TIMED_OUT, None),
        ("starts_twice", Word.TWO_BANNERS, End.SECOND_BANNER, None),
        ("cuts_its_plan_off", Word.CUT_OFF, End.OUTCOME, 33),
        ("refuses", Word.LOADER, End.OUTCOME, 37),
    ],
)
def test_every_end_of_a_guest_gets_its_word(boot, name, word, end, status):
    result = boot(name)
    assert result.verdict.word is word, result.explain()
    assert (result.transcript.end, result.transcript.exit_status) == (end, status)


def test_guest_without_a_banner_has_limits_of_its_own(boot):
    boots = Limit(100_000_000, idle_s=3, cpu_s=10, asleep_s=3)
    result = boot("says_nothing", patience=Patience(boot=boots, suite=LATE, ending=LATE))
    assert (result.verdict.word, result.transcript.phase) == (Word.NO_BOOT, Phase.BOOT)
    assert "banner did not come: no output for 3 guest seconds" in result.verdict.summary


@pytest.mark.parametrize(
    ("name", "machine", "only", "said"),
    [
        ("spins", Machine(), "instructions", "1,000,000 instructions"),
        ("hangs", Machine(), "idle_s", "2 guest seconds with the CPU halted"),
        ("idles", Machine(), "idle_s", "2 guest seconds with the CPU halted"),
        ("spins", Machine(cpus=2), "cpu_s", "0 s of the emulator's CPU time"),
        ("hangs", Machine(cpus=2), "asleep_s", "0 s in which the emulator had nothing to do"),
        ("idles", Machine(cpus=2), "asleep_s", "0 s in which the emulator had nothing to do"),
    ],
)
def test_a_hang_is_measured_in_what_the_machine_spends(boot, name, machine, only, said):
    limit = replace(LATE, **{only: getattr(SOON, only)})
    result = boot(name, machine=machine, patience=Patience(suite=limit))
    assert result.verdict.word is Word.HANG, result.explain()
    assert result.verdict.summary.startswith(f"no output for {said}, after 0 of 1 results")


def test_what_is_printed_while_the_clock_is_read_is_no_silence(tmp_path):
    """The guest prints between two looks, then works on for long: all that before it is read."""
    go, said = tmp_path / "go", tmp_path / "said"
    script = tmp_path / "guest"
    script.write_text(
        f"#!/bin/sh\nprintf '{BANNER}KTAP version 1\\n1..1\\n'; read x < {go}\n"
        f"printf 'ok 1 - one\\nsuite finished: 1 passed, 0 failed\\n'; echo > {said}; exit 33\n"
    )
    script.chmod(0o755)
    for fifo in (go, said):
        os.mkfifo(fifo)
    heard, looks = [], []

    class Guest(Qemu):
        program = str(script)

        def counted(self, _machine, _control):
            looks.extend([1] if heard else [])
            if len(looks) == 2:
                go.write_text("\n")
                said.read_text()
            return Counted(1 if len(looks) < 2 else 2_000_000, 0.0)

    script_file = BootImage("kernel", script)
    transcript = run_guest(
        Guest(), Machine(), script_file, tmp_path / "raw",
        Watch(patience=SHORT, live=heard.append),
    )  # fmt: skip
    assert (transcript.end, transcript.exit_status) == (End.OUTCOME, 33), transcript
    assert len(looks) >= 2


def test_hang_says_where_each_cpu_is(boot):
    result = boot("hangs")
    assert [(cpu.cpl, cpu.halted) for cpu in result.transcript.cpus] == [(0, True)]
    assert "halted with interrupts off in hang+0x" in result.verdict.summary
    assert f"hbreak *{result.transcript.cpus[0].eip:#x}" in result.debug


@pytest.mark.parametrize("machine", [Machine(), Machine(cpus=2)], ids=str)
def test_the_question_at_the_last_moment_keeps_no_emulator_from_ending(boot, machine, monkeypatch):
    """QEMU 7.2 sleeps for ever if it is asked while it goes down: found in one of two runs."""
    monkeypatch.setattr(console, "LOOK_S", 0.001)
    for _ in range(5):
        result = boot("resets", machine=machine)
        assert (result.verdict.word, result.transcript.exit_status) == (Word.RESET, 0)


def test_reset_is_run_again_and_names_the_exception_and_the_code(boot, tmp_path):
    result = boot("resets")
    assert result.verdict.summary.startswith("triple fault; it began with exception 0x06, ")
    assert result.verdict.summary.endswith("in bad_place+0x7")
    assert "Triple fault" in (tmp_path / "runs" / "resets.exceptions").read_text()


def test_flood_without_a_line_end_stops_at_the_limit(boot):
    result = boot("floods", max_bytes=20_000)
    assert result.verdict.word is Word.FLOOD
    assert result.transcript_path.stat().st_size == 20_000


def test_output_that_goes_on_and_on_is_stopped_too(boot):
    result = boot("mutters", patience=Patience(suite=replace(LATE, instructions=20_000_000)))
    assert result.transcript.end is End.TIMED_OUT
    assert result.verdict.summary.startswith("no end within 200,000,000 instructions, after")


def test_transcript_file_has_every_byte_and_live_gets_the_text(boot):
    heard = []
    result = boot("sends_crlf", live=heard.append)
    raw = result.transcript_path.read_bytes()
    assert raw.count(b"\r") == 1
    assert raw.count(b"\n") == 6
    assert "".join(heard) == result.transcript.text == raw.decode().replace("\r", "")


def test_live_text_does_not_depend_on_where_the_pieces_were_cut(tmp_path):
    data = "a\r\nb\r\r\n\u00fc\rc\n".encode()
    for cut in range(len(data)):
        heard = []
        with (tmp_path / "raw").open("wb") as raw:
            recorder = console._Recorder(raw, tmp_path / "raw", Watch(live=heard.append))
            recorder.write(data[:cut])
            recorder.write(data[cut:])
        assert "".join(heard) == "a\nb\n\u00fc\rc\n"


def test_two_boots_give_the_same_bytes(boot):
    first, second = boot("passes"), boot("passes")
    assert first.transcript_path != second.transcript_path
    assert first.transcript_path.read_bytes() == second.transcript_path.read_bytes()


def test_input_is_typed_once_its_prompt_appears(boot):
    every = bytes([1, 3, 4, 13, 17, 19, 26, 28, 127]) + b"Ada\n"
    result = boot("asks", typed=[Typed(r"name\? $", every)])
    assert result.verdict.passed, result.explain()
    assert b"name? " + every + b"ok 1 - one\n" in result.transcript_path.read_bytes()


def test_input_whose_prompt_never_comes_is_named(boot):
    result = boot("asks", typed=[Typed("login: ", b"x")])
    assert result.verdict.word is Word.HANG
    assert "waiting for 'login: '" in result.verdict.summary


def test_guest_that_does_not_read_its_input_is_still_timed_out(boot):
    more_than_a_pipe_takes = b"x" * (1 << 20)
    result = boot("asks_and_hangs", typed=[Typed(r"name\?", more_than_a_pipe_takes)])
    assert result.verdict.word is Word.HANG


def test_no_qemu_is_left_after_a_callback_fails(boot, monkeypatch):
    started = []
    real = commands.start

    def note(*arguments, **options):
        started.append(real(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(console.commands, "start", note)

    def fail(_text):
        raise RuntimeError("broken pipe")

    with pytest.raises(RuntimeError):
        boot("hangs", live=fail)
    assert started[0].popen.returncode == -signal.SIGKILL


def test_emulator_that_refuses_its_options_is_an_emulator_error(guest, tmp_path):
    result = run_image(
        Machine(cpu="no-such-cpu"), BootImage("kernel", guest("passes")),
        transcript_dir=tmp_path, name="x",
    )  # fmt: skip
    assert result.verdict.word is Word.EMULATOR
    assert "no-such-cpu" in result.verdict.summary
    assert result.transcript.text == ""


def test_emulator_killed_from_outside_is_no_reset(guest, tmp_path):
    seen = []

    class Victim(Qemu):
        program = str(tmp_path / "victim")

    script = tmp_path / "victim"
    script.write_text(
        f"#!/bin/sh\n(read x < {tmp_path / 'go'}; kill -9 $$) &\n"
        f'exec {shutil.which("qemu-system-i386")} "$@"\n'
    )
    script.chmod(0o755)
    subprocess.run(["mkfifo", tmp_path / "go"], check=True)

    def go(text):
        if "1..1" in "".join([*seen, text]) and "1..1" not in "".join(seen):
            (tmp_path / "go").write_text("now\n")
        seen.append(text)

    transcript = run_guest(
        Victim(), Machine(), BootImage("kernel", guest("hangs")), tmp_path / "raw",
        Watch(live=go),
    )  # fmt: skip
    assert (transcript.end, transcript.exit_status) == (End.KILLED, -9)


def test_missing_emulator_and_missing_image_are_clear_errors(guest, tmp_path):
    class Nowhere(Qemu):
        program = "qemu-system-nowhere"

    image = BootImage("kernel", guest("passes"))
    with pytest.raises(ToolError, match="qemu-system-nowhere"):
        run_image(Machine(), image, transcript_dir=tmp_path, name="x", emulator=Nowhere())
    for path in (tmp_path / "none.img", tmp_path):
        with pytest.raises(FileError, match="cannot read the image"):
            run_image(Machine(), BootImage("disk", path), transcript_dir=tmp_path, name="x")
    (tmp_path / "empty.img").touch()
    with pytest.raises(FileError, match="is empty"):
        run_image(
            Machine(), BootImage("disk", tmp_path / "empty.img"), transcript_dir=tmp_path, name="x"
        )


def test_full_disk_is_a_file_error_and_ends_the_guest(guest, tmp_path):
    full = tmp_path / "full"
    full.symlink_to("/dev/full")
    with pytest.raises(FileError, match="No space left"):
        run_guest(Qemu(), Machine(), BootImage("kernel", guest("hangs")), full, Watch())


def test_dry_run_shows_the_command_and_is_no_pass(boot, tmp_path):
    with commands.use(commands.DryRunner()) as runner:
        result = boot("passes")
    assert result.verdict.word is Word.NOT_RUN
    assert [command.shell() for command in runner.commands] == [result.reproduce]
    assert not (tmp_path / "runs").exists()


def test_reproduce_line_gives_the_same_output_when_pasted(boot):
    result = boot("passes")
    done = subprocess.run(
        result.reproduce, shell=True, cwd="/", capture_output=True, stdin=subprocess.DEVNULL
    )
    assert (done.returncode, done.stdout) == (33, result.transcript_path.read_bytes())


@pytest.mark.skipif(not shutil.which("gdb"), reason="needs gdb (apt install gdb)")
def test_debug_line_stops_where_the_guest_went_wrong_and_leaves_nothing(boot):
    result = boot("resets")
    terminal = pexpect.spawn(
        "/bin/sh", ["-c", result.debug], timeout=BACKSTOP_S, encoding="utf-8",
        env={**os.environ, "TERM": "dumb"},  # no colours
    )  # fmt: skip
    try:
        terminal.expect_exact("(gdb) ")
        terminal.sendline("continue")
        terminal.expect_exact("tinygate kernel: step int80")  # the serial line, on this terminal
        terminal.expect(r"in bad_place \(\)")
        terminal.sendline("quit")
        terminal.expect(pexpect.EOF)
    finally:
        terminal.close(force=True)


def test_runs_at_the_same_time_never_share_a_transcript(tmp_path):
    made = []
    threads = [
        threading.Thread(target=lambda: made.append(new_transcript(tmp_path / "a" / "b", "x/y z")))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 20
    assert {path.name for path in made} >= {"x-y-z.serial", "x-y-z-20.serial"}


def test_transcript_folder_that_is_a_file_is_a_file_error(tmp_path):
    (tmp_path / "f").touch()
    with pytest.raises(FileError):
        new_transcript(tmp_path / "f" / "g", "x")


def test_addresses_get_names_before_and_after_paging(guest, tmp_path):
    low = guest("resets")
    high = guest("hangs", base=0xC0100000)
    assert symbolise(low, 0x100000 + 12) == "_start"
    assert symbolise(high, 0xC0100000 + 13) == "_start+0x1"
    assert symbolise(high, 0x100000 + 13) == "_start+0x1"
    assert symbolise(high, 0x8048000) == ""
    assert symbolise(tmp_path / "none", 0x100000) == symbolise(None, 0x100000) == ""
    subprocess.run(["strip", high], check=True)
    assert symbolise(high, 0xC0100000 + 13) == ""
    low.write_text("no ELF")
    assert symbolise(low, 0x100000) == ""


def test_reset_that_no_exception_caused_has_none(guest, tmp_path):
    elf = guest("passes")
    assert trace_reset(Qemu(), Machine(), BootImage("kernel", elf), tmp_path / "x", Watch()) == ()


def test_ctrl_c_during_a_boot_leaves_no_qemu(guest, tmp_path):
    code = (
        "import sys\nfrom pathlib import Path\nfrom builder.tools import commands\n"
        "from builder.boot.emulator import BootImage, Machine\n"
        "from builder.boot.run import run_image\n"
        "real = commands.start\n"
        "def note(*a, **k):\n    p = real(*a, **k)\n    print(p.pid, flush=True)\n    return p\n"
        "commands.start = note\n"
        f"run_image(Machine(), BootImage('kernel', Path({str(guest('hangs'))!r})),"
        f" transcript_dir=Path({str(tmp_path)!r}), name='x',"
        " live=lambda text: print(text, end='', flush=True))"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with child:
        pid = int(child.stdout.readline())
        assert "1..1\n" in iter(child.stdout.readline, "")
        child.send_signal(signal.SIGINT)
        assert "KeyboardInterrupt" in child.stderr.read()
    with pytest.raises(ProcessLookupError):
        signal.pidfd_send_signal(os.pidfd_open(pid), 0)
