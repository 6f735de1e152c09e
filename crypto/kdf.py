"""HKDF with SHA-256: from one uniform secret to independent keys.

Spec: RFC 5869. Not for passphrases: they need `crypto.sealed_secret`.
"""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def hkdf_sha256(ikm: bytes, *, salt: bytes, info: bytes, length_bytes: int) -> bytes:
    """Derive `length_bytes` bytes (at most 8,160) from uniform input.

    Args:
        ikm: Input keying material; secret, with the entropy of a key.
        salt: Public; may be empty.
        info: What the result is for: one use, one `info`.
        length_bytes: How much to derive.

    Returns:
        The output keying material.
    """
    kdf = HKDF(algorithm=SHA256(), length=length_bytes, salt=salt, info=info)
    return kdf.derive(ikm)
