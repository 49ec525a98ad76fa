"""What comes of reading a damaged ELF file, for whoever reads one."""

import struct

from elftools.common.exceptions import ELFError

# pyelftools 0.33 does not raise ELFError for all of it: it asserts that a linked section has
# strings, say, and its tables of names have no name for every number.
DAMAGED_ELF = (
    ELFError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    ValueError,
    struct.error,
)
