"""Settings of the property tests."""

from hypothesis import settings

# A busy machine is no failure: speed is measured in bench/, never here.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
