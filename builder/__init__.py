"""tinygate: makes tiny i386 kernels that teach how a program gets into the kernel and back."""

__version__ = "0.1.0"
