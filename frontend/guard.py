"""A release's guard: a wheel without the web app is not built by accident. It builds nothing itself."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable" and not (Path(self.root) / "server" / "web" / "index.html").is_file():
            raise RuntimeError("The web app is not built, and a wheel ships it: run `make web` first.")
