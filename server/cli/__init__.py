"""The commands: `twinmarket serve`, `worker`, `sandbox`, `demo`, and what an operator does by hand."""

import gc
from importlib import import_module
from typing import Any


def main() -> None:
    """All that is loaded stays, so nobody looks through it for garbage meanwhile: that was a tenth of the start."""
    gc.disable()
    commands: Any = import_module("server.cli.commands")
    gc.freeze()
    gc.enable()
    commands.main()
