"""What crypto.age.wrapping promises."""

import io

import pytest

from crypto.age import (
    Header,
    HybridIdentity,
    OpeningReader,
    Stanza,
    X25519Identity,
    open_sealed,
    rewrap_header,
    seal,
    unwrap_header,
    wrap_header,
)
from crypto.entropy import system_entropy
from crypto.errors import (
    AuthenticationError,
    CryptoError,
    MalformedError,
    NoMatchingIdentityError,
    UnusableRecipientsError,
)

AnyIdentity = HybridIdentity | X25519Identity
TEXT = bytes(range(251)) * 1_000


def test_rewrapping_touches_no_byte_of_the_payload(identity: AnyIdentity) -> None:
    """Giving two gigabytes to another person costs one header."""
    heir = HybridIdentity.generate(system_entropy)
    sealed = seal(TEXT, [identity.recipient], entropy=system_entropy)
    source = io.BytesIO(sealed)

    header = rewrap_header(source, [identity], [heir.recipient], entropy=system_entropy)
    payload = source.read()

    assert sealed.endswith(payload)
    assert len(payload) == len(sealed) - Header.read(io.BytesIO(sealed)).length_bytes
    assert open_sealed(header + payload, [heir]) == TEXT
    with pytest.raises(NoMatchingIdentityError):
        open_sealed(header + payload, [identity])


def test_a_held_file_key_wraps_without_any_identity(identity: AnyIdentity) -> None:
    """The console keeps it under a case key and replaces the header."""
    recovery = HybridIdentity.generate(system_entropy)
    source = io.BytesIO(seal(TEXT, [identity.recipient], entropy=system_entropy))
    reader = OpeningReader(source, [identity])
    source.seek(reader.header.length_bytes)

    header = wrap_header(reader.file_key, [recovery.recipient], entropy=system_entropy)
    rewrapped = header + source.read()

    assert open_sealed(rewrapped, [recovery]) == TEXT
    again = OpeningReader.with_file_key(io.BytesIO(rewrapped), reader.file_key)
    assert again.read() == TEXT


def test_rewrapping_demands_what_opening_and_sealing_demand(
    identity: AnyIdentity,
) -> None:
    """Nobody without the key, and to nobody without a key."""
    stranger = HybridIdentity.generate(system_entropy)
    sealed = seal(TEXT, [identity.recipient], entropy=system_entropy)

    def rewrap(source: bytes, opener: AnyIdentity, *heirs: AnyIdentity) -> bytes:
        recipients = [heir.recipient for heir in heirs]
        return rewrap_header(
            io.BytesIO(source), [opener], recipients, entropy=system_entropy
        )

    with pytest.raises(NoMatchingIdentityError):
        rewrap(sealed, stranger, stranger)
    with pytest.raises(UnusableRecipientsError):
        rewrap(sealed, identity)
    with pytest.raises(MalformedError):
        rewrap(b"text", identity, stranger)


def test_an_altered_header_is_not_blessed_with_a_new_mac(identity: AnyIdentity) -> None:
    """Rewrapping verifies the old MAC first."""
    header = Header.read(
        io.BytesIO(seal(TEXT, [identity.recipient], entropy=system_entropy))
    )
    extra = Stanza("grease", ("x",), b"")
    altered = Header((*header.stanzas, extra), header.mac)

    with pytest.raises(AuthenticationError):
        unwrap_header(altered, [identity])
    with pytest.raises(AuthenticationError):
        rewrap_header(
            io.BytesIO(altered.serialize()),
            [identity],
            [identity.recipient],
            entropy=system_entropy,
        )


def test_identities_are_tried_in_turn(identity: AnyIdentity) -> None:
    """And without any, nothing opens."""
    header = Header.read(
        io.BytesIO(seal(b"", [identity.recipient], entropy=system_entropy))
    )
    strangers: list[AnyIdentity] = [
        kind.generate(system_entropy) for kind in (HybridIdentity, X25519Identity)
    ]

    assert unwrap_header(header, [*strangers, identity]).raw
    for identities in (strangers, []):
        with pytest.raises(CryptoError):
            unwrap_header(header, identities)
