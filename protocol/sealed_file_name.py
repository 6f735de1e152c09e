"""The name of a sealed file that is carried about: it says where the file goes.

Spec: docs/protocol.md §4.2.

`report-MAILBOX.age`. Browsers and people rename: "(1)" is appended, letters become
capitals. So a reader takes the one stretch of the name that can be a mailbox's id.
"""

import re
from typing import Final

from protocol.mailbox import MailboxId

_MAILBOX_CHARACTERS: Final = 32
_OTHERS: Final = re.compile(r"[^a-z2-7]+", re.ASCII)


def sealed_file_name(mailbox: MailboxId) -> str:
    """Name the file of a report for a mailbox."""
    return f"report-{mailbox}.age"


def find_mailbox(untrusted: str) -> MailboxId | None:
    """Find the mailbox that a file's name says.

    Args:
        untrusted: A name, or a mailbox's id alone; any length.

    Returns:
        The mailbox; `None` if the name says none, or more than one.
    """
    stretches = _OTHERS.split(untrusted.lower())
    found = {each for each in stretches if len(each) == _MAILBOX_CHARACTERS}
    return MailboxId(found.pop()) if len(found) == 1 else None
