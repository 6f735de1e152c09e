"""Vectors of the organisation's file."""

from collections.abc import Iterator

from crypto.age import X25519Identity
from tests.vectors.case import Case
from tests.vectors.changes import changed, repeated, to_json, without
from tests.vectors.fixed import ORGANISATION_ID, RECOVERY, ROOT, seed

_GOOD = to_json(
    {
        "format": "debunker-organisation/1",
        "organisation_id": str(ORGANISATION_ID),
        "root": str(ROOT.verification_key),
        "recovery": str(RECOVERY.recipient),
    }
)


def cases() -> Iterator[Case]:
    """Make all of them."""
    yield _case(
        "good",
        _GOOD,
        "as the ceremony writes it",
        expected={
            "organisation_id": str(ORGANISATION_ID),
            "root": str(ROOT.verification_key),
            "recovery": str(RECOVERY.recipient),
        },
    )
    classical = str(X25519Identity.from_seed(seed("classical")).recipient)
    root = str(ROOT.verification_key)
    table = {
        "next_format": (
            changed(_GOOD, format="debunker-organisation/2"),
            "unknown_format",
            "a version that is not known",
        ),
        "recovery_classical": (
            changed(_GOOD, recovery=classical),
            "recovery_wrong",
            "a classical recipient",
        ),
        "root_with_comment": (
            changed(_GOOD, root=f"{root} root"),
            "root_wrong",
            "a comment behind the key",
        ),
        "organisation_id_short": (
            changed(_GOOD, organisation_id="AAAA"),
            "organisation_id_wrong",
            "three bytes",
        ),
        "root_missing": (without(_GOOD, "root"), "root_missing", "no root"),
        "unknown_member": (
            changed(_GOOD, name="Үлгі ұйымы"),
            "unknown_member",
            "a member of no format",
        ),
        "duplicate_member": (
            repeated(_GOOD, "root"),
            "duplicate_member",
            "the root comes twice",
        ),
        "not_json": (_GOOD[:-1], "not_json", "a brace too few"),
        "too_long": (_GOOD + 2**14 * b" ", "organisation_too_long", "over 16 KiB"),
    }
    for name, (content, reason, description) in table.items():
        yield _case(name, content, description, reason=reason)


def _case(
    name: str,
    content: bytes,
    description: str,
    *,
    reason: str | None = None,
    expected: dict[str, object] | None = None,
) -> Case:
    return Case(
        folder="organisation",
        name=name,
        description=description,
        given={"organisation": content.decode()},
        reason=reason,
        expected=expected,
    )
