"""`tinygate exec`: run a static i386 Linux program on a kernel of our own, as if it were here.

What happens between the command and the program's first byte is time that its user waits. So these
modules import little, and the large ones (the configuration, the renderer) only when the kernel has
to be built. The way through: options -> program, initrd -> kernel -> machine -> relay.
"""
