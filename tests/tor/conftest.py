"""Tells at the end how long things took through Tor."""

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """No test sets a bar: on a busy machine none would hold."""
    for report in terminalreporter.getreports("passed"):
        if report.nodeid.startswith("tests/tor/"):
            for name, value in report.user_properties:
                terminalreporter.write_line(f"through Tor: {name}: {value}")
