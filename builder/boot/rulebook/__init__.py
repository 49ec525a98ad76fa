"""Turns the table of rules into a kernel, its boots on every emulator, and a matrix of what came.

It may import boot, boot.emulator, model and tools.

    guest.py    makes the kernel: rendered from the table, assembled by NASM
    seen.py     reads what it printed, and judges that
    known.py    the deviations that were measured, by emulator, version and CPU
    trial.py    boots it on one machine, again without the rule at which an emulator gives up
    matrix.py   rules and machines as text, as data and as a page
    images.py   what boots the rules without tinygate
"""
