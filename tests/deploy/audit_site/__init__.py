"""Auditing a real intake on loopback, and one that has been altered on the way."""
