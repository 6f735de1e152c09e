"""Recipients and identities of either kind, and the files that list them.

Spec: C2SP age; the files are those of `age-keygen`: one key a line, `#` before a
comment.
"""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from crypto.age.file_key import FileKey
from crypto.age.header import Stanza
from crypto.age.hybrid import HybridIdentity, HybridRecipient
from crypto.age.x25519 import X25519Identity, X25519Recipient
from crypto.entropy import Entropy
from crypto.errors import MalformedError

_Key = TypeVar("_Key")


class Recipient(Protocol):
    """Whoever a file key can be wrapped for."""

    def wrap(self, file_key: FileKey, *, entropy: Entropy) -> Stanza:
        """Wrap the file key into one stanza."""


class Identity(Protocol):
    """Whoever can unwrap a file key."""

    def unwrap(self, stanzas: Iterable[Stanza]) -> FileKey | None:
        """Return the file key if one of the stanzas is for this identity."""


def parse_recipient(text: str) -> HybridRecipient | X25519Recipient:
    """Parse `age1pq1…` or `age1…`.

    Returns:
        The recipient, of the kind that its prefix says.

    Raises:
        MalformedError: It is neither.
    """
    if text.startswith("age1pq1"):
        return HybridRecipient.parse(text)
    return X25519Recipient.parse(text)


def parse_identity(text: str) -> HybridIdentity | X25519Identity:
    """Parse `AGE-SECRET-KEY-PQ-1…` or `AGE-SECRET-KEY-1…`.

    Returns:
        The identity, of the kind that its prefix says.

    Raises:
        MalformedError: It is neither; the text is not quoted.
    """
    if text.startswith("AGE-SECRET-KEY-PQ-1"):
        return HybridIdentity.parse(text)
    return X25519Identity.parse(text)


def parse_recipients(text: str) -> tuple[HybridRecipient | X25519Recipient, ...]:
    """Parse a recipients file; a wrong line is named by its number."""
    return _parse_lines(text, parse_recipient)


def parse_identities(text: str) -> tuple[HybridIdentity | X25519Identity, ...]:
    """Parse an identity file; a wrong line is named by its number."""
    return _parse_lines(text, parse_identity)


def _parse_lines(text: str, parse: Callable[[str], _Key]) -> tuple[_Key, ...]:
    keys = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            keys.append(parse(line.strip()))
        except MalformedError as error:
            raise MalformedError(f"line {number}: {error}") from None
    if not keys:
        raise MalformedError("no key in it")
    return tuple(keys)
