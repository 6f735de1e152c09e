"""age v1 files: sealed to recipients, opened by identities.

Spec: C2SP age (https://c2sp.org/age); docs/protocol.md §1.

    identity = HybridIdentity.generate(system_entropy)
    sealed = seal(b"text", [identity.recipient], entropy=system_entropy)
    assert open_sealed(sealed, [identity]) == b"text"

Recipients of three kinds: hybrid (`age1pq1…`), which everything of ours uses, classical
(`age1…`) for destinations with an older age, and passphrases (`scrypt`). Armored files
pass through `dearmor` and `ArmorWriter`. Not here: plugins and SSH keys.

Which to take: `SealingWriter` for bytes that arrive piece by piece; `OpeningReader`
to jump about in a file; `seal_stream` and `open_stream` for whole files at full
speed; `seal` and `open_sealed` for what fits in memory; `rewrap_header` for new
recipients without touching the payload.
"""

from crypto.age.armor import ArmorWriter, dearmor
from crypto.age.file_key import FileKey
from crypto.age.header import Header, Stanza
from crypto.age.hybrid import HybridIdentity, HybridRecipient
from crypto.age.keys import (
    Identity,
    Recipient,
    parse_identities,
    parse_identity,
    parse_recipient,
    parse_recipients,
)
from crypto.age.memory import open_sealed, seal
from crypto.age.payload import plaintext_length, sealed_length
from crypto.age.reader import OpeningReader
from crypto.age.scrypt import ScryptIdentity, ScryptRecipient
from crypto.age.stream import open_stream, seal_stream
from crypto.age.wrapping import rewrap_header, unwrap_header, wrap_header
from crypto.age.writer import SealingWriter
from crypto.age.x25519 import X25519Identity, X25519Recipient

__all__ = [
    "ArmorWriter",
    "FileKey",
    "Header",
    "HybridIdentity",
    "HybridRecipient",
    "Identity",
    "OpeningReader",
    "Recipient",
    "ScryptIdentity",
    "ScryptRecipient",
    "SealingWriter",
    "Stanza",
    "X25519Identity",
    "X25519Recipient",
    "dearmor",
    "open_sealed",
    "open_stream",
    "parse_identities",
    "parse_identity",
    "parse_recipient",
    "parse_recipients",
    "plaintext_length",
    "rewrap_header",
    "seal",
    "seal_stream",
    "sealed_length",
    "unwrap_header",
    "wrap_header",
]
