"""A log that cannot tell on anybody.

Spec: docs/protocol.md §8.

Some of gunicorn's messages quote addresses, request lines and headers, so no
message is written at all: only its level, and of an exception its kind and place.
"""

import sys

from gunicorn.config import Config as GunicornConfig
from gunicorn.glogging import Logger

from intake.web.errors import report_bug


class ScrubbedLogger(Logger):  # type: ignore[misc]  # gunicorn is untyped
    """Writes that something was odd, and nothing that came from outside."""

    def setup(self, cfg: GunicornConfig) -> None:
        """Open nothing: there are no log files."""
        self.cfg = cfg

    def info(self, *_message: object, **_options: object) -> None:
        """Write nothing."""

    def debug(self, *_message: object, **_options: object) -> None:
        """Write nothing."""

    def access(self, *_request: object) -> None:
        """Write nothing."""

    def log(self, *_message: object, **_options: object) -> None:
        """Write nothing."""

    def warning(self, *_message: object, **_options: object) -> None:
        """Write that something was odd."""
        _write("server warning")

    def error(self, *_message: object, **_options: object) -> None:
        """Write that something failed."""
        _write("server error")

    def critical(self, *_message: object, **_options: object) -> None:
        """Write that the server cannot go on."""
        _write("server failure")

    def exception(self, *_message: object, **_options: object) -> None:
        """Write the kind and the place of the exception."""
        error = sys.exc_info()[1]
        if error is not None:
            report_bug(error)

    def reopen_files(self) -> None:
        """Reopen nothing."""

    def close_on_exec(self) -> None:
        """Close nothing."""


def _write(line: str) -> None:
    sys.stderr.write(f"intake: {line}\n")
