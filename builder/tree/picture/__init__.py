"""Turns models into the pictures of the documentation: docs/*.svg.

It may import config, model and tree.
"""

from builder.config.load import load_config
from builder.config.step import Step
from builder.model.kernel import KernelModel, build_model
from builder.tree.picture.memory_map import memory_picture
from builder.tree.picture.shapes import Picture
from builder.tree.picture.stacks import stacks_picture
from builder.tree.picture.way import way_picture

DESIGNS = ("per-switch", "esp0-word", "tss-end")
FIRST = Step.ROBUST  # the step from which there is a choice of them


def _model(*overrides: str) -> KernelModel:
    return build_model(load_config(None, overrides))


def pictures() -> dict[str, Picture]:
    """Every picture by the name of its file in docs/."""
    designs = {name: _model(f"kernel.step={FIRST}", f"sysenter.stack={name}") for name in DESIGNS}
    return {
        "way.svg": way_picture(_model()),
        "memory.svg": memory_picture(_model()),
        "stacks.svg": stacks_picture(designs),
    }
