"""Turns a configuration into figures: ours beside those of yardsticks, or of Debian's kernel.

It may import boot, boot.emulator, config, image, linux, linux.debian, linux.exec, linux.shell,
model, tools and tree.

    stats.py          medians, paired ratios, bisection
    serial.py         what a guest prints: costs, first ring 3 line
    clock.py          runs an emulator with a stop-watch
    yardstick.py      assembles kernel_src/yardstick/: an empty kernel and bare gates
    figures.py        the rows of the table, with what peers reach and what we want to
    measure.py        the measurements
    xray_time.py      how long the record of a call takes, beside gdb
    report.py         table, Markdown, JSON
    benchmark.py      `tinygate bench`: all of it in one run

A kernel that runs Linux programs (step `linux`) is measured beside Debian's kernel instead:
linux_figures.py, linux_guest.py, beside_debian.py, exec_time.py and lines.py are for that.
wall.py is for the times that work takes on both, which qemu_tests/linux/wall.py measures.

null_call.py explains one of the figures: which instructions a null call is made of.

The figures are shown and recorded, not asserted: wall times of a shared machine are no test.
"""
