"""A whole organisation with a console, and reporters who write to it."""

import io
import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask

from crypto.age import HybridIdentity, HybridRecipient, X25519Identity
from crypto.ed25519 import SigningKey, VerificationKey
from crypto.entropy import system_entropy
from crypto.sealed_secret import INSECURE_TESTING
from protocol.codename import Codename
from protocol.directory import (
    IdentityList,
    KeyDirectory,
    SignedDirectory,
    report_recipients,
    sign_directory,
    verify_directory,
)
from protocol.languages import Language
from protocol.mailbox import OrganisationId, ReporterKeys
from protocol.offline_keys import OrganisationFile, seal_recovery
from protocol.reply import CaseState
from protocol.report import (
    Answers,
    Consent,
    ConsentTo,
    Kind,
    ReportDraft,
    ReportWriter,
    SealedBy,
    message_number,
)
from review_console.app import (
    Adapters,
    create_app,
    make_adapters,
    make_operations,
    make_services,
)
from review_console.config import Config, OperatorConfig
from review_console.domain.account import Role, Unlocked
from review_console.domain.case import Delivery
from review_console.domain.destination import Destination, DestinationKind
from review_console.domain.ids import CaseId
from review_console.services.accounts import NewAccount
from review_console.services.intake import Intake
from review_console.services.use_cases import Operations, Services
from review_console.storage.database import make_engine
from review_console.storage.schema import upgrade
from review_console.web import access

PASSPHRASE = "six words make a good passphrase"  # noqa: S105  # opens test keys alone
ORIGIN = "https://console.test"
NAMES = {
    Language.KK: "Адал қоғам",
    Language.RU: "Честное общество",
    Language.EN: "Honest society",
}
REVIEWERS = ("Айгүл", "Борис")
START = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


@dataclass
class FakeClock:
    """A clock that tests move."""

    moment: datetime = START

    def now(self) -> datetime:
        """Return the moment that was set."""
        return self.moment

    def advance(self, **step: float) -> None:
        """Let time pass."""
        self.moment += timedelta(**step)


class InlineBackground:
    """Implements `services.effects.Background`: what is begun is done at once."""

    def start(self, task: Callable[[], None]) -> None:
        """Do it now."""
        task()


@dataclass
class House:
    """A console with its people; keys that no real house keeps in one place."""

    config: Config
    clock: FakeClock
    operations: Operations
    accounts: dict[str, NewAccount]
    root: SigningKey
    recovery: HybridIdentity
    organisation: OrganisationFile
    sealed_recovery: bytes
    sync_key: VerificationKey
    signed_directory: SignedDirectory
    adapters: Adapters
    services: Services
    agency: Destination
    agency_identity: X25519Identity
    newsroom: Destination

    @property
    def directory(self) -> KeyDirectory:
        """What reporters seal to."""
        return verify_directory(
            self.signed_directory,
            root=self.root.verification_key,
            newest_seen=0,
            now=self.clock.now(),
        )

    @property
    def identities(self) -> IdentityList:
        """What reporters find certified, once both reviewers have logged in."""
        by = [self.unlocked(name) for name in REVIEWERS]
        return self.operations.hand_over_identities(by=by)

    def reporter(self) -> "Reporter":
        """Let somebody with a new codename open the form now."""
        directory = self.directory
        recipients = report_recipients(directory, self.identities, self.clock.now())
        return Reporter(directory=directory, recipients=recipients)

    def add_directory(
        self,
        *,
        root: SigningKey | None = None,
        names: Mapping[Language, str] | None = None,
    ) -> SignedDirectory:
        """Have the next directory drafted, signed and brought back."""
        draft = self.operations.draft_directory(
            organisation=self.organisation,
            names=names,
        )
        signed = sign_directory(draft, root or self.root)
        self.operations.add_directory(signed)
        self.signed_directory = signed
        return signed

    def unlocked(self, name: str) -> Unlocked:
        """Open somebody's vault."""
        return self.operations.unlock(name=name, passphrase=PASSPHRASE)

    def answer(
        self, case_id: CaseId, *, text: str, state: CaseState, by: Unlocked
    ) -> Delivery:
        """Write a reply as one who has just read all of the case."""
        page = self.services.show_case(case_id, by=by)
        return self.services.write_reply(
            case_id,
            text=text,
            state=state,
            seen_position=page.case.case.newest_position,
            by=by,
        )

    def code(self, name: str) -> str:
        """Read somebody's authenticator."""
        seconds = int(self.clock.now().timestamp())
        return self.accounts[name].totp_code(seconds)

    def app(self) -> Flask:
        """Make the app over the same database and files."""
        app = create_app(self.config, clock=self.clock, entropy=system_entropy)
        app.extensions[access.SERVICES] = make_services(self.config, self.adapters)
        return app

    def with_intake(self, intake: Intake) -> "House":
        """Wire the use cases to another intake."""
        adapters = replace(self.adapters, intake=intake)
        services = make_services(self.config, adapters)
        return House(**(vars(self) | {"adapters": adapters, "services": services}))


