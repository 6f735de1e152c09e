"""Sealed files of the vectors: kept while they still open to what they should.

age draws fresh keys for every file, so a new one differs each time. Only where
what it holds has changed is it made again.
"""

from collections.abc import Sequence

from crypto.age import HybridIdentity, open_sealed, seal
from crypto.entropy import system_entropy
from crypto.errors import CryptoError
from tests.vectors.case import VECTORS


def sealed_file(
    folder: str, name: str, plaintext: bytes, identities: Sequence[HybridIdentity]
) -> bytes:
    """Give the kept file if every identity opens it to `plaintext`, else a new one."""
    path = VECTORS / folder / f"{name}.age"
    if path.exists() and _opens(path.read_bytes(), plaintext, identities):
        return path.read_bytes()
    recipients = [identity.recipient for identity in identities]
    return seal(plaintext, recipients, entropy=system_entropy)


def _opens(
    sealed: bytes, plaintext: bytes, identities: Sequence[HybridIdentity]
) -> bool:
    try:
        return all(open_sealed(sealed, [each]) == plaintext for each in identities)
    except CryptoError:
        return False
