"""Calls that a signal interrupts: made again or not; and timers."""

from __future__ import annotations

from qemu_tests.defects.linux.defect import FOR_EVER, changed, defect

WORK = "proc/work.c"

RESTARTS = (
    defect(
        "SA_RESTART ignored",
        "sigrestart-musl",
        changed(
            WORK,
            "if (result == -ERESTARTSYS && (action->flags & SA_RESTART)) {",
            "if (result == -ERESTARTSYS && action->flags == 1) {",
        ),
        r"\+out: read\(.*\) = -1, errno 4\n",
        r"\+out: got ",
    ),
    defect(
        "every call is made again",
        "restarts-musl",
        changed(
            WORK,
            "if (result == -ERESTARTSYS && (action->flags & SA_RESTART)) {",
            "if (result == -ERESTARTSYS && action) {",
        ),
        r" out: read, handler\n-out:   -1, errno 4\n-out:   over\n\+out:   still waits",
    ),
    defect(
        "poll is made again",
        "restarts-musl",
        changed(
            WORK,
            "if (result == -ERESTARTSYS && (action->flags & SA_RESTART)) {",
            "if (action->flags & SA_RESTART) {",
        ),
        r" out: poll, handler with SA_RESTART\n-out:   -1, errno 4\n",
    ),
    defect(
        "a stop ends a call",
        "restarts-glibc",
        changed(WORK, "        restart_unseen(regs);\n", "        (void)restart_unseen;\n"),
        r" out: read, stop\n",
    ),
    defect(
        "a call goes on behind its instruction",
        "sigrestart-diet",
        changed(WORK, "    regs->eip -= INSTRUCTION_BYTES;\n", ""),
        r"\+out: read\(.*\) = 3\n",
    ),
    defect(
        "a call is made again with its result as number",
        "sigrestart-klibc",
        changed(WORK, "    regs->eax = regs->orig_eax;\n", ""),
        r"\+out: read\(.*\) = -1, errno 38\n",
    ),
    defect(
        "no int 0x80 before SYSENTER_RETURN",
        "sigrestart-musl",
        changed("entry/vsyscall_sysenter.asm", "    int  0x80\n", "    nop\n    nop\n"),
        r"\+out: read\(.*\) = 3\n",
    ),
    defect(
        "SYSENTER before SYSENTER_RETURN",
        "sigrestart-glibc",
        changed("entry/vsyscall_sysenter.asm", "    int  0x80\n", "    sysenter\n"),
        r"-out: got late after 0 more",
        r"-exit=0\n\+signal=",
    ),
    defect(
        "no rest of a sleep",
        "sleep-diet",
        changed("sys/sleep.c", "    tell_left(left, until);\n", "    (void)left;\n"),
        r"\+out: left\.tv_sec > 900 .*: no",
    ),
    defect(
        "a sleep ends a tick early",
        "sleep-musl",
        changed(
            "sys/sleep.c",
            "ticks_of_time(&time) + !is_zero;",
            "ticks_of_time(&time) - !is_zero;",
        ),
        r"\+out: now_us\(\) - before >= 20000: no",
    ),
    defect(
        "a timer rings once",
        "alarm-musl",
        changed(
            "proc/alarm.c",
            "alarm_set(group, which, alarm->period, alarm->period);",
            "alarm_set(group, which, 0, 0);",
        ),
        r"-out: 4 calls",
        r"\+signal=9",
        seconds=FOR_EVER,
    ),
    defect(
        "an alarm that cannot be put off",
        "alarm-diet",
        changed(
            "proc/alarm.c",
            "(struct alarm){ticks != 0,",
            "(struct alarm){group->alarms[which].is_set | (ticks != 0),",
        ),
        r"\+out: left\.it_value\.tv_sec == 0 .*: no",
    ),
    defect(
        "a timer of CPU time counts all time",
        "alarm-glibc",
        changed(
            "proc/alarm.c",
            "return which == ITIMER_REAL ? clock_ticks() : group->ticks;",
            "return which <= ITIMER_VIRTUAL ? clock_ticks() : group->ticks;",
        ),
        r"\+out: left\.it_value\.tv_sec \* 1000 .*: no",
    ),
    defect(
        "alarm does not tell what is left",
        "alarm-klibc",
        changed(
            "sys/alarm.c",
            "return (long)((left + TIMER_HZ - 1) / TIMER_HZ);",
            "return 0 * (long)left;",
        ),
        r"\+out: alarm\(0\) > 90: no",
    ),
)
