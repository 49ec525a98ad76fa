"""The layers of a kernel: the folders of kernel_src/ and templates/ whose files it consists of."""

from builder.config.keys import KernelConfig
from builder.config.step import STEPS

# Layers that a step and those after it want in another form: one called after both, such as
# "smp-processes", lies over them.
_OTHER_FORMS = {
    "processes": ("one-cpu", "smp", "page-fixed", "page-random", "io-bitmap"),
    "linux": ("page-fixed", "page-random", "io-bitmap"),
}
_FORMS = (*_OTHER_FORMS, "host")
SUITES = ("demo", "echo", "none")  # beside `checks`
COMMON = ("lesson", "eager")  # what several steps have in common, and later ones not

# Layers with checks of their own.
_WITH_CHECKS = (
    "sysenter",
    "vsyscall",
    "sysenter-only",
    "vsyscall-only",
    "robust",
    "lesson",
    "eager",
    "robust-only",
    "smp",
    "io-bitmap",
    "processes",
    "smp-processes",
    "io-bitmap-processes",
    "linux",
)


def layers_of(config: KernelConfig) -> tuple[str, ...]:
    """The layers that make this kernel; of a file that several have, the last one's is taken."""
    step = config.kernel.step
    reached = STEPS[: STEPS.index(step) + 1]
    layers = list(reached)
    if "robust" in reached:
        layers.append("smp" if config.cpu.count > 1 else "one-cpu")
        layers.append(f"stack-{config.sysenter.stack}")
        if config.sysenter.stack != "per-switch":
            layers.append("emergency-stack")
        layers.append(f"page-{config.vsyscall.address}")
        if config.tss.io_bitmap:
            layers.append("io-bitmap")
    else:
        layers.append("lesson")
    if "processes" not in reached:
        layers += ["eager", f"{step}-only"]  # what later steps have no more
    layers += [
        f"{name}-{later}"
        for later in reached
        for name in layers
        if name in _OTHER_FORMS.get(later, ())
    ]
    if config.host.streams:
        layers += ["host", *(["smp-host"] if "smp" in layers else [])]
    if config.host.trace:
        layers.append("trace")
    layers.append(config.programs.suite)
    if config.programs.suite == "checks":
        layers += [f"checks-{name}" for name in layers if name in _WITH_CHECKS]
    return tuple(layers)


def folder_of(layer: str) -> str:
    """Where a layer's files lie, below kernel_src/ and below templates/.

    steps/       what a step brings in; `<step>-only`: what no later step has; `lesson`: what the
                 small kernels have in common; `eager`: those that load a program whole
    options/     by option: `base`, and other forms that it has from a step on, or beside another
    checks/      what the suite `checks` adds, likewise, by the layer that it looks at; `all`: to
                 every kernel
    suites/      what another suite adds
    """
    if layer == "checks":
        return "checks/all"
    if layer in SUITES:
        return f"suites/{layer}"
    name = layer.removeprefix("checks-")
    is_of_steps = name in STEPS or name in COMMON or name.removesuffix("-only") in STEPS
    kind = "checks" if name != layer else "steps" if is_of_steps else "options"
    return f"{kind}/{name if is_of_steps else _form_of(name)}"


def _form_of(option: str) -> str:
    """`smp` -> `smp/base`, `smp-processes` -> `smp/processes`."""
    name, _, form = option.rpartition("-")
    return f"{name}/{form}" if name and form in _FORMS else f"{option}/base"
