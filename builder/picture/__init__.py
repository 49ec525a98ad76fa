"""The pictures of the documentation, drawn from the model: docs/*.svg."""

from builder.config import load_config
from builder.model.kernel import KernelModel, build_model
from builder.picture.memory import memory_picture
from builder.picture.shapes import Picture
from builder.picture.stacks import stacks_picture
from builder.picture.way import way_picture

DESIGNS = ("per-switch", "esp0-word", "tss-end")


def _model(*overrides: str) -> KernelModel:
    return build_model(load_config(None, overrides))


def pictures() -> dict[str, Picture]:
    """Every picture by the name of its file in docs/."""
    designs = {name: _model(f"sysenter.stack={name}") for name in DESIGNS}
    return {
        "way.svg": way_picture(_model()),
        "memory.svg": memory_picture(_model()),
        "stacks.svg": stacks_picture(designs),
    }
