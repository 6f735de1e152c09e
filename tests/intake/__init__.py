"""The promises of the intake."""
