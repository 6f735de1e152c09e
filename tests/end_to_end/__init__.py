"""The few tests that drive the whole house in a real browser."""
