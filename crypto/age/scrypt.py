"""Passphrases: scrypt makes a key of them, `scrypt` stanzas carry it.

Spec: C2SP age, "The scrypt recipient type"; scrypt is RFC 7914 with r = 8, p = 1.

For files that a person opens with nothing but what they know: an identity file on
paper's safe side, a file for somebody without a key. Reports never use it.

Rules:
* A passphrase stands alone in a header (`crypto.age.wrapping` refuses company): only
  so does it vouch for the sender, and only so is the cost of a guess the file's cost.
* A work factor beyond the limit is refused before anything is derived: 22, as age has
  it, is 4 GiB of memory; each step more doubles that.
* The passphrase is the bytes that were typed, in UTF-8. Unlike `crypto.sealed_secret`
  nothing is normalised: other implementations of age do not either.
* Wrong passphrase and wrong tag are one and the same: no stanza opens.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from crypto.age.base64 import decode_base64, encode_base64
from crypto.age.file_key import FILE_KEY_BYTES, FileKey
from crypto.age.header import Stanza
from crypto.entropy import Entropy
from crypto.errors import MalformedError

STANZA_TYPE: Final = "scrypt"
SALT_BYTES: Final = 16
DEFAULT_WORK_FACTOR: Final = 18
"""Base-2 logarithm of scrypt's N: 256 MiB and about a second. age's default."""

MAX_WORK_FACTOR: Final = 22
"""What is derived for a file of a stranger's, at most. age's limit."""

_KEY_BYTES: Final = 32
_TAG_BYTES: Final = 16
WRAPPED_FILE_KEY_BYTES: Final = FILE_KEY_BYTES + _TAG_BYTES

_INFO: Final = b"age-encryption.org/v1/scrypt"
_BLOCK_SIZE: Final = 8  # scrypt's r
_LANES: Final = 1  # scrypt's p
_WORK_FACTOR: Final = re.compile(r"[1-9][0-9]*")  # no sign, no zero in front
# Zero is right: the wrap key is new for each salt and seals once.
_WRAP_NONCE: Final = bytes(12)


@dataclass(frozen=True, slots=True, eq=False)
class ScryptRecipient:
    """A passphrase to seal with; shows nothing in `repr`."""

    passphrase: str = field(repr=False)
    """As typed; its strength is the caller's affair."""

    work_factor: int = DEFAULT_WORK_FACTOR
    """1 to 22."""

    def __post_init__(self) -> None:
        """Refuse a work factor that no reader would take.

        Raises:
            ValueError: Below 1 or above 22.
        """
        if not 1 <= self.work_factor <= MAX_WORK_FACTOR:
            raise ValueError(f"a work factor is 1 to {MAX_WORK_FACTOR}")

    def wrap(self, file_key: FileKey, *, entropy: Entropy) -> Stanza:
        """Wrap a file key, at the cost of one guess.

        Returns:
            A stanza that must be alone in its header.

        Raises:
            MemoryError: The machine has less memory than that costs.
        """
        salt = entropy(SALT_BYTES)
        key = _wrap_key(self.passphrase, salt, self.work_factor)
        body = ChaCha20Poly1305(key).encrypt(_WRAP_NONCE, file_key.raw, None)
        return Stanza(STANZA_TYPE, (encode_base64(salt), str(self.work_factor)), body)


@dataclass(frozen=True, slots=True, eq=False)
class ScryptIdentity:
    """A passphrase to open with; shows nothing in `repr`."""

    passphrase: str = field(repr=False)
    """As typed."""

    max_work_factor: int = MAX_WORK_FACTOR
    """What a file may cost; 128 · 2^it · 8 bytes of memory."""

    def unwrap(self, stanzas: Iterable[Stanza]) -> FileKey | None:
        """Try the passphrase on the stanza that was made for one.

        Args:
            stanzas: Untrusted; those of other types are ignored.

        Returns:
            The file key, or None if no stanza opens.

        Raises:
            MalformedError: A stanza of our type has a wrong shape, or costs more
                than it may.
            MemoryError: The machine has less memory than it costs.
        """
        ours = [self._parse(s) for s in stanzas if s.type == STANZA_TYPE]
        for salt, work_factor, body in ours:
            key = _wrap_key(self.passphrase, salt, work_factor)
            try:
                return FileKey(ChaCha20Poly1305(key).decrypt(_WRAP_NONCE, body, None))
            except InvalidTag:
                continue
        return None

    def _parse(self, stanza: Stanza) -> tuple[bytes, int, bytes]:
        """Check a stanza's shape; return its salt, work factor and body."""
        if len(stanza.arguments) != 2:  # noqa: PLR2004 - salt and work factor
            raise MalformedError("scrypt stanza needs two arguments")
        salt = decode_base64(stanza.arguments[0])
        if len(salt) != SALT_BYTES:
            raise MalformedError("scrypt salt is not 16 bytes")
        digits = stanza.arguments[1]
        if _WORK_FACTOR.fullmatch(digits) is None:
            raise MalformedError("work factor is not a decimal number")
        # The length first: a number of a megabyte is slow to read.
        if len(digits) > len(str(MAX_WORK_FACTOR)) or (
            int(digits) > self.max_work_factor
        ):
            raise MalformedError("work factor is beyond the limit")
        # Before the AEAD, against partitioning oracles.
        if len(stanza.body) != WRAPPED_FILE_KEY_BYTES:
            raise MalformedError("wrapped file key is not 32 bytes")
        return salt, int(digits), stanza.body


def _wrap_key(passphrase: str, salt: bytes, work_factor: int) -> bytes:
    kdf = Scrypt(
        salt=_INFO + salt,
        length=_KEY_BYTES,
        n=1 << work_factor,
        r=_BLOCK_SIZE,
        p=_LANES,
    )
    return kdf.derive(passphrase.encode(errors="surrogatepass"))
