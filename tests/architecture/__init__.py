"""Promises about the source itself."""
