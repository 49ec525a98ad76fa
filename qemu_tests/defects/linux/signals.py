"""Signals: masks, handlers and their frames, what is told."""

from __future__ import annotations

from qemu_tests.defects.linux.defect import FOR_EVER, changed, defect

FRAME = "proc/signal_frame.c"
SIGNAL = "proc/signal.c"
WORK = "proc/work.c"

MASKS = (
    defect(
        "mask of a handler not applied",
        "sighandler-musl",
        changed(WORK, "    process->blocked |= action->mask & ~SIGNALS_UNBLOCKABLE;\n", ""),
        r"\+out: in the first handler: 2 calls",
    ),
    defect(
        "own signal not blocked in a handler",
        "sighandler-diet",
        changed(WORK, "if ((action->flags & SA_NODEFER) == 0) {", "if (action->flags == 1) {"),
        r"\+out: blocked while it runs: 2 calls, 2 deep",
    ),
    defect(
        "SA_NODEFER ignored",
        "sighandler-klibc",
        changed(WORK, "if ((action->flags & SA_NODEFER) == 0) {", "if (action->flags != 1) {"),
        r"\+out: SA_NODEFER: 2 calls, 1 deep",
    ),
    defect(
        "SA_RESETHAND ignored",
        "sighandler-musl",
        changed(WORK, "if (action->flags & SA_RESETHAND) {", "if (action->flags == 1) {"),
        r"\+out: calls == 2 && old\.sa_handler == .*: no",
    ),
    defect(
        "the highest signal first",
        "sigmask-musl",
        changed(SIGNAL, "low ? __builtin_ctz(low) + 1", "low ? 32 - __builtin_clz(low)"),
        r"\+out: handler of 1\n out: handler of 10\n-out: handler of 1\n",
    ),
    defect(
        "signals queue",
        "sigmask-diet",
        changed(SIGNAL, "info->signal < SIGRTMIN && ", "info->signal < 1 && "),
        r"(\+out: handler of 1\n){2}",
    ),
    defect(
        "mask of sigsuspend stays",
        "sigmask-klibc",
        changed(
            WORK,
            "process->has_saved_mask ? process->saved_mask : process->blocked",
            "process->blocked",
        ),
        r"\+out: after sigsuspend: blocked\n",
    ),
    defect(
        "sigsuspend sleeps on what has arrived",
        "sigmask-musl",
        changed(
            "sys/sleep.c",
            "    while (!signal_pending(current_process())) {\n        sleep_on(&nobody);\n    }\n",
            "    do {\n        sleep_on(&nobody);\n"
            "    } while (!signal_pending(current_process()));\n",
        ),
        r"-out: sigsuspend\(&old\)",
        r"\+signal=9",
        seconds=FOR_EVER,
    ),
    defect(
        "SIGKILL can be blocked",
        "sigmask-diet",
        changed(
            "sys/signals.c",
            "    }\n    process->blocked = mask & ~SIGNALS_UNBLOCKABLE;\n",
            "    }\n    process->blocked = mask;\n",
        ),
        r"\+out: after SIG_BLOCK: blocked 1 9 10 19",
    ),
    defect(
        "SIGCONT leaves a stop that waits",
        "sigmask-musl",
        changed(SIGNAL, "        forget(group, SIGNALS_STOP);\n", ""),
        r"\+out: !sigismember\(&pending, SIGTSTP\).*: no",
    ),
)

