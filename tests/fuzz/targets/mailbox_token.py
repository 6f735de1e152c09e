"""What logs in to a mailbox: one spelling a token, and no token is shown."""

from protocol.errors import MalformedError
from protocol.mailbox import MailboxToken
from tests.vectors.fixed import KEYS


def target(data: bytes) -> bool:
    """Parse an `Authorization` header."""
    header = data.decode("latin-1")
    try:
        token = MailboxToken.parse_bearer(header)
    except MalformedError:
        return False
    assert token.bearer() == header, "a second spelling"
    assert header.removeprefix("Bearer ") not in repr(token), "the repr tells the token"
    assert str(token.mailbox) not in header
    return True


def seeds() -> dict[str, bytes]:
    """The true one, padded, short, and of another scheme."""
    bearer = KEYS.token.bearer()
    headers = {
        "true": bearer,
        "padded": bearer + "==",
        "short": bearer[:-1],
        "basic": bearer.replace("Bearer", "Basic"),
        "spare_bits": bearer[:-1] + ("B" if bearer[-1] != "B" else "C"),
    }
    return {name: header.encode() for name, header in headers.items()}
