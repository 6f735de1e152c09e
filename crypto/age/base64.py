"""Base64 as age writes it: standard alphabet, no padding, one spelling only.

Spec: C2SP age, "Conventions" (RFC 4648 §4 and §3.5).

A reader that took a second spelling of the same bytes would let a stranger
change a header without changing its meaning.
"""

import base64
import binascii

from crypto.errors import MalformedError


def encode_base64(data: bytes) -> str:
    """Encode without padding."""
    return base64.b64encode(data).decode().rstrip("=")


def decode_base64(text: str) -> bytes:
    """Decode canonical base64 without padding.

    Returns:
        The bytes.

    Raises:
        MalformedError: Padded, another alphabet, or not canonical.
    """
    try:
        data = binascii.a2b_base64(text + "=" * (-len(text) % 4))
    except ValueError:
        raise MalformedError("not base64") from None
    # Python skips what is not of the alphabet and ignores spare bits.
    if encode_base64(data) != text:
        raise MalformedError("not canonical base64")
    return data
