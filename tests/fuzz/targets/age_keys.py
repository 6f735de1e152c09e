"""Recipients and identities as people paste them; a wrong secret is never quoted."""

from crypto.age import (
    HybridIdentity,
    X25519Identity,
    parse_identities,
    parse_identity,
    parse_recipient,
    parse_recipients,
)
from crypto.errors import MalformedError

_HYBRID = HybridIdentity.from_seed(b"h" * 32)
_CLASSICAL = X25519Identity.from_seed(b"c" * 32)
_QUOTED_AT_MOST = 12


def target(data: bytes) -> bool:
    """Parse text as a key and as a file of keys."""
    text = data.decode("utf-8", "replace")
    accepted = False
    for parse_text in (parse_recipients, parse_identities):
        try:
            parse_text(text)
        except MalformedError as error:
            if parse_text is parse_identities:
                _assert_silent(str(error), text)
        else:
            accepted = True
    try:
        recipient = parse_recipient(text)
    except MalformedError:
        pass
    else:
        assert str(recipient) == text, "a second spelling of a recipient"
    try:
        identity = parse_identity(text)
    except MalformedError:
        pass
    else:
        assert identity.encode() == text, "a second spelling of an identity"
    return accepted


def _assert_silent(message: str, text: str) -> None:
    """See that no error holds a piece of what may be a secret."""
    if "AGE-SECRET-KEY" not in text.upper():
        return
    for line in text.split():
        for at in range(len(line) - _QUOTED_AT_MOST):
            piece = line[at : at + _QUOTED_AT_MOST]
            assert piece not in message, "an error quotes a secret"


def seeds() -> dict[str, bytes]:
    """One of each kind, and a file of them."""
    keys = {
        "hybrid_recipient": str(_HYBRID.recipient),
        "hybrid_identity": _HYBRID.encode(),
        "classical_recipient": str(_CLASSICAL.recipient),
        "classical_identity": _CLASSICAL.encode(),
        "identity_file": f"# created: today\n\n{_CLASSICAL.encode()}\n",
        "recipient_file": f"# two\n{_CLASSICAL.recipient}\n{_CLASSICAL.recipient}\n",
        "mistyped_identity": _CLASSICAL.encode().replace("Q", "Z", 1),
        "lower_case_identity": _CLASSICAL.encode().lower(),
    }
    return {name: text.encode() for name, text in keys.items()}
