"""Turns a command line of `tinygate exec` into a guest that runs the program as if it were here.

It may import boot, config, image, linux, model and tools.

What happens between the command and the program's first byte is time that its user waits. So these
modules import little, and the large ones (the configuration, the renderer) only when the kernel has
to be built. The way through: command_line -> program, initrd -> kept_kernel -> machine -> relay.
"""
