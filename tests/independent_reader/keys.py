"""The codename and what derives from it: docs/protocol.md §2."""

import base64
import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tests.independent_reader.age_file import recipient_of
from tests.independent_reader.refusal import RefusedError

_WORDS = Path(__file__).parents[2] / "protocol" / "words"
_LISTS = [
    (_WORDS / name).read_text(encoding="utf-8").split()
    for name in ("english.txt", "russian.txt")
]
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_LOOK_ALIKES = dict(zip("oilавекмнорстух", "011abekmh0pctyx", strict=True))
_SEPARATORS = set("\t\n\v\f\r\x85,.\u060c\u3001\u3002\u2212")


def read_codename(typed: str) -> bytes:
    """Read the 12 bytes out of what somebody typed."""
    if len(typed) > 1_000:
        raise RefusedError("wrong_length")
    number = _read_number(_tokens(typed))
    secret, check = (number >> 14).to_bytes(12, "big"), number & (2**14 - 1)
    if int.from_bytes(hashlib.sha256(secret).digest()[:2], "big") >> 2 != check:
        raise RefusedError("wrong_check")
    return secret


def _fold(typed: str) -> str:
    lowered = unicodedata.normalize("NFKC", typed).lower()
    kept = (each for each in lowered if unicodedata.category(each) != "Cf")
    return "".join(kept).replace("ё", "е")


def _tokens(typed: str) -> list[str]:
    spaced = (
        " "
        if each in _SEPARATORS or unicodedata.category(each) in {"Zs", "Zl", "Zp", "Pd"}
        else each
        for each in _fold(typed)
    )
    return [token for token in "".join(spaced).split(" ") if token]


def _read_number(tokens: list[str]) -> int:
    folded = [[_fold(word) for word in words] for words in _LISTS]
    for words in folded:
        if tokens and all(token in words for token in tokens):
            if len(tokens) != 10:
                raise RefusedError("wrong_length")
            return _join([words.index(token) for token in tokens], 11)
    joined = "".join(_LOOK_ALIKES.get(each, each) for each in "".join(tokens))
    if len(joined) == 22 and all(each in _CROCKFORD for each in joined):
        return _join([_CROCKFORD.index(each) for each in joined], 5)
    shortened = len(tokens) > 5
    found = [
        [_word_at(words, token, shortened=shortened) for token in tokens]
        for words in folded
    ]
    for numbers in found:
        if len(tokens) == 10 and None not in numbers:
            return _join([n for n in numbers if n is not None], 11)
    most = max(found, key=lambda numbers: sum(n is not None for n in numbers))
    if None in most and most.count(None) < len(most):
        raise RefusedError("unknown_word")
    raise RefusedError("wrong_check" if len(joined) == 22 else "wrong_length")


def _word_at(words: list[str], token: str, *, shortened: bool) -> int | None:
    if token in words:
        return words.index(token)
    starts = [word[:4] if len(word) > 3 else None for word in words]
    return starts.index(token[:4]) if shortened and token[:4] in starts else None


def _join(digits: list[int], bits: int) -> int:
    number = 0
    for digit in digits:
        number = number << bits | digit
    return number


@dataclass(frozen=True)
class Reporter:
    """What the codename of one organisation's reporter gives."""

    token: bytes
    identity_seed: bytes
    message_key: bytes
    """32 raw bytes."""

    @classmethod
    def derive(cls, secret: bytes, organisation_id: bytes) -> "Reporter":
        """Derive all of it."""

        def derived(use: str) -> bytes:
            info = f"debunker/v1/{use}".encode()
            kdf = HKDF(hashes.SHA256(), length=32, salt=organisation_id, info=info)
            return kdf.derive(secret)

        signing = Ed25519PrivateKey.from_private_bytes(derived("reporter-signature"))
        return cls(
            token=derived("mailbox-token"),
            identity_seed=derived("reporter-identity"),
            message_key=signing.public_key().public_bytes_raw(),
        )

    @property
    def token_hash(self) -> bytes:
        """32 raw bytes."""
        return hashlib.sha256(self.token).digest()

    @property
    def mailbox(self) -> str:
        """Where replies wait."""
        return mailbox_of(self.token_hash, self.message_key)

    @property
    def reply_to(self) -> str:
        """The recipient of replies, as a report carries it."""
        return recipient_of(self.identity_seed)

    @property
    def authorization(self) -> str:
        """The header that reads the mailbox."""
        both = base64.urlsafe_b64encode(self.token + self.message_key)
        return "Bearer " + both.decode().rstrip("=")


def mailbox_of(token_hash: bytes, message_key: bytes) -> str:
    """Compute the id that commits to both."""
    digest = hashlib.sha256(b"debunker/v1/mailbox" + token_hash + message_key).digest()
    return base64.b32encode(digest[:20]).decode().lower()
