"""age v1 with hybrid recipients: C2SP age; docs/protocol.md, before section 1."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tests.independent_reader.documents import write_bech32
from tests.independent_reader.refusal import RefusedError

_INFO = b"age-encryption.org/mlkem768x25519"
_CHUNK = 64 * 1024
_TAG = 16
_LINE = 64


@dataclass(frozen=True)
class _Stanza:
    arguments: list[str]
    body: bytes


def open_file(sealed: bytes, seed: bytes) -> bytes:
    """Open an age file with the hybrid identity of a seed of 32 bytes."""
    try:
        stanzas, signed, mac, payload = _parse(sealed)
    except ValueError:
        raise RefusedError("not_an_age_file") from None
    file_key = _file_key(stanzas, seed)
    mac_key = _hkdf(file_key, b"", b"header")
    if not hmac.compare_digest(hmac.digest(mac_key, signed, "sha256"), mac):
        raise RefusedError("altered")
    return _decrypt(file_key, payload)


def stanza_types(sealed: bytes) -> list[str]:
    """List the types of a file's stanzas."""
    return [stanza.arguments[0] for stanza in _parse(sealed)[0]]


def _parse(sealed: bytes) -> tuple[list[_Stanza], bytes, bytes, bytes]:
    lines = _Lines(sealed)
    if lines.next() != "age-encryption.org/v1":
        raise ValueError("not version 1")
    stanzas = []
    while (line := lines.next()).startswith("-> "):
        arguments = line.removeprefix("-> ").split(" ")
        if not all(arguments):
            raise ValueError("an empty argument")
        body = ""
        while len(part := lines.next()) == _LINE:
            body += part
        if len(part) > _LINE:
            raise ValueError("a line too long")
        stanzas.append(_Stanza(arguments, _unpadded(body + part)))
    mark, _, encoded = line.partition(" ")
    if mark != "---" or not stanzas:
        raise ValueError("no end")
    mac = _unpadded(encoded)
    if len(mac) != hashlib.sha256().digest_size:
        raise ValueError("no MAC")
    before_mac = lines.position - len(encoded) - 2
    return stanzas, sealed[:before_mac], mac, sealed[lines.position :]


class _Lines:
    def __init__(self, sealed: bytes) -> None:
        self._sealed = sealed
        self.position = 0

    def next(self) -> str:
        """Give the next line, of printable ASCII."""
        end = self._sealed.find(b"\n", self.position)
        if end < 0:
            raise ValueError("cut off")
        line = self._sealed[self.position : end].decode("ascii")
        if line and not line.isprintable():
            raise ValueError("not printable")
        self.position = end + 1
        return line


def _unpadded(text: str) -> bytes:
    raw = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    if base64.b64encode(raw).decode().rstrip("=") != text:
        raise ValueError("not canonical")
    return raw


def recipient_of(seed: bytes) -> str:
    """Write the recipient of an identity's seed."""
    mlkem, x25519 = _halves(seed)
    return write_bech32(
        "age1pq",
        mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw(),
    )


def _halves(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    expanded = hashlib.shake_256(seed).digest(96)
    return (
        MLKEM768PrivateKey.from_seed_bytes(expanded[:64]),
        X25519PrivateKey.from_private_bytes(expanded[64:]),
    )


def _file_key(stanzas: list[_Stanza], seed: bytes) -> bytes:
    private = hpke.MLKEM768X25519PrivateKey(*_halves(seed))
    suite = hpke.Suite(
        hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305
    )
    for stanza in stanzas:
        if stanza.arguments[0] != "mlkem768x25519":
            continue
        try:
            (encoded,) = stanza.arguments[1:]
            encapsulated = _unpadded(encoded)
        except ValueError:
            raise RefusedError("not_an_age_file") from None
        if len(encapsulated) != 1_120 or len(stanza.body) != 32:
            raise RefusedError("not_an_age_file")
        try:
            return suite.decrypt(encapsulated + stanza.body, private, _INFO)
        except InvalidTag:
            continue
    raise RefusedError("not_sealed_to_us")


def _decrypt(file_key: bytes, payload: bytes) -> bytes:
    nonce, ciphertext = payload[:16], payload[16:]
    if len(nonce) != 16 or not ciphertext:
        raise RefusedError("altered")
    aead = ChaCha20Poly1305(_hkdf(file_key, nonce, b"payload"))
    chunks = [
        ciphertext[at : at + _CHUNK + _TAG]
        for at in range(0, len(ciphertext), _CHUNK + _TAG)
    ]
    plaintext = b""
    for number, chunk in enumerate(chunks):
        is_last = number == len(chunks) - 1
        if is_last and number and len(chunk) == _TAG:
            raise RefusedError("altered")
        try:
            plaintext += aead.decrypt(
                number.to_bytes(11, "big") + bytes([is_last]), chunk, None
            )
        except InvalidTag:
            raise RefusedError("altered") from None
    return plaintext


def _hkdf(file_key: bytes, salt: bytes, info: bytes) -> bytes:
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info)
    return kdf.derive(file_key)
