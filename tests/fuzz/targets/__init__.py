"""One module for each reader of untrusted bytes.

Each has `target(data: bytes) -> bool`, which says whether the reader accepted, and
raises `AssertionError`, or whatever the reader let slip, if a promise is broken; and
`seeds() -> dict[str, bytes]`, where the search begins.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

NEAR_MISSES: Final = 200


@dataclass(frozen=True, slots=True)
class Target:
    """A reader, under the name of its module."""

    name: str
    run: Callable[[bytes], bool]
    seeds: Callable[[], dict[str, bytes]]
    near_misses: int
    """How many changes of each input the tests try; fewer where one takes long."""


def target_names() -> tuple[str, ...]:
    """Every target, in order."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def load_target(name: str) -> Target:
    """Import one."""
    module = importlib.import_module(f"{__name__}.{name}")
    near_misses = getattr(module, "NEAR_MISSES", NEAR_MISSES)
    return Target(name, module.target, module.seeds, near_misses)
