"""Where files go in a wheel, for hatchling. An editable installation has them in the checkout."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Not hatchling's own table `force-include`: that holds for editable installations, too.
FILES = {
    "builder/cli/launch/tinygate/__init__.py": "tinygate/__init__.py",
    "builder/cli/launch/tinygate/__main__.py": "tinygate/__main__.py",
    "templates": "tinygate/builder/_data/templates",
    "kernel_src": "tinygate/builder/_data/kernel_src",
    "docs/steps": "tinygate/builder/_data/docs/steps",
}


class Layout(BuildHookInterface):  # type: ignore[misc]
    """Adds what does not lie in the wheel as it lies in the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before a build of the kind `version`."""
        if version != "editable":
            build_data["force_include"].update(FILES)
