"""Vectors of armored SSHSIG signatures, written without `crypto.sshsig`."""

import base64
import hashlib
import struct
from collections.abc import Iterator

from crypto.ed25519 import SigningKey
from tests.vectors.case import Case
from tests.vectors.fixed import OTHER_TEAM, ROOT, TEAM

_NAMESPACE = "debunker-reply"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_KEY_TYPE = b"ssh-ed25519"
_MESSAGE = "Хабарламаңызды алдық.\n".encode()

_GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
"""Of Ed25519's base point, RFC 8032 §5.1."""

_BASE_POINT = bytes.fromhex("58" + 31 * "66")
_NEUTRAL_POINT = bytes([1, *bytes(31)])
"""Of order 1: as a key it verifies whatever a signer of nothing likes."""


def cases() -> Iterator[Case]:
    """Make all of them."""
    yield from _good()
    for group in (_not_theirs(), _other_blobs(), _other_armors()):
        for name, (armored, description) in group.items():
            yield _case(name, armored, description)
    everywhere = bytes([*_BASE_POINT, 1, *bytes(31)])
    armored = _armor(_blob(key=_NEUTRAL_POINT, raw=everywhere))
    yield _case(
        "small_order_key",
        armored,
        "a key that anybody signs for",
        keys=[_NEUTRAL_POINT],
    )


def _good() -> Iterator[Case]:
    good = _armor(_blob())
    yield _case("sha512", good, "as we sign", signer=TEAM)
    yield _case("sha256", _armor(_blob(hash_name=b"sha256")), "as well", signer=TEAM)
    table = {
        "one_line": (0, "not broken into lines"),
        "narrow": (8, "lines of eight characters"),
    }
    for name, (width, description) in table.items():
        yield _case(name, _armor(_blob(), width), description, signer=TEAM)
    cut = good.removesuffix("\n")
    yield _case("no_final_line_feed", cut, "ends with its last line", signer=TEAM)
    both = [ROOT.verification_key.raw, TEAM.verification_key.raw]
    yield _case("second_key", good, "one of two keys", keys=both, signer=TEAM)
    empty = _armor(_blob(message=b""))
    yield _case("empty_message", empty, "over nothing", message=b"", signer=TEAM)


def _not_theirs() -> dict[str, tuple[str, str]]:
    return {
        "stranger": (_armor(_blob(signing_key=OTHER_TEAM)), "another key signed"),
        "other_message": (_armor(_blob(message=b"other")), "over something else"),
        "other_namespace": (_armor(_blob(namespace=b"debunker-report")), "another use"),
        "no_namespace": (_armor(_blob(namespace=b"")), "for no use"),
        "longer_namespace": (
            _armor(_blob(namespace=b"debunker-reply\0")),
            "a use that looks alike",
        ),
        "claimed_key": (
            _armor(_blob(signing_key=OTHER_TEAM, key=TEAM.verification_key.raw)),
            "another signed, and names the right key",
        ),
        "other_hash_signed": (
            _armor(_blob(hash_name=b"sha256", signed_hash=b"sha512")),
            "says SHA-256, and signed SHA-512",
        ),
        "high_s": (_armor(_blob(raw=_with_high_s())), "S plus the group's order"),
    }


def _other_blobs() -> dict[str, tuple[str, str]]:
    good = _blob()
    return {
        "sha1": (_armor(_blob(hash_name=b"sha1")), "a hash that is not accepted"),
        "sha384": (_armor(_blob(hash_name=b"sha384")), "a hash that is not accepted"),
        "version_2": (
            _armor(good.replace(b"SSHSIG\0\0\0\x01", b"SSHSIG\0\0\0\x02", 1)),
            "a later version",
        ),
        "reserved": (_armor(_blob(reserved=b"x")), "the reserved field is not empty"),
        "rsa_key": (_armor(_blob(key_type=b"ssh-rsa")), "another kind of key"),
        "sk_signature": (
            _armor(_blob(signature_type=b"sk-ssh-ed25519@openssh.com")),
            "another kind of signature",
        ),
        "trailing_byte": (_armor(good + b"\0"), "a byte behind it"),
        "cut_off": (_armor(good[:-1]), "a byte too few"),
        "short_signature": (_armor(_blob(raw=bytes(63))), "63 bytes"),
        "not_sshsig": (_armor(b"SSHSIX" + good[6:]), "another magic"),
        "empty": (_armor(b""), "nothing between the lines"),
    }


