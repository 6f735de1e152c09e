"""SHA-256 as text: 64 hexadecimal digits in lower case."""

import re

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


def is_sha256(text: str) -> bool:
    """Say whether a text is 64 hexadecimal digits in lower case."""
    return _SHA256.fullmatch(text) is not None
