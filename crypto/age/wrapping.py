"""Who may open a file: wrap its key, unwrap it, change the recipients.

Spec: C2SP age, "Recipient stanza"; docs/protocol.md §1.

Changing the recipients touches the header alone: the payload, which may be two
gigabytes, keeps its key and its bytes. So re-wrapping takes nobody's access away
for good: whoever once had the file key, or an old copy of the header, still opens
the old file.

Rules:
* Hybrid and classical recipients never mix: the weaker would be the strength.
* A passphrase stands alone: the specification demands it of reader and writer.
* A file key counts only when the header's MAC agrees with it.
"""

from collections.abc import Iterable

from crypto.age.file_key import FileKey
from crypto.age.files import LineSource
from crypto.age.header import MAX_STANZAS, Header
from crypto.age.keys import Identity, Recipient
from crypto.age.scrypt import STANZA_TYPE as SCRYPT
from crypto.age.scrypt import ScryptRecipient
from crypto.entropy import Entropy
from crypto.errors import (
    MalformedError,
    NoMatchingIdentityError,
    UnusableRecipientsError,
)


def wrap_header(
    file_key: FileKey, recipients: Iterable[Recipient], *, entropy: Entropy
) -> bytes:
    """Write a header that lets the recipients open the payload.

    Args:
        file_key: Of the payload.
        recipients: At least one, all of one kind; a passphrase alone.
        entropy: For ephemeral keys.

    Returns:
        The header, up to where the payload's nonce begins.

    Raises:
        UnusableRecipientsError: None, too many, mixed kinds, or a passphrase that
            is not alone.
    """
    recipients = tuple(recipients)
    if not recipients:
        raise UnusableRecipientsError("no recipient")
    if len(recipients) > MAX_STANZAS:
        raise UnusableRecipientsError(f"more than {MAX_STANZAS} recipients")
    if len({type(recipient) for recipient in recipients}) > 1:
        raise UnusableRecipientsError("recipients of two kinds do not mix")
    if len(recipients) > 1 and isinstance(recipients[0], ScryptRecipient):
        raise UnusableRecipientsError("a passphrase must be alone")
    stanzas = [recipient.wrap(file_key, entropy=entropy) for recipient in recipients]
    return Header.seal(file_key, stanzas).serialize()


def unwrap_header(header: Header, identities: Iterable[Identity]) -> FileKey:
    """Find the file key and authenticate the header with it.

    Args:
        header: Untrusted.
        identities: Tried in order.

    Returns:
        The file key.

    Raises:
        MalformedError: A stanza has a wrong shape, or one of a passphrase is not
            alone.
        NoMatchingIdentityError: It is sealed to others.
        AuthenticationError: A stanza opens, but the header was altered.
    """
    # First: whoever adds a stanza for a passphrase must not choose what it costs.
    if len(header.stanzas) > 1 and any(s.type == SCRYPT for s in header.stanzas):
        raise MalformedError("scrypt stanza is not alone")
    for identity in identities:
        file_key = identity.unwrap(header.stanzas)
        if file_key is not None:
            header.verify_mac(file_key)
            return file_key
    raise NoMatchingIdentityError("no identity opens this file")


def rewrap_header(
    source: LineSource,
    identities: Iterable[Identity],
    recipients: Iterable[Recipient],
    *,
    entropy: Entropy,
) -> bytes:
    """Write a header for other recipients of the same payload.

    Args:
        source: Untrusted, at the file's start; left where its payload begins, so
            that the caller can copy the rest.
        identities: One of them opens it now.
        recipients: Who shall open it.
        entropy: For ephemeral keys.

    Returns:
        The new header, to stand before the old payload.
    """
    file_key = unwrap_header(Header.read(source), identities)
    return wrap_header(file_key, recipients, entropy=entropy)
