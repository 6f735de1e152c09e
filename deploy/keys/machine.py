"""Is this machine fit to hold the root for an hour?

Looks for what would carry a secret away: a network, swap space, core dumps. What
the kernel says is read, nothing is changed but this process's own memory, which is
locked where that is allowed.

Rules:
* What cannot be found out is said, not taken for good.
"""

import ctypes
import resource
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_UP: Final = 0x1  # RTF_UP, linux/route.h
_LOOPBACK: Final = "lo"
_MCL_CURRENT_AND_FUTURE: Final = 0x1 | 0x2  # sys/mman.h
_PR_GET_DUMPABLE: Final = 3  # linux/prctl.h
_CAP_IPC_LOCK: Final = 14  # linux/capability.h
_NEEDED_BYTES: Final = 1 << 30
"""Locked memory that Argon2id and Python may need, generously."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What was found; None where it could not be found out."""

    networks: tuple[str, ...] | None
    """Interfaces that have a route."""

    has_swap: bool | None
    is_locked: bool
    """The memory of this process is never written to swap space."""

    can_dump_core: bool | None


def examine(proc: Path = Path("/proc")) -> Machine:
    """Look at this machine, and lock our own memory.

    Args:
        proc: Where the kernel tells; another place in tests.

    Returns:
        What was found.
    """
    return Machine(
        networks=_networks(proc / "net"),
        has_swap=_has_swap(proc / "swaps"),
        is_locked=_lock_memory(),
        can_dump_core=_can_dump_core(),
    )


def _networks(net: Path) -> tuple[str, ...] | None:
    try:
        routes = (net / "route").read_text().splitlines()[1:]
        routes6 = _read_or_nothing(net / "ipv6_route").splitlines()
    except OSError:
        return None
    # IPv4: name first, flags fourth. IPv6: name last, flags before it.
    found = [(words[0], words[3]) for words in map(str.split, routes) if words]
    found += [(words[-1], words[-2]) for words in map(str.split, routes6) if words]
    return tuple(
        sorted({
            name
            for name, flags in found
            if name != _LOOPBACK and int(flags, 16) & _UP
        })
    )  # fmt: skip


def _read_or_nothing(path: Path) -> str:
    """Read a table that a kernel without IPv6 does not have."""
    return path.read_text() if path.exists() else ""


def _has_swap(swaps: Path) -> bool | None:
    try:
        return len(swaps.read_text().splitlines()) > 1  # behind a heading
    except OSError:
        return None


def _lock_memory() -> bool:
    """Keep this process out of swap space, if it may; never half of it."""
    if sys.platform != "linux":
        return False
    soft, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (hard, hard))
    # Under a small limit locking succeeds now and Argon2id finds no memory later.
    is_enough = hard == resource.RLIM_INFINITY or hard >= _NEEDED_BYTES
    if not is_enough and not _may_lock_all():
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.mlockall(_MCL_CURRENT_AND_FUTURE) == 0)


def _may_lock_all() -> bool:
    """Say whether the limit does not count for this process (CAP_IPC_LOCK)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "CapEff":
            return bool(int(value, 16) >> _CAP_IPC_LOCK & 1)
    return False


def _can_dump_core() -> bool | None:
    if resource.getrlimit(resource.RLIMIT_CORE)[0] != 0:
        return True
    if sys.platform != "linux":
        return None
    # A handler behind a pipe ignores the limit, but not this.
    return bool(ctypes.CDLL(None).prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
