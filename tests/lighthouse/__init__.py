"""Lighthouse on the reporter's site: `python -m tests.lighthouse`."""
