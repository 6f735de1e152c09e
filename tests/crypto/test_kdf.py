"""What crypto.kdf promises."""

from crypto.kdf import hkdf_sha256


def test_it_is_the_hkdf_of_the_standard() -> None:
    """RFC 5869, appendix A.1."""
    derived = hkdf_sha256(
        bytes.fromhex("0b" * 22),
        salt=bytes(range(13)),
        info=bytes(range(0xF0, 0xFA)),
        length_bytes=42,
    )

    assert derived.hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
        "34007208d5b887185865"
    )


def test_an_empty_salt_is_the_standards_zero_salt() -> None:
    """RFC 5869, appendix A.3; age's header key has no salt."""
    derived = hkdf_sha256(bytes.fromhex("0b" * 22), salt=b"", info=b"", length_bytes=42)

    assert derived.hex() == (
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
        "9d201395faa4b61a96c8"
    )
