"""The whole product, as it runs: the town of `tests.fakes.town`."""

from tests.fakes.town import Town

__all__ = ["Town"]
