"""SHA-256 of uploads while they grow, so that their end need not read all again.

Reading 2 GiB once more takes seconds, and a reporter waits for them before the last
answer. So this process remembers how far it has hashed an upload. What another
process wrote, or this one before a restart, is simply read.

Rules:
* A state counts only for the very size that the file has under its lock.
* It is taken out while somebody writes: a request that breaks puts nothing back.
"""

import hashlib
import threading
from collections import OrderedDict
from typing import Final

MOST: Final = 256
"""Uploads at once whose state is remembered; the longest untouched goes first."""


class RunningDigest:
    """How far one upload has been hashed."""

    def __init__(self) -> None:
        """Begin at the first byte."""
        self._digest = hashlib.sha256()
        self.size_bytes = 0

    def update(self, data: bytes | memoryview) -> None:
        """Hash what was just written."""
        self._digest.update(data)
        self.size_bytes += len(data)

    def digest(self) -> bytes:
        """Return the digest of everything so far: 32 bytes."""
        return self._digest.digest()


class RunningDigests:
    """The states of this process's uploads, by name."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._lock = threading.Lock()
        self._known: OrderedDict[str, RunningDigest] = OrderedDict()

    def take(self, name: str, size_bytes: int) -> RunningDigest | None:
        """Take a state out.

        Args:
            name: Of the upload, whose lock the caller holds.
            size_bytes: Of its file now.

        Returns:
            The state; `None` if the file is not what was hashed.
        """
        with self._lock:
            found = self._known.pop(name, None)
        if size_bytes == 0:
            return RunningDigest()
        return found if found and found.size_bytes == size_bytes else None

    def put(self, name: str, digest: RunningDigest) -> None:
        """Put a state back; the caller still holds the lock."""
        with self._lock:
            self._known[name] = digest
            if len(self._known) > MOST:
                self._known.popitem(last=False)
