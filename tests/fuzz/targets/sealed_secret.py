"""A secret under a passphrase: an altered record or cost never opens."""

import json

from crypto.errors import CryptoError
from crypto.sealed_secret import INSECURE_TESTING, open_secret, seal_secret
from tests.fuzz.fixed_entropy import fixed_entropy

_SECRET = b"the secret itself"
_PASSPHRASE = "correct horse battery staple"  # noqa: S105 - guards nothing
_PURPOSE = "debunker-fuzz"
_AFFORDABLE_KIB = 1_024
_AFFORDABLE_PASSES = 4
_SEALED = seal_secret(
    _SECRET,
    _PASSPHRASE,
    purpose=_PURPOSE,
    profile=INSECURE_TESTING,
    entropy=fixed_entropy("sealed secret"),
)


def target(data: bytes) -> bool:
    """Open it: either the secret comes out of the record that was made, or an error."""
    if _is_costly(data):
        return False
    try:
        secret = open_secret(data, _PASSPHRASE, purpose=_PURPOSE)
    except CryptoError:
        return False
    assert secret == _SECRET, "another secret opens"
    assert _members(data) == _members(_SEALED), "an altered one opens"
    return True


def _is_costly(data: bytes) -> bool:
    """Leave out costs that are allowed, and take seconds."""
    try:
        members = _members(data)
        memory, passes = members["memory_kib"], members["passes"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    if type(memory) is not int or type(passes) is not int:
        return False
    return memory > _AFFORDABLE_KIB or passes > _AFFORDABLE_PASSES


def _members(data: bytes) -> dict[str, object]:
    members: dict[str, object] = json.loads(data)
    return members


def seeds() -> dict[str, bytes]:
    """The true one, other costs, and a huge one, which is refused unread."""
    return {
        "true": _SEALED,
        "more_memory": _SEALED.replace(b'"memory_kib": 8', b'"memory_kib": 16'),
        "no_memory": _SEALED.replace(b'"memory_kib": 8', b'"memory_kib": 1'),
        "huge": _SEALED.replace(b'"memory_kib": 8', b'"memory_kib": 99999999999'),
        "other_purpose": _SEALED.replace(_PURPOSE.encode(), b"debunker-other"),
        "list": b"[]",
    }
