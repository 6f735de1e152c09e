"""Background work on threads of this process."""

import threading
from collections.abc import Callable


class ThreadBackground:
    """Implements `services.effects.Background`."""

    def start(self, task: Callable[[], None]) -> None:
        """Begin a task; it does not keep the process from ending."""
        # What it leaves undone is done at the next log-in or fetch.
        threading.Thread(target=task, daemon=True).start()
