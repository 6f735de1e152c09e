"""What crypto.errors promises."""

import pytest

from crypto import errors


@pytest.mark.parametrize(
    "kind",
    [
        errors.MalformedError,
        errors.ArmorError,
        errors.UnusableRecipientsError,
        errors.NoMatchingIdentityError,
        errors.AuthenticationError,
    ],
)
def test_one_except_clause_catches_all(kind: type[Exception]) -> None:
    """A caller that refuses a file needs to know one name."""
    assert issubclass(kind, errors.CryptoError)
