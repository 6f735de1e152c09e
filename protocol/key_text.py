"""Public keys as text, in the one spelling that documents use.

Spec: docs/protocol.md, conventions.

The parsers of `crypto` accept what people paste: comments, other kinds of keys.
A document has one spelling, so that two readers never disagree about it.
"""

from crypto.age import HybridRecipient, parse_recipient
from crypto.ed25519 import VerificationKey
from crypto.errors import CryptoError
from protocol.errors import MalformedError


def parse_verification_key(untrusted: str) -> VerificationKey:
    """Read `ssh-ed25519 AAAA…` without a comment.

    Args:
        untrusted: Any text.

    Returns:
        The key.

    Raises:
        MalformedError: It is anything else.
    """
    try:
        key = VerificationKey.parse(untrusted)
    except CryptoError:
        raise MalformedError("not_a_verification_key") from None
    if str(key) != untrusted:
        raise MalformedError("not_a_verification_key")
    return key


def parse_hybrid_recipient(untrusted: str) -> HybridRecipient:
    """Read `age1pq1…` in lower case.

    Args:
        untrusted: Any text.

    Returns:
        The recipient.

    Raises:
        MalformedError: It is anything else; the reason is `not_hybrid` for a
            classical recipient, `age1…`.
    """
    try:
        # bech32 checks itself, and our parser takes no capitals: one spelling.
        recipient = parse_recipient(untrusted)
    except CryptoError:
        raise MalformedError("not_a_recipient") from None
    if not isinstance(recipient, HybridRecipient):
        raise MalformedError("not_hybrid")
    return recipient
