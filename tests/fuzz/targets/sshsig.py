"""Armored signatures: nothing but the signed bytes, purpose and key is accepted."""

import base64

from crypto import sshsig
from crypto.ed25519 import SigningKey
from crypto.errors import CryptoError

_KEY = SigningKey.from_seed(b"k" * 32)
_OTHER = SigningKey.from_seed(b"o" * 32)
_MESSAGE = b"what was signed"
_NAMESPACE = "debunker-fuzz"
_MARK = "\ufeff".encode()
_ARMORED = sshsig.sign(_MESSAGE, _KEY, namespace=_NAMESPACE)


def target(data: bytes) -> bool:
    """Verify: what passes is the one signature, at whatever width it is wrapped."""
    armored = data.decode("utf-8", "replace")
    keys = [_KEY.verification_key]
    try:
        signer = sshsig.verify(armored, _MESSAGE, keys, namespace=_NAMESPACE)
    except CryptoError:
        return False
    assert signer == _KEY.verification_key, "another signer"
    assert _blob(armored) == _blob(_ARMORED), "another signature passes"
    return True


def _blob(armored: str) -> bytes:
    return base64.b64decode("".join(armored.split("\n")[1:-1]).split("-----END")[0])


def _with(number: int, change: bytes) -> str:
    """Put bytes before one of the strings inside the signature, with its new length."""
    blob = base64.b64decode("".join(_ARMORED.split("\n")[1:-2]))
    head, rest, strings = blob[:10], blob[10:], []
    while rest:
        length = int.from_bytes(rest[:4])
        strings.append(rest[4 : 4 + length])
        rest = rest[4 + length :]
    strings[number] = change + strings[number]
    body = b"".join(len(each).to_bytes(4) + each for each in strings)
    text = base64.b64encode(head + body).decode()
    return "\n".join((_ARMORED.split("\n")[0], text, *_ARMORED.split("\n")[-2:]))


def seeds() -> dict[str, bytes]:
    """The true one, and others that are well formed."""
    lines = _ARMORED.split("\n")
    narrow = "\n".join([lines[0], *"".join(lines[1:-2]), *lines[-2:]])
    texts = {
        "true": _ARMORED,
        "narrow": narrow,
        "other_message": sshsig.sign(b"another", _KEY, namespace=_NAMESPACE),
        "other_namespace": sshsig.sign(_MESSAGE, _KEY, namespace="other"),
        "mark_before_it": _MARK.decode() + _ARMORED,
        "mark_before_its_namespace": _with(1, _MARK),
        "mark_before_its_hash": _with(3, _MARK),
        "reserved": _with(2, b"x"),
        "other_key": sshsig.sign(_MESSAGE, _OTHER, namespace=_NAMESPACE),
    }
    return {name: text.encode() for name, text in texts.items()}
