"""CPU features: CPUID leaf 1, EDX (SDM 2A, CPUID, table 3-11), and the rule for SYSENTER."""

from dataclasses import dataclass

# Steppings of the Pentium Pro report SEP without having it. Intel's rule in the SDM (2B, SYSENTER)
# compares model and stepping each by itself; one number made of family, model and stepping says it
# without a gap.
SYSENTER_MIN_SIGNATURE = 0x633


@dataclass(frozen=True)
class Feature:
    """One feature bit of CPUID leaf 1, EDX, by its name in Linux's /proc/cpuinfo."""

    bit: int
    name: str
    comment: str


FEATURES: tuple[Feature, ...] = (
    Feature(0, "fpu", "x87 on the chip"),
    Feature(1, "vme", "virtual 8086 enhancements"),
    Feature(3, "pse", "4 MiB pages"),
    Feature(4, "tsc", "time stamp counter: RDTSC"),
    Feature(5, "msr", "RDMSR and WRMSR"),
    Feature(6, "pae", "36-bit physical addresses"),
    Feature(8, "cx8", "CMPXCHG8B"),
    Feature(9, "apic", "a local APIC"),
    Feature(11, "sep", "SYSENTER and SYSEXIT"),
    Feature(13, "pge", "global pages"),
    Feature(15, "cmov", "conditional moves"),
    Feature(23, "mmx", ""),
    Feature(24, "fxsr", "FXSAVE and FXRSTOR"),
    Feature(25, "sse", ""),
    Feature(26, "sse2", ""),
)
