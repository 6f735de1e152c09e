"""Commands about the organisation as a whole: its keys, its destinations, its log."""

import argparse
from typing import Final

from crypto.age import HybridRecipient, X25519Recipient, parse_recipient
from crypto.errors import CryptoError
from protocol.languages import Language
from review_console.commands.asking import OperatorError
from review_console.commands.parsing import Commands, add_command
from review_console.domain.destination import DestinationKind
from review_console.services.use_cases import Operations

MAKE_KEYS: Final = """\
Make the team key, which signs replies and referrals, and the sync key, which signs
requests to the intake, wrapped to everybody there is. Once, after the first people
were added; whoever comes later is admitted.
"""

ADD_DESTINATION: Final = """\
Register a body that referrals may go to. Its age recipient comes from itself, on a
way that you trust, and is compared by voice: whoever swaps it reads the dossiers.
"""

CHECK_AUDIT: Final = """\
Follow the audit log from its first entry to its last. What was changed or cut out in
the middle shows; what was cut off at the end does not.
"""


def add_to(commands: Commands) -> None:
    """Add the commands to the console's parser."""
    add_command(
        commands, "make-keys", "make team and sync key", run=_make_keys, about=MAKE_KEYS
    )
    adding = add_command(
        commands,
        "add-destination",
        "register a body that referrals may go to",
        run=_add_destination,
        about=ADD_DESTINATION,
    )
    adding.add_argument(
        "--institution", metavar="ID", help="of protocol/data/institutions.tsv"
    )
    for language in Language:
        adding.add_argument(
            f"--name-{language.value}", required=True, help="the body's name"
        )
    kinds = [each.value for each in DestinationKind]
    adding.add_argument("--kind", required=True, choices=kinds)
    adding.add_argument(
        "--recipient", required=True, metavar="age1…", help="the body's age recipient"
    )
    add_command(
        commands,
        "check-audit",
        "follow the audit log",
        run=_check_audit,
        about=CHECK_AUDIT,
    )


def _make_keys(operations: Operations, _arguments: argparse.Namespace) -> None:
    made = operations.make_organisation_keys()
    print(f"team {made.team}")
    print(f"sync {made.sync}")


def _add_destination(operations: Operations, arguments: argparse.Namespace) -> None:
    destination = operations.add_destination(
        names={each: getattr(arguments, f"name_{each.value}") for each in Language},
        kind=DestinationKind(arguments.kind),
        recipient=_recipient(arguments.recipient),
        institution=arguments.institution,
    )
    print(f"destination {destination.id}")


def _recipient(text: str) -> X25519Recipient | HybridRecipient:
    try:
        return parse_recipient(text)
    except CryptoError:
        raise OperatorError(
            "--recipient takes an age recipient, age1… or age1pq1…, as "
            "`age-keygen -y` prints it",
        ) from None


def _check_audit(operations: Operations, _arguments: argparse.Namespace) -> None:
    if not operations.check_audit():
        raise OperatorError(
            "the audit chain is broken: somebody changed the database; keep a copy of "
            "it as it is, and compare it with the backups",
        )
    print("audit intact")
