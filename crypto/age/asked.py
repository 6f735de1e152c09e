"""Identities behind a passphrase: it is asked for when a file needs it.

For `debunker age`, as `age` does it: a file that is sealed with a passphrase, and an
identity file that is itself such a file.

Rules:
* Nobody is asked before the header has shown that a passphrase would help.
* A wrong passphrase ends the attempt: the next question would be another file's.
"""

import base64
import hmac
import io
from collections.abc import Iterable
from typing import Final

from crypto.age.armor import BEGIN, dearmor, is_armored
from crypto.age.file_key import FileKey
from crypto.age.header import FAMILY, Stanza
from crypto.age.hybrid import HybridIdentity
from crypto.age.keys import parse_identities
from crypto.age.scrypt import STANZA_TYPE, ScryptIdentity
from crypto.age.stream import open_stream
from crypto.age.terminal import Terminal
from crypto.age.x25519 import X25519Identity
from crypto.entropy import Entropy
from crypto.errors import (
    AuthenticationError,
    CryptoError,
    NoMatchingIdentityError,
    UnusableRecipientsError,
)

_LETTERS: Final = b"0123456789abcdefghjkmnpqrstvwxyz"  # Crockford: none looks like one
_BASE32: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_MADE_BYTES: Final = 15
"""120 bits, 24 letters. Ten words of age's have 110."""


def is_sealed(contents: bytes) -> bool:
    """Tell an identity file that is an age file from one of plain lines."""
    return contents.lstrip().startswith((FAMILY.encode(), BEGIN))


def ask_new_passphrase(terminal: Terminal, *, entropy: Entropy) -> str:
    """Ask for a passphrase to seal with, twice; make one if the answer is empty.

    Args:
        terminal: Whom to ask; one that was made is shown there, once.
        entropy: To make one.

    Returns:
        The passphrase.

    Raises:
        UnusableRecipientsError: The two answers differ.
    """
    passphrase = terminal.ask("Passphrase (leave it empty to have one made)")
    if not passphrase:
        letters = base64.b32encode(entropy(_MADE_BYTES))
        text = letters.translate(bytes.maketrans(_BASE32, _LETTERS)).decode()
        made = "-".join(text[at : at + 4] for at in range(0, len(text), 4))
        terminal.tell(f"The passphrase is: {made}")
        return made
    again = terminal.ask("The same passphrase again")
    if not hmac.compare_digest(_bytes(again), _bytes(passphrase)):
        raise UnusableRecipientsError("the two passphrases differ")
    return passphrase


class AskedPassphrase:
    """The passphrase of a file, as an identity."""

    def __init__(
        self,
        terminal: Terminal,
        *,
        question: str = "Passphrase",
        otherwise: str = "the file is sealed to keys: open it with -i FILE",
    ) -> None:
        """Ask nothing yet.

        Args:
            terminal: Whom to ask.
            question: Without a colon behind it.
            otherwise: What to say where no passphrase would help.
        """
        self._terminal = terminal
        self._question = question
        self._otherwise = otherwise

    def unwrap(self, stanzas: Iterable[Stanza]) -> FileKey:
        """Ask, and open the stanza that was made for a passphrase.

        Args:
            stanzas: Untrusted.

        Returns:
            The file key.

        Raises:
            NoMatchingIdentityError: The file has no passphrase.
            AuthenticationError: It has another.
        """
        stanzas = tuple(stanzas)
        if not _has_passphrase(stanzas):
            raise NoMatchingIdentityError(self._otherwise)
        identity = ScryptIdentity(self._terminal.ask(self._question))
        file_key = identity.unwrap(stanzas)
        if file_key is None:
            raise AuthenticationError("the passphrase is wrong")
        return file_key


class RefusedPassphrase:
    """In the first place among keys: it explains why none of them can open a file."""

    def unwrap(self, stanzas: Iterable[Stanza]) -> None:
        """Look for a passphrase.

        Args:
            stanzas: Untrusted.

        Raises:
            NoMatchingIdentityError: The file has one.
        """
        if _has_passphrase(stanzas):
            raise NoMatchingIdentityError(
                "the file is sealed with a passphrase: open it without -i"
            )


class SealedIdentityFile:
    """An identity file that is an age file with a passphrase."""

    def __init__(self, contents: bytes, *, path: str, terminal: Terminal) -> None:
        """Keep it sealed.

        Args:
            contents: Untrusted, armored or not.
            path: To name it in the question.
            terminal: Whom to ask.
        """
        self._contents = contents
        self._path = path
        self._terminal = terminal
        self._identities: tuple[HybridIdentity | X25519Identity, ...] | None = None

    def open(self) -> tuple[HybridIdentity | X25519Identity, ...]:
        """Ask for the passphrase, once.

        Returns:
            The identities that it lists.

        Raises:
            CryptoError: It is no such file, or the passphrase is wrong.
        """
        if self._identities is None:
            asked = AskedPassphrase(
                self._terminal,
                question=f"Passphrase of {self._path}",
                otherwise="an identity file is sealed with a passphrase, not to keys",
            )
            sealed = io.BytesIO(self._contents)
            source = dearmor(sealed) if is_armored(self._contents) else sealed
            opened = io.BytesIO()
            try:
                open_stream(source, opened, [asked])
                text = opened.getvalue().decode(errors="replace")
                self._identities = parse_identities(text)
            except CryptoError as error:
                raise type(error)(f"{self._path}: {error}") from None
        return self._identities

    def unwrap(self, stanzas: Iterable[Stanza]) -> FileKey | None:
        """Ask for the passphrase, then try each of the identities.

        Args:
            stanzas: Untrusted.

        Returns:
            The file key, or None if no stanza opens.

        Raises:
            CryptoError: The file is no such file, or the passphrase is wrong; the
                message names it. Or a stanza has a wrong shape.
        """
        stanzas = tuple(stanzas)
        for identity in self.open():
            file_key = identity.unwrap(stanzas)
            if file_key is not None:
                return file_key
        return None


def _bytes(passphrase: str) -> bytes:
    return passphrase.encode(errors="surrogatepass")


def _has_passphrase(stanzas: Iterable[Stanza]) -> bool:
    return any(stanza.type == STANZA_TYPE for stanza in stanzas)
