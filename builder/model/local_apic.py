"""Which of QEMU's CPUs have a local APIC, by which one CPU of a machine starts the others.

No import: the quick command reads this file too, and every import takes time.
"""

WITHOUT = ("486", "486-v1", "base")
_SWITCHES = {
    **dict.fromkeys(("apic", "apic=on", "apic=yes", "apic=true", "apic=y"), True),
    **dict.fromkeys(("apic=off", "apic=no", "apic=false", "apic=n"), False),
}


def has_local_apic(cpu: str) -> bool:
    """Does CPUID tell of one?

    Args:
        cpu: A value of QEMU's -cpu. Of its features `+` goes before `=`, and `-` before both.
    """
    model, *features = cpu.split(",")
    has = model not in WITHOUT
    for feature in features:
        has = _SWITCHES.get(feature, has)
    return (has or "+apic" in features) and not {"-apic", "level=0"}.intersection(features)
