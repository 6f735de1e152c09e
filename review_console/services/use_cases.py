"""Everything that the console can do, in one frozen place for its views."""

from dataclasses import dataclass

from review_console.services.accounts import AccountNames, AddAccount, ListAccounts
from review_console.services.admission import AdmitAccount
from review_console.services.after_restore import AfterRestore
from review_console.services.attachments import OpenAttachment
from review_console.services.audit import CheckAudit
from review_console.services.caretaking import CareLater
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
from review_console.services.effects import Clock
from review_console.services.export import ExportReferral
from review_console.services.keys_page import ShowKeys
from review_console.services.leaving import RemoveAccount, ReplaceKeys
from review_console.services.login import LogIn, ResumeSession, Unlock
from review_console.services.notices import Notices
from review_console.services.organisation import (
    MakeOrganisationKeys,
)
from review_console.services.passphrases import ChangeOwnKeys, ChangePassphrase
from review_console.services.publishing import HandOverIdentities, KeepIdentities
from review_console.services.referral_lists import CaseReferrals, ProposedReferrals
from review_console.services.referrals import (
    ApproveReferral,
    ProposeReferral,
    ShowReferral,
    WithdrawReferral,
)
from review_console.services.removing import RemoveMember
from review_console.services.renewing import RenewRecovery
from review_console.services.replies import WriteReply
from review_console.services.restoring import RestoreAccess, ShareCases
from review_console.services.sessions import Sessions
from review_console.services.sync import Sync
from review_console.services.waiting import OpenWaiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The use cases, wired by `app.py`."""

    clock: Clock
    sessions: Sessions
    devices: Devices
    account_names: AccountNames
    log_in: LogIn
    change_own_keys: ChangeOwnKeys
    list_accounts: ListAccounts
    remove_member: RemoveMember
    resume_session: ResumeSession
    sync: Sync
    care_later: CareLater
    notices: Notices
    keep_identities: KeepIdentities
    show_keys: ShowKeys
    list_cases: ListCases
    show_case: ShowCase
    rename_case: RenameCase
    change_state: ChangeState
    write_reply: WriteReply
    open_attachment: OpenAttachment
    list_sealed: ListSealed
    list_destinations: ListDestinations
    case_referrals: CaseReferrals
    proposed_referrals: ProposedReferrals
    propose_referral: ProposeReferral
    show_referral: ShowReferral
    approve_referral: ApproveReferral
    withdraw_referral: WithdrawReferral
    export_referral: ExportReferral


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """What the operator does at the command line, wired by `app.py`."""

    add_account: AddAccount
    admit_account: AdmitAccount
    unlock: Unlock
    make_organisation_keys: MakeOrganisationKeys
    draft_directory: DraftDirectory
    add_directory: AddDirectory
    hand_over_identities: HandOverIdentities
    open_waiting: OpenWaiting
    add_destination: AddDestination
    list_destinations: ListDestinations
    account_names: AccountNames
    list_accounts: ListAccounts
    remove_account: RemoveAccount
    restore_access: RestoreAccess
    share_cases: ShareCases
    change_passphrase: ChangePassphrase
    replace_keys: ReplaceKeys
    renew_recovery: RenewRecovery
    after_restore: AfterRestore
    check_audit: CheckAudit
