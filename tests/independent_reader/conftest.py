"""The intake of tests/intake, as something to read from."""

from tests.intake.conftest import house, organisation

__all__ = ["house", "organisation"]
