"""Identities that the tests of age files share."""

from typing import Final

import pytest

from crypto.age import HybridIdentity, X25519Identity
from crypto.entropy import system_entropy

KINDS: Final[dict[str, type[HybridIdentity | X25519Identity]]] = {
    "hybrid": HybridIdentity,
    "classical": X25519Identity,
}


@pytest.fixture(params=sorted(KINDS))
def identity(request: pytest.FixtureRequest) -> HybridIdentity | X25519Identity:
    """A new identity of either kind."""
    kind: type[HybridIdentity | X25519Identity] = KINDS[request.param]
    return kind.generate(system_entropy)
