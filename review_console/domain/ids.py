"""Names of rows: random, so that they tell neither order nor number.

Each kind of row has its own type; a case's id never passes for an account's.
"""

import re
from base64 import b32encode
from typing import Final, Self

from crypto.entropy import Entropy
from review_console.domain.errors import NotFoundError

ID_BYTES: Final = 20
"""160 random bits, as in docs/protocol.md §6; 32 characters of base32."""

_SHAPE: Final = re.compile(r"[a-z2-7]{32}")


class RowId(str):
    """32 characters of base32; made by `generate`, read by `parse`."""

    __slots__ = ()

    @classmethod
    def generate(cls, entropy: Entropy) -> Self:
        """Draw a new id."""
        return cls(b32encode(entropy(ID_BYTES)).decode("ascii").lower())

    @classmethod
    def parse(cls, untrusted: str) -> Self:
        """Read an id from a URL or a form.

        Args:
            untrusted: Any text.

        Returns:
            The id; whether it exists is for the load to say.

        Raises:
            NotFoundError: Nothing can have such an id.
        """
        if _SHAPE.fullmatch(untrusted) is None:
            raise NotFoundError("no such id")
        return cls(untrusted)


class AccountId(RowId):
    """Of a person on the console."""

    __slots__ = ()


class IntakeIdentityId(RowId):
    """Of a short-lived intake identity, and of the file with its private half."""

    __slots__ = ()


class CaseId(RowId):
    """Of a case."""

    __slots__ = ()


class MessageId(RowId):
    """Of a report or a later message inside a case."""

    __slots__ = ()


class DestinationId(RowId):
    """Of an outside body in the registry."""

    __slots__ = ()


class ReferralId(RowId):
    """Of a referral."""

    __slots__ = ()
