"""Turns a kernel of step `linux` and Debian's busybox into a shell on the machine's serial line.

It may import boot, boot.emulator, linux, linux.debian, model and tools.

    userland.py        the initial RAM disk: root/ and busybox
    user_terminal.py   the user's terminal: raw while the machine has it, restored whatever happens
    attend.py          boots it, carries keys and output, says how it ended

tinygate stands between the terminal and QEMU, so that one key can always end the machine, what was
shown is kept, and the end has a name.
"""
