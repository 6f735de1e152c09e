"""A small organisation for trying out and testing: people, keys, destinations.

Everything that a real organisation keeps apart lies in one directory here: the
root's and the recovery's secrets, log-ins, the destinations' identities. So it
is for synthetic reports alone.

    PLACE/log-ins.json        who logs in, and with what
    PLACE/offline/            root and recovery secret, sealed by a passphrase
    PLACE/destinations/       identities of the outside bodies (classical age keys)
    PLACE/intake/             database, sealed files, signed key directory, identities,
                              offline pages
    PLACE/console/            database, sealed files

A real root signs on a machine apart, with `debunker keys`; here the same steps
follow each other in one process: draft, sign, add, hand to the intake.
"""

import base64
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from crypto.age import HybridIdentity, X25519Identity
from crypto.ed25519 import SigningKey, VerificationKey
from crypto.entropy import system_entropy
from crypto.sealed_secret import RFC_9106_LOW_MEMORY, Argon2idProfile
from deploy.keys.signing import load_signed
from deploy.offline_pages import build
from intake.config import DEFAULT_LIMIT_BYTES
from intake.storage.database import connect
from intake.storage.migrate import migrate
from intake.web.pages import Pages
from protocol.codename import Codename
from protocol.directory import KeyDirectory, SignedDirectory, sign_directory
from protocol.errors import ProtocolError
from protocol.languages import Language
from protocol.mailbox import OrganisationId
from protocol.offline_keys import (
    OrganisationFile,
    open_root,
    seal_recovery,
    seal_root,
)
from review_console.app import make_operations
from review_console.clock import SystemClock
from review_console.config import OperatorConfig
from review_console.domain.account import Role
from review_console.domain.destination import DestinationKind
from review_console.services.effects import Clock
from review_console.services.use_cases import Operations
from review_console.storage.database import make_engine
from review_console.storage.schema import upgrade

PEOPLE: Final = (
    ("Aigerim", Role.REVIEWER),
    ("Timur", Role.REVIEWER),
    ("Saule", Role.COORDINATOR),
)

NAMES: Final = {
    Language.KK: "Көрсету ұйымы",
    Language.RU: "Демонстрационная организация",
    Language.EN: "Demonstration organisation",
}

DESTINATIONS: Final = (
    (
        "agency",
        DestinationKind.AGENCY,
        "knb_acs",
        {
            Language.KK: "Сыбайлас жемқорлыққа қарсы қызмет (көрсету)",
            Language.RU: "Антикоррупционная служба (демонстрация)",
            Language.EN: "Anti-corruption service (demonstration)",
        },
    ),
    (
        "newsroom",
        DestinationKind.JOURNALISTS,
        "media",
        {
            Language.KK: "«Мысал» редакциясы (көрсету)",
            Language.RU: "Редакция «Пример» (демонстрация)",
            Language.EN: "The Example newsroom (demonstration)",
        },
    ),
)


ORGANISATION_ID_BYTES: Final = 32
DIRECTORY_RENEWED_WITH: Final = timedelta(days=30)
"""A demonstration signs its next directory when the last has so much left."""

PARTS: Final = ("offline", "destinations", "intake", "console")
"""The directories of a founded organisation."""


class OlderOrganisationError(Exception):
    """What lies in the directory was made by an older version; says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """What a person types into the console."""

    name: str
    role: str
    passphrase: str = field(repr=False)
    totp_secret: str = field(repr=False)
    """Base32, as authenticators take it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An organisation that has been founded in a directory."""

    place: Path
    root_key: str
    sync_key: str
    log_ins: tuple[LogIn, ...] = field(repr=False)

    def intake_environment(self, origin: str) -> dict[str, str]:
        """The intake's settings when it is reached at `origin`."""
        return {
            "DEBUNKER_INTAKE_DATABASE": _sqlite(self.place / "intake"),
            "DEBUNKER_INTAKE_DATA": str(self.place / "intake" / "sealed"),
            "DEBUNKER_INTAKE_DIRECTORY": str(self.place / "intake" / "directory.json"),
            "DEBUNKER_INTAKE_ROOT_KEY": self.root_key,
            "DEBUNKER_INTAKE_SYNC_KEY": self.sync_key,
            "DEBUNKER_INTAKE_SYNC_ORIGIN": origin,
            "DEBUNKER_INTAKE_OFFLINE_PAGES": str(self.place / "intake" / "offline"),
        }

    def console_environment(self, origin: str, *, intake: str) -> dict[str, str]:
        """The console's settings when it is reached at `origin`."""
        return {
            "DEBUNKER_CONSOLE_DATABASE": _sqlite(self.place / "console"),
            "DEBUNKER_CONSOLE_DATA": str(self.place / "console" / "sealed"),
            "DEBUNKER_CONSOLE_ROOT_KEY": self.root_key,
            "DEBUNKER_CONSOLE_INTAKE": intake,
            "DEBUNKER_CONSOLE_ORIGIN": origin,
        }

    def destination_identity(self, name: str) -> Path:
        """The file with a destination's age identity, for `age -d -i`."""
        return self.place / "destinations" / f"{name}.key"


