"""What crypto.age.hybrid, x25519 and keys promise of both kinds of recipient."""

import pytest

from crypto.age import (
    FileKey,
    HybridIdentity,
    HybridRecipient,
    Stanza,
    X25519Identity,
    X25519Recipient,
    parse_identities,
    parse_identity,
    parse_recipient,
    parse_recipients,
)
from crypto.age.base64 import decode_base64, encode_base64
from crypto.age.bech32 import encode_bech32
from crypto.age.hybrid import (
    ENCAPSULATED_KEY_BYTES,
    RECIPIENT_BYTES,
    WRAPPED_FILE_KEY_BYTES,
)
from crypto.entropy import system_entropy
from crypto.errors import (
    CryptoError,
    MalformedError,
    UnusableRecipientsError,
)

AnyIdentity = HybridIdentity | X25519Identity
KEY = FileKey.generate(system_entropy)


def test_lengths_are_those_of_the_specification() -> None:
    """Sums of named parts, pinned."""
    assert RECIPIENT_BYTES == 1216
    assert ENCAPSULATED_KEY_BYTES == 1120
    assert WRAPPED_FILE_KEY_BYTES == 32


def test_spellings_of_the_specification_are_read() -> None:
    """The examples in C2SP age."""
    identity = parse_identity(
        "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
    )

    assert str(identity.recipient) == (
        "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
    )


def test_a_hybrid_identity_expands_as_specified() -> None:
    """The recipient of the seed 00 01 … 1f, as age-encryption 0.3.1 makes it."""
    recipient = HybridIdentity.from_seed(bytes(range(32))).recipient

    assert recipient.raw[:8].hex() == "6f54098a0a0e6411"
    assert recipient.raw[-8:].hex() == "c3a6d7764fe81d7a"


def test_unwrap_undoes_wrap(identity: AnyIdentity) -> None:
    """Also among stanzas of strangers and of unknown types."""
    others = [type(identity).generate(system_entropy) for _ in range(2)]
    stanzas = [
        Stanza("grease", ("a", "b"), b""),
        others[0].recipient.wrap(KEY, entropy=system_entropy),
        identity.recipient.wrap(KEY, entropy=system_entropy),
    ]

    opened = identity.unwrap(stanzas)

    assert opened is not None
    assert opened.raw == KEY.raw
    assert others[1].unwrap(stanzas) is None


def test_two_stanzas_for_one_recipient_differ(identity: AnyIdentity) -> None:
    """An observer cannot tell that two files are for the same person."""
    one, two = (identity.recipient.wrap(KEY, entropy=system_entropy) for _ in range(2))

    assert one.arguments != two.arguments
    assert one.body != two.body


def test_any_changed_bit_of_a_stanza_is_refused(identity: AnyIdentity) -> None:
    """None opens, and none breaks anything."""
    stanza = identity.recipient.wrap(KEY, entropy=system_entropy)
    share = decode_base64(stanza.arguments[0])

    for at in range(0, len(share) * 8, 7):
        changed = encode_base64(flipped(share, at))
        untrusted = Stanza(stanza.type, (changed,), stanza.body)
        assert opens_nothing(identity, untrusted)
    for at in range(len(stanza.body) * 8):
        untrusted = Stanza(stanza.type, stanza.arguments, flipped(stanza.body, at))
        assert identity.unwrap([untrusted]) is None


