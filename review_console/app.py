"""Wires the console: adapters into use cases, use cases into routes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined

from crypto.entropy import Entropy
from crypto.records import RecordKey
from crypto.sealed_secret import Argon2idProfile
from review_console.config import Config, OperatorConfig
from review_console.services.accounts import AccountNames, AddAccount, ListAccounts
from review_console.services.admission import AdmitAccount
from review_console.services.after_restore import AfterRestore
from review_console.services.attachments import OpenAttachment
from review_console.services.audit import CheckAudit
from review_console.services.caretaking import CareLater, TakeCare
from review_console.services.case_keys import CaseKeys
from review_console.services.cases import (
    ChangeState,
    ListCases,
    ListSealed,
    RenameCase,
    ShowCase,
)
from review_console.services.destinations import AddDestination, ListDestinations
from review_console.services.devices import Devices
from review_console.services.directories import AddDirectory, DraftDirectory
from review_console.services.effects import Background, Clock
from review_console.services.export import ExportReferral
from review_console.services.files import SealedFiles
from review_console.services.identity_files import IdentityFiles
from review_console.services.intake import Intake
from review_console.services.intake_identities import IntakeIdentities
from review_console.services.keys_page import ShowKeys
from review_console.services.leaving import RemoveAccount, ReplaceKeys
from review_console.services.login import (
    Decoy,
    LogIn,
    ResumeSession,
    Unlock,
    UseCode,
)
from review_console.services.narrowing import NarrowHeaders
from review_console.services.notices import Notices
from review_console.services.opening import OpenDeposits
from review_console.services.organisation import (
    MakeOrganisationKeys,
)
from review_console.services.passphrases import ChangeOwnKeys, ChangePassphrase
from review_console.services.publishing import (
    HandOverIdentities,
    KeepIdentities,
    PublishKeys,
)
from review_console.services.referral_lists import CaseReferrals, ProposedReferrals
from review_console.services.referrals import (
    ApproveReferral,
    ProposeReferral,
    Referrals,
    ShowReferral,
    WithdrawReferral,
)
from review_console.services.removing import RemoveMember
from review_console.services.renewing import RenewRecovery
from review_console.services.replies import SendReplies, WriteReply
from review_console.services.reply_writing import ReplyWriter
from review_console.services.restoring import RestoreAccess, ShareCases
from review_console.services.sessions import Sessions
from review_console.services.store import Store
from review_console.services.sync import Sync
from review_console.services.throttle import Throttle
from review_console.services.use_cases import Operations, Services
from review_console.services.waiting import OpenWaiting
from review_console.storage.database import SqlStore, make_engine
from review_console.storage.identity_folder import IdentityFolder
from review_console.storage.intake_client import HttpIntake
from review_console.storage.sealed_files import SealedDirectory
from review_console.storage.threads import ThreadBackground
from review_console.web import (
    access,
    case,
    cases,
    errors,
    headers,
    keys,
    language,
    login,
    people,
    referral,
    registry,
    rendering,
    team,
)

MAX_FORM_BYTES: Final = 1 << 20
SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """What stands behind the use cases."""

    store: Store
    files: SealedFiles
    identity_files: IdentityFiles
    intake: Intake
    clock: Clock
    entropy: Entropy
    background: Background


def make_adapters(config: Config, *, clock: Clock, entropy: Entropy) -> Adapters:
    """Make the real ones; connects to nothing yet."""
    return Adapters(
        store=SqlStore(make_engine(config.database)),
        files=SealedDirectory(config.data, entropy=entropy),
        identity_files=IdentityFolder(config.data, entropy=entropy),
        intake=HttpIntake(origin=config.intake, clock=clock),
        clock=clock,
        entropy=entropy,
        background=ThreadBackground(),
    )


def make_services(config: Config, adapters: Adapters) -> Services:
    """Give every use case its effects."""
    store, files, intake = adapters.store, adapters.files, adapters.intake
    clock, entropy = adapters.clock, adapters.entropy
    sessions = Sessions(entropy)
    devices = Devices(key=RecordKey.generate(entropy), entropy=entropy)
    keys = CaseKeys(entropy=entropy)
    writer = ReplyWriter(clock=clock, entropy=entropy)
    send_replies = SendReplies(store=store)
    identities = IntakeIdentities(
        store=store,
        files=adapters.identity_files,
        clock=clock,
        entropy=entropy,
    )
    publish = PublishKeys(
        store=store,
        intake=intake,
        clock=clock,
        root=config.root_key,
        identities=identities,
    )
    take_care = TakeCare(
        store=store,
        clock=clock,
        entropy=entropy,
        case_keys=keys,
        root=config.root_key,
    )
    referrals = Referrals(
        store=store,
        files=files,
        case_keys=keys,
        clock=clock,
        entropy=entropy,
        root=config.root_key,
    )
    throttle = Throttle(clock)
    unlock = Unlock(store=store, decoy=Decoy.make(config.profile, entropy))
    use_code = UseCode(store=store, clock=clock)
    return Services(
        clock=clock,
        sessions=sessions,
        devices=devices,
        account_names=AccountNames(store=store),
        log_in=LogIn(
            store=store,
            clock=clock,
            sessions=sessions,
            throttle=throttle,
            devices=devices,
            unlock=unlock,
            use_code=use_code,
        ),
        change_own_keys=ChangeOwnKeys(
            throttle=throttle,
            unlock=unlock,
            use_code=use_code,
            change=ChangePassphrase(
                store=store,
                clock=clock,
                entropy=entropy,
                profile=config.profile,
            ),
            sessions=sessions,
            clock=clock,
        ),
        list_accounts=ListAccounts(store=store, root=config.root_key),
        remove_member=RemoveMember(
            store=store,
            throttle=throttle,
            unlock=unlock,
            use_code=use_code,
            remove=RemoveAccount(
                store=store,
                clock=clock,
                identities=identities,
                replace_keys=ReplaceKeys(
                    store=store,
                    clock=clock,
                    entropy=entropy,
                    root=config.root_key,
                ),
                take_care=take_care,
                root=config.root_key,
            ),
        ),
        resume_session=ResumeSession(store=store, clock=clock, sessions=sessions),
        sync=Sync(
            store=store,
            files=files,
            intake=intake,
            clock=clock,
            root=config.root_key,
            identities=identities,
            publish=publish,
            open_deposits=_open_deposits(store, files, clock, entropy),
            take_care=take_care,
            send_replies=send_replies,
        ),
        keep_identities=KeepIdentities(
            store=store,
            clock=clock,
            root=config.root_key,
            identities=identities,
            publish=publish,
            background=adapters.background,
        ),
        show_keys=ShowKeys(
            store=store,
            clock=clock,
            root=config.root_key,
            identities=identities,
        ),
        care_later=CareLater(take_care=take_care, background=adapters.background),
        notices=Notices(store=store),
        list_cases=ListCases(store=store, case_keys=keys),
        show_case=ShowCase(store=store, case_keys=keys),
        rename_case=RenameCase(
            store=store,
            case_keys=keys,
            clock=clock,
            entropy=entropy,
        ),
        change_state=ChangeState(store=store, case_keys=keys, clock=clock),
        write_reply=WriteReply(
            store=store,
            case_keys=keys,
            reply_writer=writer,
            intake=intake,
            send_replies=send_replies,
        ),
        open_attachment=OpenAttachment(
            store=store,
            files=files,
            case_keys=keys,
            clock=clock,
        ),
        list_sealed=ListSealed(store=store),
        list_destinations=ListDestinations(store=store),
        case_referrals=CaseReferrals(referrals=referrals),
        proposed_referrals=ProposedReferrals(referrals=referrals),
        propose_referral=ProposeReferral(referrals=referrals),
        show_referral=ShowReferral(referrals=referrals),
        approve_referral=ApproveReferral(referrals=referrals),
        withdraw_referral=WithdrawReferral(referrals=referrals),
        export_referral=ExportReferral(referrals=referrals),
    )


def _open_deposits(
    store: Store,
    files: SealedFiles,
    clock: Clock,
    entropy: Entropy,
) -> OpenDeposits:
    keys = CaseKeys(entropy=entropy)
    return OpenDeposits(
        store=store,
        files=files,
        clock=clock,
        entropy=entropy,
        case_keys=keys,
        reply_writer=ReplyWriter(clock=clock, entropy=entropy),
        narrow_headers=NarrowHeaders(
            store=store,
            files=files,
            entropy=entropy,
            case_keys=keys,
        ),
    )


def make_operations(
    config: OperatorConfig,
    *,
    clock: Clock,
    entropy: Entropy,
    profile: Argon2idProfile,
) -> Operations:
    """Wire what the operator does, over a database that `upgrade` has shaped.

    Args:
        config: The settings.
        clock: For days and validities.
        entropy: For every key that is made.
        profile: What sealing a key under a passphrase costs.

    Returns:
        The operations.
    """
    store = SqlStore(make_engine(config.database))
    files = SealedDirectory(config.data, entropy=entropy)
    identities = IntakeIdentities(
        store=store,
        files=IdentityFolder(config.data, entropy=entropy),
        clock=clock,
        entropy=entropy,
    )
    take_care = TakeCare(
        store=store,
        clock=clock,
        entropy=entropy,
        case_keys=CaseKeys(entropy=entropy),
        root=config.root_key,
    )
    replace_keys = ReplaceKeys(
        store=store,
        clock=clock,
        entropy=entropy,
        root=config.root_key,
    )
    return Operations(
        add_account=AddAccount(
            store=store,
            clock=clock,
            entropy=entropy,
            profile=profile,
        ),
        admit_account=AdmitAccount(
            store=store,
            clock=clock,
            entropy=entropy,
            case_keys=CaseKeys(entropy=entropy),
        ),
        unlock=Unlock(store=store, decoy=Decoy.make(profile, entropy)),
        make_organisation_keys=MakeOrganisationKeys(
            store=store,
            clock=clock,
            entropy=entropy,
        ),
        draft_directory=DraftDirectory(
            store=store,
            clock=clock,
            root=config.root_key,
        ),
        add_directory=AddDirectory(store=store, clock=clock, root=config.root_key),
        hand_over_identities=HandOverIdentities(
            store=store,
            root=config.root_key,
            identities=identities,
        ),
        open_waiting=OpenWaiting(
            store=store,
            root=config.root_key,
            open_deposits=_open_deposits(store, files, clock, entropy),
        ),
        add_destination=AddDestination(store=store, clock=clock, entropy=entropy),
        list_destinations=ListDestinations(store=store),
        account_names=AccountNames(store=store),
        list_accounts=ListAccounts(store=store, root=config.root_key),
        remove_account=RemoveAccount(
            store=store,
            clock=clock,
            identities=identities,
            replace_keys=replace_keys,
            take_care=take_care,
            root=config.root_key,
        ),
        restore_access=RestoreAccess(
            store=store,
            clock=clock,
            entropy=entropy,
            profile=profile,
            identities=identities,
            root=config.root_key,
        ),
        share_cases=ShareCases(store=store, take_care=take_care, root=config.root_key),
        change_passphrase=ChangePassphrase(
            store=store,
            clock=clock,
            entropy=entropy,
            profile=profile,
        ),
        replace_keys=replace_keys,
        renew_recovery=RenewRecovery(
            store=store,
            clock=clock,
            take_care=take_care,
            narrow_headers=NarrowHeaders(
                store=store,
                files=files,
                entropy=entropy,
                case_keys=CaseKeys(entropy=entropy),
            ),
            root=config.root_key,
        ),
        after_restore=AfterRestore(store=store, files=files, clock=clock),
        check_audit=CheckAudit(store=store),
    )


def create_app(config: Config, *, clock: Clock, entropy: Entropy) -> Flask:
    """Make the app.

    Args:
        config: The settings.
        clock: For everything that has a time.
        entropy: For everything that is random, the cookie's key included: after a
            restart every session is over.

    Returns:
        A WSGI application for one process: sessions live in its memory.
    """
    adapters = make_adapters(config, clock=clock, entropy=entropy)
    adapters.files.clear_unfinished()
    adapters.identity_files.clear_unfinished()
    app = Flask("review_console", root_path=str(Path(__file__).parent))
    app.config.update(
        SECRET_KEY=entropy(SECRET_BYTES),
        MAX_CONTENT_LENGTH=MAX_FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_FORM_BYTES,
        WTF_CSRF_TIME_LIMIT=None,  # the session bounds it
        TRUSTED_HOSTS=[urlsplit(config.origin).hostname],
    )
    app.jinja_options = {
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
    app.extensions[access.SERVICES] = make_services(config, adapters)
    headers.install(app)
    errors.install(app)
    CSRFProtect(app)
    access.install(app)
    language.install(app)
    rendering.install(app)
    for module in (login, cases, case, referral, registry, keys, people, team):
        app.register_blueprint(module.blueprint)
    access.check_declarations(app)
    return app