FRAMES = (
    defect(
        "EDI lost by a handler",
        "registers-musl",
        changed(FRAME, "    regs->edi = context.edi;\n", ""),
        r"\+out: kill by int 0x80: EAX 0, registers lost",
        r"\+out: a timer: .*, registers lost",
    ),
    defect(
        "EAX lost by a handler",
        "registers-diet",
        changed(FRAME, "    *eax = context.eax;\n", "    *eax = 0;\n"),
        r"\+out: a timer: EAX (?!0x7777)",
    ),
    defect(
        "flags lost by a handler",
        "registers-klibc",
        changed(
            FRAME,
            "(regs->eflags & ~EFLAGS_RESTORED) | (context.eflags & EFLAGS_RESTORED)",
            "regs->eflags",
        ),
        r"-out: kill by int 0x80: .* flags 0xed7",
    ),
    defect(
        "a handler begins with DF",
        "registers-musl",
        changed(FRAME, "~(EFLAGS_DF | EFLAGS_RF | EFLAGS_TF)", "~(EFLAGS_RF | EFLAGS_TF)"),
        r"\+out: a timer: .*DF in the handler: 1",
    ),
    defect(
        "sigreturn by SYSEXIT",
        "registers-musl",
        changed(
            FRAME,
            "    process->work |= WORK_FRAME; /* SYSEXIT would not load all registers */\n",
            "",
        ),
        r"\+out: kill by int 0x80: .* registers lost",
        r"\+out: a timer: .* registers lost",
    ),
    defect(
        "x87 and SSE lost by a handler",
        "float-musl",
        changed(
            FRAME,
            "(context.fpstate && fpu_from_user((const struct fpstate *)context.fpstate) != 0)",
            "(context.fpstate == 1 && fpu_from_user((const struct fpstate *)context.fpstate) != 0)",
        ),
        r"\+out: after a signal: 0 ",
    ),
    defect(
        "a handler begins with the x87 of the program",
        "float-diet",
        changed(WORK, "    fpu_reset(process);\n", ""),
        r"\+out: in the handler 0x77f 0x3f80",
    ),
    defect(
        "MXCSR not loaded after a handler",
        "float-klibc",
        changed(
            "cpu/fpu_frame.c",
            "        words[MXCSR_WORD] &= mask;\n",
            "        words[MXCSR_WORD] = 0x1f80 & mask;\n",
        ),
        r"\+out: control words 0x77f 0x1f80",
    ),
    defect(
        "SA_ONSTACK ignored",
        "altstack-musl",
        changed(FRAME, "if ((action->flags & SA_ONSTACK) && ", "if (action->flags == 1 && "),
        r"\+out: signal 10, on the other stack: 0",
        r"\+signal=11",
    ),
    defect(
        "every handler begins at the top of its stack",
        "altstack-diet",
        changed(
            FRAME,
            " && altstack_flags(process, esp) == 0) {",
            " && altstack_flags(process, esp) != SS_DISABLE) {",
        ),
        r"\+out: signal 12 within, below the other: 1, 0",
    ),
    defect(
        "a handler's frame below its stack",
        "altstack-diet",
        changed(FRAME, "on_altstack(process, esp) && !on_altstack(process, frame)", "0"),
        r"\+out: too deep: status 0x300",
    ),
    defect(
        "the other stack changed while in use",
        "altstack-diet",
        changed("sys/signals.c", "before.flags == SS_ONSTACK", "before.flags == -1"),
        r"\+out: sigaltstack\(&now, NULL\) = 0",
    ),
    defect(
        "no address of a fault",
        "siginfo-musl",
        changed(
            SIGNAL, ".code = code, .value = {address}};", ".code = code, .value = {address & 0}};"
        ),
        r"\+out: addr_seen == page: no",
    ),
    defect(
        "a page that can only be read is one that is not there",
        "siginfo-musl",
        changed(
            "kernel/exceptions.c",
            "trap_to_signal(regs, vector, SIGSEGV, SEGV_ACCERR, address);",
            "trap_to_signal(regs, vector, SIGSEGV, SEGV_MAPERR, address);",
        ),
        r"-out: write to a page that can only be read: signal 11, code 2",
    ),
    defect(
        "no error code of a fault",
        "siginfo-musl",
        changed(
            "kernel/exceptions.c",
            "process->trap_error = regs->orig_eax;",
            "process->trap_error = regs->orig_eax & 0;",
        ),
        r"\+out: write to a page that can only be read: .*, error 0",
    ),
    defect(
        "nobody has sent it",
        "siginfo-musl",
        changed("sys/kill.c", ".value = {(uint32_t)current_process()->tgid}};", ".value = {0}};"),
        r"\+out: pid_seen == getpid\(\): no",
    ),
)

SIGNALS = (*MASKS, *FRAMES)