def flipped(data: bytes, at: int) -> bytes:
    """The same bytes with one bit changed."""
    changed = bytearray(data)
    changed[at // 8] ^= 1 << at % 8
    return bytes(changed)


def opens_nothing(identity: AnyIdentity, stanza: Stanza) -> bool:
    """Whether it is refused, in either way."""
    try:
        return identity.unwrap([stanza]) is None
    except MalformedError:
        return True


def test_stanzas_of_a_wrong_shape_are_refused(identity: AnyIdentity) -> None:
    """Lengths are checked before anything is decrypted."""
    good = identity.recipient.wrap(KEY, entropy=system_entropy)
    share = decode_base64(good.arguments[0])

    for arguments, body in (
        ((), good.body),
        ((*good.arguments, "x"), good.body),
        ((good.arguments[0] + "=",), good.body),
        ((encode_base64(share[:-1]),), good.body),
        ((encode_base64(share + b"\0"),), good.body),
        (good.arguments, good.body[:-1]),
        (good.arguments, good.body + b"\0"),
    ):
        with pytest.raises(MalformedError):
            identity.unwrap([Stanza(good.type, arguments, body)])


@pytest.mark.parametrize("point", [bytes(32), b"\x01" + bytes(31)])
def test_shares_and_recipients_of_low_order_are_refused(
    identity: AnyIdentity, point: bytes
) -> None:
    """With such a point, the shared secret is zero for everyone."""
    good = identity.recipient.wrap(KEY, entropy=system_entropy)
    share = decode_base64(good.arguments[0])[:-32] + point
    low = type(identity.recipient)(identity.recipient.raw[:-32] + point)

    with pytest.raises(MalformedError, match="low order"):
        identity.unwrap([Stanza(good.type, (encode_base64(share),), good.body)])
    with pytest.raises(UnusableRecipientsError):
        low.wrap(KEY, entropy=system_entropy)


def test_keys_are_written_and_read_back(identity: AnyIdentity) -> None:
    """Each kind by its own prefix."""
    recipient = identity.recipient

    assert parse_recipient(str(recipient)) == recipient
    assert len({recipient, parse_recipient(str(recipient))}) == 1
    assert parse_identity(identity.encode()).seed == identity.seed
    assert type(identity).from_seed(identity.seed).recipient == recipient


@pytest.mark.parametrize(
    "text",
    [
        "",
        "age1",
        "age1pq1",
        "age1pq1qqqqqqqq",
        "ssh-ed25519 AAAA",
        "AGE1ZVKYG2LQZRAA2LNJVQEJ32NKUU0UES2S82HZRYE869XEEXVN73EQUNUJWJ",
        encode_bech32("age", bytes(31)),
        encode_bech32("age1x", bytes(32)),
        encode_bech32("age1pq", bytes(1215)),
        encode_bech32("age1pq", b"\xff" * 1216),
        encode_bech32("age1pq1x", bytes(1216)),
    ],
)
def test_what_is_no_recipient_is_refused(text: str) -> None:
    """Before something is sealed to nobody."""
    with pytest.raises(MalformedError):
        parse_recipient(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        encode_bech32("age-secret-key-", bytes(32)),
        encode_bech32("age-secret-key-pq-", bytes(32)),
        encode_bech32("age-secret-key-", bytes(31)).upper(),
        encode_bech32("age-secret-key-pq-", bytes(33)).upper(),
        encode_bech32("age-secret-key-x-", bytes(32)).upper(),
        encode_bech32("age-secret-key-pq-1x", bytes(32)).upper(),
    ],
)
def test_what_is_no_identity_is_refused_without_quoting_it(text: str) -> None:
    """Half a secret in an error is half a secret in a log."""
    with pytest.raises(MalformedError) as refused:
        parse_identity(text)

    assert not text or text[20:40] not in str(refused.value)


def test_each_parser_refuses_the_other_kind() -> None:
    """A type that was asked for is the type that comes."""
    hybrid, classical = (
        kind.generate(system_entropy) for kind in (HybridIdentity, X25519Identity)
    )

    for parse, text in (
        (HybridRecipient.parse, str(classical.recipient)),
        (X25519Recipient.parse, str(hybrid.recipient)),
        (HybridIdentity.parse, classical.encode()),
        (X25519Identity.parse, hybrid.encode()),
        (HybridIdentity.parse, hybrid.encode().lower()),
    ):
        with pytest.raises(CryptoError):
            parse(text)


def test_key_files_may_hold_comments_and_both_kinds() -> None:
    """As age-keygen writes them."""
    ours = [k.generate(system_entropy) for k in (HybridIdentity, X25519Identity)]
    text = "# created: today\n\n" + "\n".join(i.encode() for i in ours) + "\r\n"

    identities = parse_identities(text)
    recipients = parse_recipients("\n".join(f"{i.recipient} " for i in ours))

    assert [i.seed for i in identities] == [i.seed for i in ours]
    assert recipients == tuple(i.recipient for i in ours)


def test_a_wrong_line_of_a_key_file_is_named_by_its_number() -> None:
    """And a file without keys is a mistake."""
    with pytest.raises(MalformedError, match="line 2"):
        parse_identities("# mine\nage-secret")
    with pytest.raises(MalformedError, match="no key"):
        parse_recipients("# nothing\n\n")


def test_identities_show_nothing(identity: AnyIdentity) -> None:
    """Neither in a traceback nor in a message."""
    assert repr(identity) == str(identity) == f"{type(identity).__name__}()"
    assert repr(identity.recipient) == f"{type(identity.recipient).__name__}()"
