"""What crypto.age.scrypt promises of passphrases beyond the public vectors."""

import hashlib
import io

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.age import (
    FileKey,
    Header,
    HybridIdentity,
    Recipient,
    ScryptIdentity,
    ScryptRecipient,
    Stanza,
    open_sealed,
    rewrap_header,
    seal,
    wrap_header,
)
from crypto.age.base64 import encode_base64
from crypto.age.scrypt import DEFAULT_WORK_FACTOR, MAX_WORK_FACTOR, STANZA_TYPE
from crypto.entropy import system_entropy
from crypto.errors import (
    AuthenticationError,
    MalformedError,
    NoMatchingIdentityError,
    UnusableRecipientsError,
)

KEY = FileKey.generate(system_entropy)


def cheap(passphrase: str) -> ScryptRecipient:
    """A passphrase whose guesses cost nothing."""
    return ScryptRecipient(passphrase, 1)


def test_costs_are_those_of_age() -> None:
    """Sealed at 18; opened up to 22."""
    assert DEFAULT_WORK_FACTOR == 18
    assert MAX_WORK_FACTOR == 22


@settings(max_examples=30)
@given(passphrase=st.text(max_size=50), other=st.text(max_size=50))
def test_the_same_passphrase_opens_and_no_other(passphrase: str, other: str) -> None:
    """Any text, as it was typed: nothing is normalised."""
    sealed = seal(b"text", [cheap(passphrase)], entropy=system_entropy)

    assert open_sealed(sealed, [ScryptIdentity(passphrase)]) == b"text"
    if other != passphrase:
        with pytest.raises(NoMatchingIdentityError):
            open_sealed(sealed, [ScryptIdentity(other)])


def test_two_spellings_of_a_letter_are_two_passphrases() -> None:
    """Other implementations of age take the bytes, and so must we."""
    sealed = seal(b"text", [cheap("\u0439")], entropy=system_entropy)

    with pytest.raises(NoMatchingIdentityError):
        open_sealed(sealed, [ScryptIdentity("\u0438\u0306")])


def test_the_key_is_scrypt_of_the_passphrase() -> None:
    """Derived a second time, by Python's own scrypt."""
    stanza = ScryptRecipient("құпия", 4).wrap(KEY, entropy=bytes)
    salt = b"age-encryption.org/v1/scrypt" + bytes(16)
    key = hashlib.scrypt("құпия".encode(), salt=salt, n=16, r=8, p=1, dklen=32)

    assert stanza.type == STANZA_TYPE
    assert stanza.arguments == (encode_base64(bytes(16)), "4")
    assert stanza.body == ChaCha20Poly1305(key).encrypt(bytes(12), KEY.raw, None)


@pytest.mark.parametrize("work_factor", [-1, 0, 23, 64])
def test_work_factors_that_nobody_opens_are_a_bug(work_factor: int) -> None:
    """Found where the code is, not where the file is opened."""
    with pytest.raises(ValueError, match="1 to 22"):
        ScryptRecipient("passphrase", work_factor)


@pytest.mark.parametrize(
    "digits",
    ["", "0", "00", "01", "+1", "-1", "1 ", "x", "0x4", "23", "999", "9" * 5000],
)
def test_a_work_factor_has_one_spelling_and_a_limit(digits: str) -> None:
    """Nothing is derived for a number beyond it."""
    good = cheap("passphrase").wrap(KEY, entropy=system_entropy)
    stanza = Stanza(STANZA_TYPE, (good.arguments[0], digits), good.body)

    with pytest.raises(MalformedError, match="work factor"):
        ScryptIdentity("passphrase").unwrap([stanza])


def test_whoever_opens_may_set_a_lower_limit() -> None:
    """Where a file of a stranger's is opened without a person who waits."""
    stanza = ScryptRecipient("passphrase", 5).wrap(KEY, entropy=system_entropy)

    opened = ScryptIdentity("passphrase", max_work_factor=5).unwrap([stanza])
    assert opened is not None
    assert opened.raw == KEY.raw
    with pytest.raises(MalformedError, match="limit"):
        ScryptIdentity("passphrase", max_work_factor=4).unwrap([stanza])


def test_stanzas_of_a_wrong_shape_are_refused() -> None:
    """Before anything is derived or decrypted."""
    good = cheap("passphrase").wrap(KEY, entropy=system_entropy)
    salt, digits = good.arguments

    for arguments, body in (
        ((), good.body),
        ((salt,), good.body),
        ((salt, digits, "x"), good.body),
        ((salt + "=", digits), good.body),
        ((encode_base64(bytes(15)), digits), good.body),
        ((encode_base64(bytes(17)), digits), good.body),
        (good.arguments, good.body[:-1]),
        (good.arguments, good.body + b"\0"),
    ):
        with pytest.raises(MalformedError):
            ScryptIdentity("passphrase").unwrap([Stanza(good.type, arguments, body)])


def test_other_stanzas_are_ignored() -> None:
    """A passphrase says nothing about them."""
    stanza = HybridIdentity.generate(system_entropy).recipient.wrap(
        KEY, entropy=system_entropy
    )

    assert ScryptIdentity("passphrase").unwrap([stanza]) is None


def test_a_passphrase_stands_alone_when_sealing() -> None:
    """Neither beside a key nor beside another passphrase."""
    key = HybridIdentity.generate(system_entropy).recipient

    company: list[list[Recipient]] = [
        [cheap("one"), cheap("other")],
        [cheap("one"), key],
        [key, cheap("one")],
    ]

    for recipients in company:
        with pytest.raises(UnusableRecipientsError):
            wrap_header(KEY, recipients, entropy=system_entropy)


def test_a_passphrase_stands_alone_when_opening() -> None:
    """Whoever opens: a key that fits does not make the header right."""
    identity = HybridIdentity.generate(system_entropy)
    stanzas = [
        identity.recipient.wrap(KEY, entropy=system_entropy),
        cheap("passphrase").wrap(KEY, entropy=system_entropy),
    ]
    header = Header.seal(KEY, stanzas).serialize()
    sealed = header + seal(b"", [identity.recipient], entropy=system_entropy)

    for identities in ([identity], [ScryptIdentity("passphrase")]):
        with pytest.raises(MalformedError, match="alone"):
            open_sealed(sealed, identities)


def test_a_file_may_change_from_passphrase_to_key() -> None:
    """Re-wrapping works between all kinds."""
    identity = HybridIdentity.generate(system_entropy)
    source = io.BytesIO(seal(b"text", [cheap("passphrase")], entropy=system_entropy))

    header = rewrap_header(
        source,
        [ScryptIdentity("passphrase")],
        [identity.recipient],
        entropy=system_entropy,
    )

    assert open_sealed(header + source.read(), [identity]) == b"text"


def test_an_altered_file_is_noticed() -> None:
    """A passphrase that fits, and a header that somebody changed."""
    sealed = seal(b"text", [cheap("passphrase")], entropy=system_entropy)
    header = Header.read(io.BytesIO(sealed))
    forged = Header(header.stanzas, bytes(32)).serialize()

    with pytest.raises(AuthenticationError):
        open_sealed(
            forged + sealed[header.length_bytes :], [ScryptIdentity("passphrase")]
        )


def test_passphrases_show_nothing() -> None:
    """Neither in a traceback nor in a message."""
    assert "secret" not in repr(ScryptRecipient("secret"))
    assert "secret" not in repr(ScryptIdentity("secret"))
