"""Serves the intake.

Spec: docs/protocol.md §3, §8.

`quiet` is gunicorn as we want it, `scrubbed_log` what it may write.

Rules:
* Secrets that workers share are drawn before they fork.
* What goes wrong leaves its kind and its place, without what anybody sent.
* No core dumps, and no debugger may attach.
"""

import gc
import sys
import threading
from collections.abc import Mapping
from typing import Final

from flask import Flask

from crypto.entropy import system_entropy
from crypto.process import harden_process
from intake.app import ENGINE, MIGRATED, RECOVERY, create_app
from intake.clock import SystemClock
from intake.config import PREFIX, Config
from intake.server.quiet import QuietServer
from intake.web.errors import report_bug
from intake.web.services import EXTENSION

MEMORY_SETTINGS: Final = {
    "MALLOC_MMAP_THRESHOLD_": "4194304",
    "MALLOC_TRIM_THRESHOLD_": "16777216",
}
"""Tell the allocator to keep its pages: else every 256 KiB read costs page
faults, and files are taken at little more than half the speed. It reads them
only when a process starts."""


COLLECT_AFTER_OBJECTS: Final = 10_000
"""New objects before a search for cycles. A report makes some hundreds and, of
cycles, none; at the default of 700 the searches took a tenth of its time."""


class NotMigratedError(Exception):
    """The database is not in the shape that this version needs."""


class IntakeServer(QuietServer):
    """The intake under gunicorn."""

    def __init__(
        self, environment: Mapping[str, str], bind: str, *, workers: int
    ) -> None:
        """Listen and read the settings.

        Args:
            environment: Settings; on loopback the sync origin defaults to the
                address that is bound.
            bind: `HOST:PORT`; port 0 takes a free one.
            workers: Processes.
        """
        super().__init__(bind, workers=workers)
        own_origin = {f"{PREFIX}SYNC_ORIGIN": f"http://{self.bound}"}
        defaults = own_origin if self.bound.startswith("127.") else {}
        self._intake = Config.from_env({**defaults, **environment})

    def load(self) -> Flask:
        """Make the app, once, before the workers fork.

        Returns:
            The app, with nothing open that must not be shared.

        Raises:
            NotMigratedError: The database has another shape.
        """
        app = create_app(self._intake, clock=SystemClock(), entropy=system_entropy)
        if not app.extensions[MIGRATED]():
            raise NotMigratedError("run `debunker intake migrate` first")
        app.extensions[RECOVERY]()
        app.extensions[EXTENSION].pages.preload()
        # A connection must not be shared across the fork.
        app.extensions[ENGINE].dispose()
        # What is here now stays: no search for garbage need go through it again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(COLLECT_AFTER_OBJECTS)
        return app


def serve(environment: Mapping[str, str], *, bind: str, workers: int) -> None:
    """Serve until a signal says to stop.

    Args:
        environment: Settings.
        bind: `HOST:PORT`; port 0 takes a free one.
        workers: Processes.
    """
    harden_process()
    sys.excepthook = lambda _kind, error, _trace: report_bug(error)
    threading.excepthook = _report_thread
    IntakeServer(environment, bind, workers=workers).run()


def _report_thread(problem: threading.ExceptHookArgs) -> None:
    if problem.exc_value is not None:
        report_bug(problem.exc_value)