def build_house(folder: Path, *, now: datetime = START) -> House:
    """Found an organisation: two reviewers, two coordinators, two destinations."""
    clock = FakeClock(now)
    root = SigningKey.generate(system_entropy)
    recovery = HybridIdentity.generate(system_entropy)
    organisation = OrganisationFile(
        organisation_id=OrganisationId(system_entropy(32)),
        root=root.verification_key,
        recovery=recovery.recipient,
    )
    config = Config(
        database=f"sqlite:///{folder / 'console.sqlite'}",
        data=folder / "data",
        root_key=root.verification_key,
        intake="http://127.0.0.1:9",
        origin=ORIGIN,
        profile=INSECURE_TESTING,
    )
    engine = make_engine(config.database)
    upgrade(engine)
    engine.dispose()
    operations = _operations(config, clock)
    accounts = {
        name: operations.add_account(name=name, role=role, passphrase=PASSPHRASE)
        for name, role in (
            *((name, Role.REVIEWER) for name in REVIEWERS),
            ("Дана", Role.COORDINATOR),
            ("Ержан", Role.COORDINATOR),
        )
    }
    keys = operations.make_organisation_keys()
    draft = operations.draft_directory(organisation=organisation, names=NAMES)
    signed = sign_directory(draft, root)
    operations.add_directory(signed)
    adapters = _adapters(config, clock)
    agency_identity = X25519Identity.generate(system_entropy)
    house = House(
        config=config,
        clock=clock,
        operations=operations,
        accounts=accounts,
        root=root,
        recovery=recovery,
        organisation=organisation,
        sealed_recovery=seal_recovery(
            recovery,
            PASSPHRASE,
            profile=INSECURE_TESTING,
            entropy=system_entropy,
        ),
        sync_key=keys.sync,
        signed_directory=signed,
        adapters=adapters,
        services=make_services(config, adapters),
        agency=_destination(operations, DestinationKind.AGENCY, agency_identity),
        agency_identity=agency_identity,
        newsroom=_destination(
            operations,
            DestinationKind.JOURNALISTS,
            X25519Identity.generate(system_entropy),
        ),
    )
    assert house.identities.identities  # both reviewers have logged in once
    return house


def copy_house(house: House, folder: Path) -> House:
    """Copy a house that nobody has used yet; founding one takes a while."""
    source = Path(house.config.database.removeprefix("sqlite:///"))
    target = folder / source.name
    with (
        closing(sqlite3.connect(source)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)
    shutil.copytree(house.config.data, folder / "data", dirs_exist_ok=True)
    clock = FakeClock(house.clock.moment)
    config = replace(
        house.config,
        database=f"sqlite:///{target}",
        data=folder / "data",
    )
    adapters = _adapters(config, clock)
    operations = _operations(config, clock)
    return replace(
        house,
        config=config,
        clock=clock,
        operations=operations,
        accounts=dict(house.accounts),
        adapters=adapters,
        services=make_services(config, adapters),
    )


def _operations(config: Config, clock: FakeClock) -> Operations:
    return make_operations(
        OperatorConfig(
            database=config.database,
            data=config.data,
            root_key=config.root_key,
        ),
        clock=clock,
        entropy=system_entropy,
        profile=INSECURE_TESTING,
    )


def _adapters(config: Config, clock: FakeClock) -> Adapters:
    real = make_adapters(config, clock=clock, entropy=system_entropy)
    return replace(real, background=InlineBackground())


def _destination(
    operations: Operations,
    kind: DestinationKind,
    identity: X25519Identity,
) -> Destination:
    return operations.add_destination(
        names={
            Language.KK: f"Орган {kind.value}",
            Language.RU: f"Адресат {kind.value}",
            Language.EN: f"Body {kind.value}",
        },
        kind=kind,
        recipient=identity.recipient,
    )


@dataclass
class Reporter:
    """Somebody with a codename."""

    directory: KeyDirectory
    recipients: Sequence[HybridRecipient]
    codename: Codename = field(
        default_factory=lambda: Codename.generate(system_entropy),
    )

    @property
    def keys(self) -> ReporterKeys:
        """What the codename derives."""
        return ReporterKeys.derive(self.codename, self.directory.organisation_id)

    def report(
        self,
        text: str = "Төрага сатып алуда пара алды.",
        *,
        files: Sequence[tuple[str, bytes]] = (),
        to: ConsentTo = ConsentTo.AGENCY,
        answers: Answers | None = None,
    ) -> bytes:
        """Seal a first report."""
        return self._seal(
            self._draft(
                kind=Kind.REPORT,
                number=1,
                text=text,
                answers=answers or Answers(category="procurement", region="710000000"),
                consent=Consent(to=to, secrecy=True, do_not_use="номер договора"),
            ),
            files,
            signing_key=self.keys.signing_key,
        )

    def message(
        self,
        text: str = "Тағы бір құжат бар.",
        *,
        files: Sequence[tuple[str, bytes]] = (),
        now: datetime = START,
        keys: ReporterKeys | None = None,
    ) -> bytes:
        """Seal a later message, signed by the codename's key or by another."""
        signer = keys or self.keys
        draft = self._draft(
            kind=Kind.MESSAGE,
            number=message_number(now, system_entropy),
            text=text,
            answers=Answers(),
            consent=None,
            keys=signer,
        )
        return self._seal(draft, files, signing_key=signer.signing_key)

    def _draft(
        self, *, keys: ReporterKeys | None = None, **content: object
    ) -> ReportDraft:
        own = keys or self.keys
        return ReportDraft(
            sealed_by=SealedBy.BROWSER,
            language=Language.KK,
            reply_to=own.identity.recipient,
            message_key=own.signing_key.verification_key,
            token_hash=own.token.token_hash,
            mailbox=self.keys.mailbox,
            directory_version=self.directory.version,
            **content,  # type: ignore[arg-type]  # by name
        )

    def _seal(
        self,
        draft: ReportDraft,
        files: Sequence[tuple[str, bytes]],
        *,
        signing_key: SigningKey,
    ) -> bytes:
        sealed = io.BytesIO()
        with ReportWriter(
            sealed,
            self.recipients,
            entropy=system_entropy,
            kind=draft.kind,
        ) as writer:
            for name, content in files:
                writer.begin_attachment(name, "application/pdf")
                writer.write(content)
                writer.end_attachment()
            writer.finish(draft, signing_key)
        return sealed.getvalue()
