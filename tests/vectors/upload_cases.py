"""Vectors of what a server checks of a sealed file that it cannot open."""

import base64
from collections.abc import Iterator

from tests.vectors.case import Case
from tests.vectors.fixed import seed

_FLOOR = 65_536
_HYBRID = "mlkem768x25519"
_VERSION = "age-encryption.org/v1"


def cases() -> Iterator[Case]:
    """Make all of them."""
    one = _head(_HYBRID)
    yield _case("lowest_rung", one, _length(one, _FLOOR), "a text report")
    yield _case("next_rung", one, _length(one, 81_920), "five quarters of the floor")
    yield _case("highest_rung", one, _length(one, 2**31), "2 GiB")
    most = _head(*(64 * [_HYBRID]))
    yield _case("64_stanzas", most, _length(most, _FLOOR), "the most recipients")
    behind = one + b"\xff" * 100
    yield _case("with_payload", behind, _length(one, _FLOOR), "bytes behind the header")
    yield from _refused(one)


def _refused(one: bytes) -> Iterator[Case]:
    good = _length(one, _FLOOR)
    many = _head(*(65 * [_HYBRID]))
    mixed = _head(_HYBRID, "X25519")
    passphrase = _head("scrypt")
    long = _head(_HYBRID, body_bytes=100_000)
    table: dict[str, tuple[bytes, int, str, str]] = {
        "empty": (b"", good, "header_incomplete", "nothing has come yet"),
        "half_header": (one[:60], good, "header_incomplete", "cut off in the header"),
        "half_of_a_small_file": (one[:60], 60, "not_an_age_file", "no more will come"),
        "plain_text": (b"Hello, this is no sealed file\n", good, "not_an_age_file", ""),
        "zip": (b"PK\x03\x04" + bytes(60), good, "not_an_age_file", "a zip archive"),
        "v2": (one.replace(b"/v1", b"/v2"), good, "not_an_age_file", "a later age"),
        "armored": (
            b"-----BEGIN AGE ENCRYPTED FILE-----\n" + one,
            good,
            "not_an_age_file",
            "ASCII armor",
        ),
        "endless_header": (
            long[:131_072],
            _length(long, _FLOOR),
            "not_an_age_file",
            "longer than 128 KiB",
        ),
        "65_stanzas": (
            many,
            _length(many, _FLOOR),
            "wrong_recipients",
            "one recipient too many",
        ),
        "mixed": (mixed, _length(mixed, _FLOOR), "wrong_recipients", "a classical one"),
        "passphrase": (
            passphrase,
            _length(passphrase, _FLOOR),
            "wrong_recipients",
            "sealed to a passphrase",
        ),
        "below_the_floor": (
            one,
            _length(one, _FLOOR // 2),
            "not_a_rung",
            "too short for a report",
        ),
        "a_byte_more": (one, good + 1, "not_a_rung", "its length tells something"),
        "header_alone": (one, len(one), "not_a_rung", "nothing inside"),
        "over_2_gib": (one, _length(one, 2**31 + 2**29), "too_large", "2.5 GiB"),
    }
    for name, (head, length, reason, description) in table.items():
        yield _case(name, head, length, description or "no age file", reason=reason)


def _head(*types: str, body_bytes: int = 32) -> bytes:
    """Write a header whose stanzas nobody opens."""
    lines = [_VERSION]
    for kind in types:
        body = _base64(seed("body", body_bytes))
        lines.append(f"-> {kind} {_base64(seed('share'))}")
        lines += [body[at : at + 64] for at in range(0, len(body) + 1, 64)]
    lines.append(f"--- {_base64(seed('mac'))}")
    return ("\n".join(lines) + "\n").encode()


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")


def _length(head: bytes, plaintext_bytes: int) -> int:
    """Header, nonce, and a tag for each started 64 KiB."""
    return len(head) + 16 + plaintext_bytes + 16 * -(-plaintext_bytes // 65_536)


def _case(
    name: str, head: bytes, length: int, description: str, *, reason: str | None = None
) -> Case:
    return Case(
        folder="upload",
        name=name,
        description=description,
        given={"head": head.decode("latin-1"), "length": length},
        reason=reason,
        expected={} if reason is None else None,
    )