def load(place: Path) -> Organisation | None:
    """Find the organisation that was founded in a directory earlier."""
    try:
        members = json.loads((place / "log-ins.json").read_text())
    except FileNotFoundError:
        return None
    return Organisation(
        place=place,
        root_key=members["root_key"],
        sync_key=members["sync_key"],
        log_ins=tuple(LogIn(**each) for each in members["log_ins"]),
    )


def found(
    place: Path,
    *,
    profile: Argon2idProfile = RFC_9106_LOW_MEMORY,
    clock: Clock | None = None,
) -> Organisation:
    """Make the whole organisation in a directory.

    Args:
        place: Made readable for its owner only; an unfinished earlier try in it goes.
        profile: What opening a person's keys costs.
        clock: The machine's, if left out.

    Returns:
        The organisation; `log-ins.json` is written last, so that one which was
        interrupted is not taken for whole.
    """
    # What an interrupted founding left has no log-ins: nobody can use it.
    for name in PARTS:
        shutil.rmtree(place / name, ignore_errors=True)
    for name in ("offline", "destinations", "intake/sealed", "console/sealed"):
        (place / name).mkdir(parents=True, exist_ok=True)
    place.chmod(0o700)
    root = _hold_ceremony(place, profile)
    _migrate(place)
    operations = _operations(place, root.verification_key, profile, clock)

    log_ins = tuple(_add_person(operations, name, role) for name, role in PEOPLE)
    keys = operations.make_organisation_keys()
    _add_destinations(operations, place)
    _add_directory(operations, place, root, NAMES)
    organisation = Organisation(
        place=place,
        root_key=str(root.verification_key),
        sync_key=str(keys.sync),
        log_ins=log_ins,
    )
    _hand_over_identities(operations, organisation)
    _write_private(
        place / "log-ins.json",
        json.dumps(
            {
                "root_key": organisation.root_key,
                "sync_key": organisation.sync_key,
                "log_ins": [asdict(each) for each in log_ins],
            },
            indent=1,
        ),
    )
    return organisation


def refresh(
    organisation: Organisation,
    *,
    profile: Argon2idProfile = RFC_9106_LOW_MEMORY,
    clock: Clock | None = None,
) -> None:
    """Renew what has run out since an organisation was used last.

    Args:
        organisation: Both of its apps are at rest.
        profile: As it was founded.
        clock: The machine's, if left out.

    Raises:
        OlderOrganisationError: An older version made it.
    """
    place, clock = organisation.place, clock or SystemClock()
    newest = _read_directory(place)
    _migrate(place)
    root_key = VerificationKey.parse(organisation.root_key)
    operations = _operations(place, root_key, profile, clock)
    if newest.expires - clock.now() <= DIRECTORY_RENEWED_WITH:
        sealed = (place / "offline" / "root.json").read_bytes()
        passphrase = (place / "offline" / "passphrase.txt").read_text().strip()
        _add_directory(operations, place, open_root(sealed, passphrase), None)
    else:
        # Another version of the program may build other pages.
        _put_offline_pages(
            place, load_signed(place / "intake/directory.json"), root_key
        )
    _hand_over_identities(operations, organisation)


def _read_directory(place: Path) -> KeyDirectory:
    try:
        (place / "offline" / "organisation.json").stat()
        return KeyDirectory.parse((place / "intake" / "directory.json").read_bytes())
    except (FileNotFoundError, ProtocolError):
        raise OlderOrganisationError(
            f"an older version made what lies in {place}; `make demo-clean` forgets "
            "it, then `make demo` begins anew"
        ) from None


