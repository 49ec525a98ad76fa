"""The terminal: editing, echo, keys that send signals, process groups."""

from __future__ import annotations

from qemu_tests.defects.linux.defect import changed, typed

TTY = "fs/tty.c"
EDIT = "fs/tty_edit.c"

TERMINAL = (
    typed(
        "an erased character stays on the screen",
        "editing by the kernel",
        changed(EDIT, 'tty_put("\\b \\b", (uint8_t)cell', 'tty_put("\\b\\b\\b", (uint8_t)cell'),
        r"\+abx\x08\x08\x08c\n",
    ),
    typed(
        "a tab is as wide as a letter",
        "editing by the kernel",
        changed(EDIT, "        column = (column | 7) + 1;\n", "        column++;\n"),
        r"-tab\there(\x08 \x08){4}\x08{5}X\n\+tab\there",
    ),
    typed(
        "control characters not made visible",
        "editing by the kernel",
        changed(
            EDIT,
            "} else if (is_control(c) && tty_has(ECHOCTL)) {",
            "} else if (is_control(c) && c > 127) {",
        ),
        r"\+again\x12\n",
    ),
    typed(
        "a word is what stands between spaces",
        "editing by the kernel",
        changed(
            EDIT,
            "(c >= 'a' && c <= 'z') || c == '_';",
            "(c >= 'a' && c <= 'z') || c == '_' || c == '-' || c == '.';",
        ),
        r"foo bar-baz.*X\\r\\nX\\r",
    ),
    typed(
        "keys send no signals",
        "signals",
        changed(TTY, "if (signal == 0 || !tty_has(ISIG)) {", "if (signal == 0 || tty_has(ISIG)) {"),
        r"keys='\\x03'",
    ),
    typed(
        "keys send their signals to the leader of the session",
        "signals",
        changed(
            TTY,
            "    tty_signal(tty.pgid, signal);\n",
            "    tty_signal(tty.sid, signal);\n",
        ),
        r"keys='\\x03'",
    ),
    typed(
        "TOSTOP ignored",
        "jobs",
        changed(
            "fs/tty_file.c",
            "tty.termios.lflag & TOSTOP ? tty_check_foreground(SIGTTOU) : 0",
            "tty.termios.lflag & TOSTOP ? 0 : 0",
        ),
        r"-\[1\]\+  Stopped \(tty output\) .*\n\+written\n",
    ),
    typed(
        "end of file is a character",
        "editing by the kernel",
        changed(TTY, "        store(CELL_END | CELL_EOF);\n", "        store(CELL_END);\n"),
        r"keys='\\x04', .* printed '\\x00",
    ),
    typed(
        "ECHO cannot be switched off",
        "input",
        changed(
            EDIT,
            "    if (!tty_has(ECHO)) {\n        if",
            "    if (!tty_has(ECHO | ISIG)) {\n        if",
        ),
        r"\+secret",
    ),
    typed(
        "keys send their signals to one process",
        "jobs",
        changed(
            "proc/signal.c",
            "                signal_send_info(p, info);\n            }\n            count++;\n",
            "                signal_send_info(p, info);\n            }\n            return 1;\n",
        ),
        r"keys='\\x1a'",
    ),
)
