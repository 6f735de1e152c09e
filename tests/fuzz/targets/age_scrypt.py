"""A file sealed with a passphrase: costs are bounded, and no change opens."""

import io
from functools import cache

from crypto.age import Header, ScryptIdentity, ScryptRecipient, open_sealed, seal
from crypto.age.header import Stanza
from crypto.errors import CryptoError
from tests.fuzz.fixed_entropy import fixed_entropy

_PASSPHRASE = "correct horse battery staple"  # noqa: S105 - guards nothing
_PLAINTEXT = b"an identity file"
_AFFORDABLE = 6


@cache
def _sealed() -> bytes:
    recipient = ScryptRecipient(_PASSPHRASE, work_factor=1)
    return seal(_PLAINTEXT, [recipient], entropy=fixed_entropy("scrypt"))


def target(data: bytes) -> bool:
    """Open it with the right passphrase, and try its stanzas alone."""
    identity = ScryptIdentity(_PASSPHRASE, max_work_factor=_AFFORDABLE)
    try:
        plaintext = open_sealed(data, [identity])
    except CryptoError:
        plaintext = None
    assert (plaintext is not None) is (data == _sealed()), "an altered file opens"
    try:
        # In any company, which a header may not have: the shape is checked here too.
        identity.unwrap([*Header.read(io.BytesIO(data)).stanzas, Stanza("x", (), b"")])
    except CryptoError:
        return False
    return plaintext is not None


def seeds() -> dict[str, bytes]:
    """The true one, other work factors, in company, and without arguments."""
    good = _sealed()
    line = good.index(b"-> scrypt")
    stanza = good[line : good.index(b"--- ")]
    costs = {
        "costs_2": b" 2\n", "costs_23": b" 23\n", "costs_zero": b" 0\n",
        "costs_01": b" 01\n", "costs_a_lot": b" " + b"9" * 200 + b"\n",
    }  # fmt: skip
    return {
        "good": good,
        "twice": good.replace(stanza, stanza * 2),
        "no_argument": good.replace(stanza.split(b"\n")[0], b"-> scrypt"),
    } | {name: good.replace(b" 1\n", cost, 1) for name, cost in costs.items()}
