"""Open a sealed file for reading, with every failure as one typed error.

Spec: docs/protocol.md §1.5.

To whoever handles reports, a file that is no age file, one sealed to others and
one that was altered are three reasons of the same thing: it cannot be read, is
kept sealed, and is shown so.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from crypto.errors import (
    CryptoError,
    NoMatchingIdentityError,
)
from crypto.errors import MalformedError as MalformedFileError
from protocol.errors import UnreadableError


@contextmanager
def unreadable_if_sealed_wrongly() -> Iterator[None]:
    """Turn errors of `crypto` in the block into `UnreadableError`.

    Yields:
        Nothing.

    Raises:
        UnreadableError: Reason `not_an_age_file`, `not_sealed_to_us` or `altered`.
    """
    try:
        yield
    except MalformedFileError:
        raise UnreadableError("not_an_age_file") from None
    except NoMatchingIdentityError:
        raise UnreadableError("not_sealed_to_us") from None
    except CryptoError:
        raise UnreadableError("altered") from None
