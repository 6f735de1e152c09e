"""Keep a process that holds secrets out of core dumps and debuggers.

Spec: docs/protocol.md §8.
"""

import ctypes
import os
import resource
import sys
from typing import Final

_PR_SET_DUMPABLE: Final = 4  # linux/prctl.h


def harden_process() -> None:
    """Forbid core dumps; on Linux also ptrace and /proc/PID/mem to all but root.

    Children inherit the core limit, but an `exec` makes a process dumpable again:
    each program calls this itself.

    Raises:
        OSError: The kernel refused.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
