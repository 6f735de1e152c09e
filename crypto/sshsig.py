"""SSHSIG: signatures that `ssh-keygen -Y verify` also checks.

Spec: OpenSSH PROTOCOL.sshsig; docs/protocol.md §1.4, §3, §4 and §7 name the namespaces.

A signature says what it is for (the namespace), so that one made over a reply
can never pass as one over a directory. Ed25519 keys alone; SHA-512 when signing,
SHA-256 too when verifying.

Rules:
* Whom to believe is the caller's list; the key inside the signature only says
  which of them to try.
* The armor may be wrapped at any width, but its base64 is canonical and nothing
  stands before or behind it.
"""

import base64
import binascii
import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from crypto.ed25519 import KEY_TYPE, SIGNATURE_BYTES, SigningKey, VerificationKey
from crypto.errors import AuthenticationError, MalformedError

_MAGIC: Final = b"SSHSIG"
_VERSION: Final = struct.pack(">I", 1)
_BEGIN: Final = "-----BEGIN SSH SIGNATURE-----"
_END: Final = "-----END SSH SIGNATURE-----"
_COLUMNS: Final = 70  # as ssh-keygen wraps
_HASHES: Final = ("sha256", "sha512")
_MAX_ARMOR_CHARACTERS: Final = 4096  # ours have some 300


@dataclass(frozen=True, slots=True, kw_only=True)
class _UnverifiedSignature:
    key: VerificationKey
    namespace: str
    hash_name: str
    signature: bytes


def sign(message: bytes, key: SigningKey, *, namespace: str) -> str:
    """Sign a message for one purpose.

    Args:
        message: Any length.
        key: Whose signature it shall be.
        namespace: What the signature is for; not empty.

    Returns:
        The armored signature, with a final line feed.

    Raises:
        ValueError: The namespace is empty.
    """
    if not namespace:
        raise ValueError("a signature needs a namespace")
    hash_name = "sha512"
    signature = key.sign(_signed_data(message, namespace, hash_name))
    blob = b"".join(
        (
            _MAGIC,
            _VERSION,
            _string(key.verification_key.blob),
            _string(namespace.encode()),
            _string(b""),  # reserved
            _string(hash_name.encode()),
            _string(_string(KEY_TYPE.encode()) + _string(signature)),
        )
    )
    return _armor(blob)


def verify(
    armored: str,
    message: bytes,
    keys: Iterable[VerificationKey],
    *,
    namespace: str,
) -> VerificationKey:
    """Check a signature; the caller decides what the signer may do.

    Args:
        armored: Untrusted.
        message: Untrusted, the exact bytes that were signed.
        keys: Whom to believe.
        namespace: What the signature must be for.

    Returns:
        Which of `keys` signed.

    Raises:
        MalformedError: It is not an armored Ed25519 signature.
        AuthenticationError: None of `keys` signed this for this purpose.
    """
    untrusted = _parse(_unarmor(armored))
    # 1. Purpose first: a true signature for something else is a false one here.
    if untrusted.namespace != namespace:
        raise AuthenticationError("signature is for another purpose")
    # 2. The signer must be one that the caller named; its own word is nothing.
    if untrusted.key not in set(keys):
        raise AuthenticationError("signed by an unknown key")
    # 3. Then the arithmetic.
    data = _signed_data(message, untrusted.namespace, untrusted.hash_name)
    untrusted.key.verify(untrusted.signature, data)
    return untrusted.key


def _signed_data(message: bytes, namespace: str, hash_name: str) -> bytes:
    digest = hashlib.new(hash_name, message).digest()
    return b"".join(
        (
            _MAGIC,
            _string(namespace.encode()),
            _string(b""),  # reserved
            _string(hash_name.encode()),
            _string(digest),
        )
    )


def _string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def _armor(blob: bytes) -> str:
    text = base64.b64encode(blob).decode()
    lines = [text[at : at + _COLUMNS] for at in range(0, len(text), _COLUMNS)]
    return "\n".join((_BEGIN, *lines, _END, ""))


def _unarmor(armored: str) -> bytes:
    if len(armored) > _MAX_ARMOR_CHARACTERS:
        raise MalformedError("signature is too long")
    lines = armored.removesuffix("\n").split("\n")
    if lines[0] != _BEGIN or lines[-1] != _END:
        raise MalformedError("not an armored SSH signature")
    text = "".join(lines[1:-1])
    try:
        blob = binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        raise MalformedError("signature is not base64") from None
    if base64.b64encode(blob).decode() != text:
        raise MalformedError("signature is not canonical base64")
    return blob


def _parse(blob: bytes) -> _UnverifiedSignature:
    prefix = _MAGIC + _VERSION
    if not blob.startswith(prefix):
        raise MalformedError("not version 1 of an SSH signature")
    key, namespace, reserved, hash_name, signature = _strings(
        blob[len(prefix) :], count=5
    )
    if reserved:
        raise MalformedError("reserved field of the signature is not empty")
    if hash_name.decode(errors="replace") not in _HASHES:
        raise MalformedError("hash of the signature is neither sha256 nor sha512")
    kind, raw = _strings(signature, count=2)
    if kind != KEY_TYPE.encode() or len(raw) != SIGNATURE_BYTES:
        raise MalformedError("not an Ed25519 signature")
    return _UnverifiedSignature(
        key=VerificationKey.from_blob(key),
        namespace=namespace.decode(errors="replace"),
        hash_name=hash_name.decode(),
        signature=raw,
    )


def _strings(blob: bytes, *, count: int) -> tuple[bytes, ...]:
    """Split exactly `count` strings, each behind its 32-bit length."""
    strings = []
    for _ in range(count):
        if len(blob) < 4:  # noqa: PLR2004 - a 32-bit length
            raise MalformedError("signature is cut off")
        length = int.from_bytes(blob[:4], "big")
        value, blob = blob[4 : 4 + length], blob[4 + length :]
        if len(value) != length:
            raise MalformedError("signature is cut off")
        strings.append(value)
    if blob:
        raise MalformedError("something follows the signature")
    return tuple(strings)
