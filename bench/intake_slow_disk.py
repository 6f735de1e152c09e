"""The intake's server on a disk that needs 10 ms longer for every sync.

The server waits for the disk in two places: `os.fsync` of files and directories,
and SQLite's own sync at the end of each transaction. Both wait here, as a slow disk
would make them, without holding anybody else up; the server itself has no setting
for it.
"""

import argparse
import os
import time
from typing import Final

from flask import Flask
from sqlalchemy import Connection, event

from intake.app import ENGINE
from intake.server import IntakeServer

DELAY_SECONDS: Final = 0.010

_fsync = os.fsync


def slow_fsync(descriptor: int) -> None:
    """Sync, and then some."""
    time.sleep(DELAY_SECONDS)
    _fsync(descriptor)


def slow_commit(_connection: Connection) -> None:
    """Wait before a transaction ends."""
    time.sleep(DELAY_SECONDS)


class SlowDiskServer(IntakeServer):
    """The intake, all of it, on such a disk."""

    def load(self) -> Flask:
        """Make the app, then slow its disk down."""
        app = super().load()
        event.listen(app.extensions[ENGINE], "commit", slow_commit)
        os.fsync = slow_fsync  # type: ignore[assignment]  # descriptors alone are synced
        return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bind", required=True)
    environment = dict(os.environ)  # noqa: TID251  # handed to Config.from_env
    SlowDiskServer(environment, parser.parse_args().bind, workers=1).run()