def _hold_ceremony(place: Path, profile: Argon2idProfile) -> SigningKey:
    """Make root and recovery, as `debunker keys init` does on a machine apart."""
    passphrase = new_passphrase()
    root = SigningKey.generate(system_entropy)
    recovery = HybridIdentity.generate(system_entropy)
    organisation = OrganisationFile(
        organisation_id=OrganisationId(system_entropy(ORGANISATION_ID_BYTES)),
        root=root.verification_key,
        recovery=recovery.recipient,
    )
    sealed_root = seal_root(root, passphrase, profile=profile, entropy=system_entropy)
    sealed_recovery = seal_recovery(
        recovery, passphrase, profile=profile, entropy=system_entropy
    )
    offline = place / "offline"
    for name, sealed in (
        ("root.json", sealed_root),
        ("recovery.json", sealed_recovery),
        ("organisation.json", organisation.to_json()),
        ("passphrase.txt", f"{passphrase}\n".encode()),
    ):
        _write_private(offline / name, sealed.decode())
    return root


def _migrate(place: Path) -> None:
    intake = connect(_sqlite(place / "intake"))
    migrate(intake)
    intake.dispose()
    console = make_engine(_sqlite(place / "console"))
    upgrade(console)
    console.dispose()


def _operations(
    place: Path,
    root_key: VerificationKey,
    profile: Argon2idProfile,
    clock: Clock | None,
) -> Operations:
    return make_operations(
        OperatorConfig(
            database=_sqlite(place / "console"),
            data=place / "console" / "sealed",
            root_key=root_key,
        ),
        clock=clock or SystemClock(),
        entropy=system_entropy,
        profile=profile,
    )


def _add_directory(
    operations: Operations,
    place: Path,
    root: SigningKey,
    names: Mapping[Language, str] | None,
) -> None:
    """Draft, sign, add, and hand it to the intake as an operator does."""
    described = (place / "offline" / "organisation.json").read_bytes()
    draft = operations.draft_directory(
        organisation=OrganisationFile.parse(described), names=names
    )
    signed = sign_directory(draft, root)
    operations.add_directory(signed)
    _put_directory(place, signed)
    _put_offline_pages(place, signed, root.verification_key)


def _put_directory(place: Path, signed: SignedDirectory) -> None:
    (place / "intake" / "directory.json").write_bytes(signed.directory)
    (place / "intake" / "directory.json.sig").write_text(signed.signature)


def _put_offline_pages(
    place: Path, signed: SignedDirectory, root_key: VerificationKey
) -> None:
    """Build them as `debunker offline-pages` does; the intake hands them out."""
    pages = Pages(root_key=str(root_key), limit_bytes=DEFAULT_LIMIT_BYTES)
    directory = KeyDirectory.parse(signed.directory)
    (place / "intake" / "offline").mkdir(exist_ok=True)
    for name, page in build(signed, directory, pages).items():
        (place / "intake" / "offline" / name).write_bytes(page)


def _hand_over_identities(operations: Operations, organisation: Organisation) -> None:
    """Let each reviewer renew what runs out; the intake serves the list at once."""
    reviewers = [
        operations.unlock(name=each.name, passphrase=each.passphrase)
        for each in organisation.log_ins
        if each.role == Role.REVIEWER.value
    ]
    identities = operations.hand_over_identities(by=reviewers)
    place = organisation.place / "intake" / "identities.json"
    place.write_bytes(identities.to_json())


def _add_person(operations: Operations, name: str, role: Role) -> LogIn:
    passphrase = new_passphrase()
    added = operations.add_account(name=name, role=role, passphrase=passphrase)
    return LogIn(
        name=name,
        role=role.value,
        passphrase=passphrase,
        totp_secret=base64.b32encode(added.totp_secret).decode(),
    )


def _add_destinations(operations: Operations, place: Path) -> None:
    """Register the bodies; their identities stay here, as if at their desks."""
    for name, kind, institution, names in DESTINATIONS:
        identity = X25519Identity.generate(system_entropy)
        operations.add_destination(
            names=names,
            kind=kind,
            recipient=identity.recipient,
            institution=institution,
        )
        _write_private(place / "destinations" / f"{name}.key", identity.encode() + "\n")


def new_passphrase() -> str:
    """Six words of the codename's list: 66 random bits."""
    words: Sequence[str] = Codename.generate(system_entropy).words(Language.EN).split()
    return " ".join(words[:6])


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


def _sqlite(place: Path) -> str:
    return f"sqlite:///{place.resolve()}/{place.name}.sqlite"
