"""Vectors of secrets under a passphrase; written without `crypto.sealed_secret`."""

import base64
import json
import unicodedata
from collections.abc import Iterator

from argon2.low_level import Type, hash_secret_raw
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt

from tests.vectors.case import Case
from tests.vectors.changes import changed, repeated, to_json, without
from tests.vectors.fixed import seed

_FORMAT = "debunker-sealed-secret/1"
_PASSPHRASE = "Ұзын құпия тіркес: алты сөз й"  # noqa: S105  # for tests
_PURPOSE = "debunker-root"
_SECRET = seed("sealed secret")


def cases() -> Iterator[Case]:
    """Make all of them."""
    good = _sealed(_SECRET)
    yield _opened("opens", good, "Kazakh words, the cheapest cost")
    decomposed = unicodedata.normalize("NFD", _PASSPHRASE)
    yield _opened("decomposed", good, "typed with combining signs", typed=decomposed)
    yield _opened("empty_secret", _sealed(b""), "nothing inside", secret=b"")
    costly = _sealed(_SECRET, memory_kib=65_536, passes=3, lanes=4)
    yield _opened("real_cost", costly, "64 MiB, 3 passes, 4 lanes, as we seal")
    quoted = 'a "purpose" \\ ү'
    other = _sealed(_SECRET, purpose=quoted)
    yield _opened("quoted_purpose", other, "escapes in JSON", purpose=quoted)
    spaced = json.dumps(json.loads(good), indent=1).encode()
    yield _opened("rewritten", spaced, "the same members, written in another way")
    for name, (sealed, reason, description) in (_altered() | _malformed()).items():
        yield _bad(name, sealed, reason, description)
    yield _bad("wrong_passphrase", good, "altered", "a letter differs", typed="Ұзын")
    yield _bad(
        "wrong_purpose",
        good,
        "altered",
        "wanted for something else",
        purpose="debunker-recovery",
    )


def _altered() -> dict[str, tuple[bytes, str, str]]:
    good = _sealed(_SECRET)
    record = bytearray(base64.b64decode(json.loads(good)["record"]))
    record[-1] ^= 1
    moved = changed(good, purpose="debunker-recovery")
    return {
        "altered_record": (
            changed(good, record=base64.b64encode(record).decode()),
            "altered",
            "a bit of the tag was changed",
        ),
        "altered_salt": (
            changed(good, salt=base64.b64encode(seed("salt 2", 16)).decode()),
            "altered",
            "another salt",
        ),
        "altered_purpose": (moved, "altered", "relabelled"),
        "cheaper": (changed(good, memory_kib=16), "altered", "another cost"),
        "more_passes": (changed(good, passes=2), "altered", "another cost"),
    }


def _malformed() -> dict[str, tuple[bytes, str, str]]:
    good = _sealed(_SECRET)
    table = {
        "next_format": (
            changed(good, format="debunker-sealed-secret/2"),
            "a version that is not known",
        ),
        "format_missing": (without(good, "format"), "says not what it is"),
        "salt_missing": (without(good, "salt"), "a member is missing"),
        "unknown_member": (changed(good, note=""), "a member of no format"),
        "duplicate_member": (repeated(good, "salt"), "the salt comes twice"),
        "not_an_object": (b"[]", "an array"),
        "not_json": (good[:-1], "a brace too few"),
        "salt_short": (changed(good, salt="AAAA"), "three bytes of salt"),
        "salt_number": (changed(good, salt=1_111), "a number for the salt"),
        "record_short": (changed(good, record="AAAA"), "no room for a tag"),
        "salt_not_canonical": (
            changed(good, salt=json.loads(good)["salt"][:-3] + "B=="),
            "unused bits of base64 that are not zero",
        ),
        "lanes_17": (changed(good, lanes=17), "more lanes than allowed"),
        "lanes_boolean": (changed(good, lanes=True), "true is no number"),
        "passes_zero": (changed(good, passes=0), "no pass"),
        "passes_17": (changed(good, passes=17), "more passes than allowed"),
        "memory_too_much": (
            changed(good, memory_kib=2_097_153),
            "a KiB more than 2 GiB",
        ),
        "memory_too_little": (changed(good, lanes=2), "less than 8 KiB a lane"),
        "memory_fraction": (
            good.replace(b'"memory_kib":8', b'"memory_kib":8.0'),
            "no integer",
        ),
    }
    return {
        name: (sealed, "malformed", description)
        for name, (sealed, description) in table.items()
    }


def _sealed(
    secret: bytes,
    *,
    purpose: str = _PURPOSE,
    memory_kib: int = 8,
    passes: int = 1,
    lanes: int = 1,
) -> bytes:
    """Seal with the libraries alone, as the document says."""
    salt, nonce = seed("salt", 16), seed("nonce", 24)
    key = hash_secret_raw(
        unicodedata.normalize("NFC", _PASSPHRASE).encode(),
        salt,
        time_cost=passes,
        memory_cost=memory_kib,
        parallelism=lanes,
        hash_len=32,
        type=Type.ID,
        version=0x13,
    )
    quoted = json.dumps(purpose, ensure_ascii=False)
    bound = f'["{_FORMAT}", {quoted}, {memory_kib}, {passes}, {lanes}]'
    ciphertext = crypto_aead_xchacha20poly1305_ietf_encrypt(
        secret, bound.encode(), nonce, key
    )
    return to_json(
        {
            "format": _FORMAT,
            "purpose": purpose,
            "memory_kib": memory_kib,
            "passes": passes,
            "lanes": lanes,
            "salt": base64.b64encode(salt).decode(),
            "record": base64.b64encode(nonce + ciphertext).decode(),
        }
    )


def _opened(  # noqa: PLR0913 - a sealed secret and its circumstances
    name: str,
    sealed: bytes,
    description: str,
    *,
    typed: str = _PASSPHRASE,
    purpose: str = _PURPOSE,
    secret: bytes = _SECRET,
) -> Case:
    return Case(
        folder="sealed_secret",
        name=name,
        description=description,
        given={"sealed": sealed.decode(), "passphrase": typed, "purpose": purpose},
        expected={"secret": secret.hex()},
    )


def _bad(  # noqa: PLR0913 - a sealed secret and its circumstances
    name: str,
    sealed: bytes,
    reason: str,
    description: str,
    *,
    typed: str = _PASSPHRASE,
    purpose: str = _PURPOSE,
) -> Case:
    return Case(
        folder="sealed_secret",
        name=name,
        description=description,
        given={"sealed": sealed.decode(), "passphrase": typed, "purpose": purpose},
        reason=reason,
    )
