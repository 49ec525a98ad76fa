"""A shell on the kernel of step `linux`: Debian's busybox, on the machine's serial line.

    userland.py   the initial RAM disk: root/ and busybox
    terminal.py   the user's terminal: raw while the machine has it, restored whatever happens
    machine.py    boots it, carries keys and output, says how it ended

tinygate stands between the terminal and QEMU, so that one key can always end the machine, what was
shown is kept, and the end has a name.
"""