def _other_armors() -> dict[str, tuple[str, str]]:
    good = _armor(_blob())
    encoded = base64.b64encode(_blob()).decode()
    bent = encoded.rstrip("=")
    return {
        "nothing": ("", "an empty text"),
        "no_begin": (good.removeprefix(_BEGIN + "\n"), "the first line is missing"),
        "no_end": (good.removesuffix(_END + "\n"), "the last line is missing"),
        "carriage_returns": (good.replace("\n", "\r\n"), "lines end otherwise"),
        "text_before": ("Signature:\n" + good, "something before it"),
        "text_behind": (good + "-- \n", "something behind it"),
        "two_line_feeds": (good + "\n", "an empty line behind it"),
        "space_in_it": (good.replace("\nU1NI", "\n U1NI", 1), "white space"),
        "no_padding": (f"{_BEGIN}\n{bent}\n{_END}\n", "base64 without padding")
        if bent != encoded
        else (f"{_BEGIN}\n{encoded}=\n{_END}\n", "base64 with padding too many"),
        "base64url": (
            good.replace("+", "-").replace("/", "_").replace("\n", "-\n", 1),
            "another alphabet",
        ),
        "too_long": (_armor(_blob(), width=1) + 4_096 * "\n", "over 4,096 characters"),
    }


def _blob(  # noqa: PLR0913 - a signature has these parts
    *,
    message: bytes = _MESSAGE,
    namespace: bytes = _NAMESPACE.encode(),
    hash_name: bytes = b"sha512",
    signed_hash: bytes | None = None,
    signing_key: SigningKey = TEAM,
    key: bytes | None = None,
    key_type: bytes = _KEY_TYPE,
    signature_type: bytes = _KEY_TYPE,
    reserved: bytes = b"",
    raw: bytes | None = None,
) -> bytes:
    """Write the binary form, right unless something is asked for."""
    hashed = hash_name if signed_hash is None else signed_hash
    digest = hashlib.new(hashed.decode(), message).digest()
    signed = (namespace, reserved, hash_name, digest)
    signature = signing_key.sign(b"SSHSIG" + b"".join(map(_string, signed)))
    public = signing_key.verification_key.raw if key is None else key
    fields = (
        _string(key_type) + _string(public),
        namespace,
        reserved,
        hash_name,
        _string(signature_type) + _string(signature if raw is None else raw),
    )
    return b"SSHSIG\0\0\0\x01" + b"".join(map(_string, fields))


def _with_high_s() -> bytes:
    """Give the same signature its second form, which lax readers take."""
    signature = _blob()[-64:]
    high = int.from_bytes(signature[32:], "little") + _GROUP_ORDER
    return signature[:32] + high.to_bytes(32, "little")


def _string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def _armor(blob: bytes, width: int = 70) -> str:
    text = base64.b64encode(blob).decode()
    step = width or len(text)
    lines = [text[at : at + step] for at in range(0, len(text), step or 1)]
    return "\n".join((_BEGIN, *lines, _END, ""))


def _case(  # noqa: PLR0913 - a signature and its circumstances
    name: str,
    armored: str,
    description: str,
    *,
    message: bytes = _MESSAGE,
    keys: list[bytes] | None = None,
    signer: SigningKey | None = None,
) -> Case:
    believed = [TEAM.verification_key.raw] if keys is None else keys
    return Case(
        folder="signature",
        name=name,
        description=description,
        given={
            "signature": armored,
            "message": message.hex(),
            "namespace": _NAMESPACE,
            "keys": [_spelt(key) for key in believed],
        },
        reason="wrong_signature" if signer is None else None,
        expected=None
        if signer is None
        else {"signer": _spelt(signer.verification_key.raw)},
    )


def _spelt(key: bytes) -> str:
    blob = _string(_KEY_TYPE) + _string(key)
    return f"{_KEY_TYPE.decode()} {base64.b64encode(blob).decode()}"
