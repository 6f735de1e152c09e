"""SSHSIG: docs/protocol.md, before its first section."""

import base64
import hashlib
import struct
from collections.abc import Iterable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_BEGIN = "-----BEGIN SSH SIGNATURE-----"
_END = "-----END SSH SIGNATURE-----"
_MOST_CHARACTERS = 4_096

# The y coordinates of the points of small order on edwards25519, as encoded.
_SMALL_ORDER = {
    (0).to_bytes(32, "little"),
    (1).to_bytes(32, "little"),
    (2**255 - 20).to_bytes(32, "little"),
    (2**255 - 19).to_bytes(32, "little"),
    (2**255 - 18).to_bytes(32, "little"),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
}


def signer(
    armored: str, message: bytes, keys: Iterable[bytes], *, namespace: str
) -> bytes | None:
    """Say which of these keys signed a message for one use, or `None`."""
    try:
        key, found, hash_name, signature = _parse(armored)
    except ValueError:
        return None
    if found != namespace.encode() or key not in set(keys):
        return None
    if hash_name not in {b"sha256", b"sha512"}:
        return None
    digest = hashlib.new(hash_name.decode(), message).digest()
    signed = b"SSHSIG" + b"".join(map(_string, (found, b"", hash_name, digest)))
    if bytes([*key[:31], key[31] & 0x7F]) in _SMALL_ORDER:
        return None
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)
    except InvalidSignature:
        return None
    return key


def _parse(armored: str) -> tuple[bytes, bytes, bytes, bytes]:
    if len(armored) > _MOST_CHARACTERS:
        raise ValueError("too long")
    begin, *lines, end = armored.removesuffix("\n").split("\n")
    encoded = "".join(lines)
    blob = base64.b64decode(encoded, validate=True)
    if (begin, end) != (_BEGIN, _END) or base64.b64encode(blob).decode() != encoded:
        raise ValueError("not this armor")
    if blob[:10] != b"SSHSIG\0\0\0\x01":
        raise ValueError("not version 1")
    public, namespace, reserved, hash_name, signature = _strings(blob[10:], 5)
    kind, key = _strings(public, 2)
    signature_kind, raw = _strings(signature, 2)
    if reserved or {kind, signature_kind} != {b"ssh-ed25519"}:
        raise ValueError("not Ed25519")
    if len(key) != 32 or len(raw) != 64:
        raise ValueError("not Ed25519")
    return key, namespace, hash_name, raw


def _string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def _strings(blob: bytes, count: int) -> list[bytes]:
    found = []
    for _ in range(count):
        if len(blob) < 4:
            raise ValueError("cut off")
        (length,) = struct.unpack(">I", blob[:4])
        if len(blob) < 4 + length:
            raise ValueError("cut off")
        found.append(blob[4 : 4 + length])
        blob = blob[4 + length :]
    if blob:
        raise ValueError("something follows")
    return found
