"""Seeds out of the vectors: good documents, and some that are refused."""

import json
from collections.abc import Iterable

from tests.vectors.case import VECTORS, load_cases


def documents(folder: str, member: str, names: Iterable[str]) -> dict[str, bytes]:
    """Take a text member of some vectors, by the vectors' names."""
    wanted = set(names)
    found = {
        case.name: str(case.given[member]).encode()
        for case in load_cases(folder)
        if case.name in wanted
    }
    assert found.keys() == wanted, f"no such vector: {wanted - found.keys()}"
    return found


def sealed_report() -> bytes:
    """Read a sealed file that is the same each time; age draws keys for a new one."""
    return (VECTORS / "report" / "sealed.age").read_bytes()


def pretty(document: bytes) -> bytes:
    """Write JSON with spaces and escapes, as nobody of ours does."""
    return json.dumps(json.loads(document), indent=1).encode()
