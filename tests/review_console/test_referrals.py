"""Referrals: by consent, by two people, for exact bytes."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from crypto.entropy import system_entropy
from protocol.report import Consent, ConsentTo
from review_console.domain.consent import strictest
from review_console.domain.destination import DestinationKind, is_permitted
from review_console.domain.errors import NotFoundError, ReferralError
from review_console.domain.ids import CaseId, ReferralId
from review_console.domain.membership import is_member
from review_console.domain.own_words import repeats
from review_console.domain.referral import (
    Allegation,
    AllegationLabel,
    Dossier,
    ReferralContent,
    ReferralState,
    Released,
)
from review_console.services.referrals import ReferralDraft
from review_console.storage import tables
from review_console.storage.database import SqlStore
from tests.review_console.fake_intake import FakeIntake
from tests.review_console.people import PASSPHRASE, House

FILE = b"scan " * 10_000

DOSSIER = Dossier(
    subject="О закупке",
    summary="По имеющимся данным, получено вознаграждение.",
    chronology="",
    allegations=(
        Allegation(
            what="Получено вознаграждение",
            who="Председатель",
            position="",
            body="Акимат",
            when="2026",
            where="",
            amount="",
            label=AllegationLabel.HEARSAY,
            basis="annex-01.pdf",
        ),
    ),
    verified="",
    not_known="Сумма",
    contradicting="",
    legal_basis="",
    request="Зарегистрировать.",
)


def open_case(
    house: House, intake: FakeIntake, to: ConsentTo = ConsentTo.AGENCY
) -> CaseId:
    """Bring a case in, with one attachment."""
    reporter = house.reporter()
    sealed = reporter.report(files=[("мой файл.pdf", FILE)], to=to)
    intake.deposit(sealed, reporter.keys.mailbox)
    by = house.unlocked("Айгүл")
    house.services.sync(by=by)
    return house.services.list_cases(by=by).rows[0].id


def propose(
    house: House,
    case_id: CaseId,
    *,
    by: str = "Айгүл",
    kind: DestinationKind = DestinationKind.AGENCY,
) -> ReferralId:
    """Propose a referral with the attachment."""
    who = house.unlocked(by)
    page = house.services.show_case(case_id, by=who)
    message = page.thread[0].message
    assert message is not None
    is_agency = kind is DestinationKind.AGENCY
    draft = ReferralDraft(
        destination=house.agency.id if is_agency else house.newsroom.id,
        dossier=DOSSIER,
        released=(Released(message=message, index=0, neutral_name="annex-01.pdf"),),
    )
    return house.services.propose_referral(case_id, draft, by=who)


def approve(house: House, referral_id: ReferralId, *, by: str = "Дана") -> None:
    """Approve what the page shows."""
    who = house.unlocked(by)
    page = house.services.show_referral(referral_id, by=who)
    house.services.approve_referral(
        referral_id, manifest_sha256=page.opened.referral.manifest_sha256, by=who
    )


def reason_of(error: pytest.ExceptionInfo[ReferralError]) -> str:
    """Name the rule that refused."""
    return error.value.reason


@pytest.mark.parametrize(
    ("consent", "kinds"),
    [
        (ConsentTo.ANY, set(DestinationKind)),
        (ConsentTo.NONE, set()),
        (ConsentTo.JOURNALISTS, {DestinationKind.JOURNALISTS}),
        (
            ConsentTo.AGENCY,
            {DestinationKind.AGENCY, DestinationKind.ADMINISTRATIVE},
        ),
    ],
)
def test_consent_decides_who_may_get_it(
    consent: ConsentTo, kinds: set[DestinationKind]
) -> None:
    """Nothing goes where the reporter did not agree."""
    assert {kind for kind in DestinationKind if is_permitted(kind, consent)} == kinds


def test_a_destination_without_consent_is_refused(
    house: House, fake_intake: FakeIntake
) -> None:
    """The service refuses, whatever the form let through."""
    case_id = open_case(house, fake_intake, to=ConsentTo.AGENCY)

    with pytest.raises(ReferralError) as error:
        propose(house, case_id, kind=DestinationKind.JOURNALISTS)

    assert reason_of(error) == "consent"


def test_who_proposes_does_not_approve(house: House, fake_intake: FakeIntake) -> None:
    """Not even a coordinator."""
    case_id = open_case(house, fake_intake)
    referral_id = propose(house, case_id, by="Дана")

    with pytest.raises(ReferralError) as error:
        approve(house, referral_id, by="Дана")

    assert reason_of(error) == "own_proposal"
    approve(house, referral_id, by="Ержан")


def test_only_a_coordinator_approves(house: House, fake_intake: FakeIntake) -> None:
    """A second reviewer is not enough."""
    referral_id = propose(house, open_case(house, fake_intake))

    with pytest.raises(ReferralError) as error:
        approve(house, referral_id, by="Борис")

    assert reason_of(error) == "not_coordinator"


def test_nothing_leaves_unapproved(house: House, fake_intake: FakeIntake) -> None:
    """No approval, no package."""
    referral_id = propose(house, open_case(house, fake_intake))

    with pytest.raises(ReferralError):
        house.services.export_referral(referral_id, by=house.unlocked("Дана"))
    with pytest.raises(ReferralError):
        house.services.export_referral.open_package(
            referral_id, by=house.unlocked("Дана")
        )
    assert not list((house.config.data / "packages").iterdir())


def test_an_approval_is_for_the_bytes_that_were_read(
    house: House, fake_intake: FakeIntake
) -> None:
    """Another digest than the page's is refused."""
    referral_id = propose(house, open_case(house, fake_intake))

    with pytest.raises(ReferralError) as error:
        house.services.approve_referral(
            referral_id, manifest_sha256="0" * 64, by=house.unlocked("Дана")
        )

    assert reason_of(error) == "bytes_changed"


def test_other_words_void_an_approval(house: House, fake_intake: FakeIntake) -> None:
    """A dossier that is changed behind the approver's back does not leave."""
    referral_id = propose(house, open_case(house, fake_intake))
    approve(house, referral_id)
    by = house.unlocked("Айгүл")
    page = house.services.show_referral(referral_id, by=by)
    opened = page.opened.parts.opened
    other = replace(
        page.opened.parts.content, dossier=replace(DOSSIER, summary="Совсем другое")
    )
    sealed = opened.encrypt(
        "referrals", referral_id, "content", other.to_json(), entropy=system_entropy
    )
    _update(house, tables.referrals, referral_id, sealed_content=sealed)

    with pytest.raises(ReferralError) as error:
        house.services.export_referral(referral_id, by=house.unlocked("Дана"))

    assert reason_of(error) == "bytes_changed"
    assert not list((house.config.data / "packages").iterdir())
    shown = house.services.show_referral(referral_id, by=by)
    assert "bytes_changed" in shown.blocks


def test_another_key_of_the_destination_voids_an_approval(
    house: House, fake_intake: FakeIntake
) -> None:
    """Who can write the registry cannot have a package sealed to themselves."""
    referral_id = propose(house, open_case(house, fake_intake))
    approve(house, referral_id)
    _update(
        house,
        tables.destinations,
        house.agency.id,
        recipient=str(house.newsroom.recipient),
    )

    with pytest.raises(ReferralError) as error:
        house.services.export_referral(referral_id, by=house.unlocked("Дана"))

    assert reason_of(error) == "bytes_changed"


def test_a_row_is_no_approval(house: House, fake_intake: FakeIntake) -> None:
    """Written into the database without the coordinator's key, it counts nothing."""
    referral_id = propose(house, open_case(house, fake_intake))
    approver = house.accounts["Дана"].account.id
    _update(
        house,
        tables.referrals,
        referral_id,
        state=ReferralState.APPROVED.value,
        approved_by=str(approver),
        approved_at="2026-11-24T06:00:00Z",
        approval="-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n",
    )

    with pytest.raises(ReferralError):
        house.services.export_referral(referral_id, by=house.unlocked("Айгүл"))


def test_a_role_that_the_team_did_not_give_approves_nothing(
    house: House, fake_intake: FakeIntake
) -> None:
    """A reviewer who is made a coordinator in the database is no member."""
    referral_id = propose(house, open_case(house, fake_intake))
    account_id = house.accounts["Борис"].account.id
    _update(house, tables.accounts, account_id, role="coordinator")

    with pytest.raises(ReferralError):
        approve(house, referral_id, by="Борис")
    team = [each.key for each in house.directory.team]
    assert not is_member(house.unlocked("Борис").account, team)


def test_the_strictest_consent_counts() -> None:
    """What one of them forbids does not leave."""

    def consent(to: ConsentTo, *, secrecy: bool = False, without: str = "") -> Consent:
        return Consent(to=to, secrecy=secrecy, do_not_use=without)

    both = strictest(
        [
            consent(ConsentTo.ANY, without="a"),
            consent(ConsentTo.AGENCY, secrecy=True, without="b"),
            consent(ConsentTo.AGENCY, without="a"),
        ]
    )

    assert both == consent(ConsentTo.AGENCY, secrecy=True, without="a\nb")
    opposite = [consent(ConsentTo.AGENCY), consent(ConsentTo.JOURNALISTS)]
    assert strictest(opposite).to is ConsentTo.NONE
    assert strictest([]).to is ConsentTo.NONE


def test_a_later_report_takes_consent_back(
    house: House, fake_intake: FakeIntake
) -> None:
    """Proposed, approved, then the reporter says no: it does not leave."""
    reporter = house.reporter()
    first = reporter.report(files=[("мой файл.pdf", FILE)])
    fake_intake.deposit(first, reporter.keys.mailbox)
    by = house.unlocked("Айгүл")
    house.services.sync(by=by)
    case_id = house.services.list_cases(by=by).rows[0].id
    referral_id = propose(house, case_id)
    approve(house, referral_id)
    second = reporter.report("Не передавайте никому.", to=ConsentTo.NONE)
    fake_intake.deposit(second, reporter.keys.mailbox)
    house.services.sync(by=by)

    with pytest.raises(ReferralError) as error:
        house.services.export_referral(referral_id, by=house.unlocked("Дана"))

    assert reason_of(error) == "consent"
    shown = house.services.show_referral(referral_id, by=by)
    assert "consent_withdrawn" in shown.blocks


def test_evidence_of_a_stranger_is_not_released(
    house: House, fake_intake: FakeIntake
) -> None:
    """An unverified message's files do not leave, whatever the form says."""
    reporter, stranger = house.reporter(), house.reporter()
    fake_intake.deposit(reporter.report(), reporter.keys.mailbox)
    planted = reporter.message(files=[("x.pdf", b"planted")], keys=stranger.keys)
    fake_intake.deposit(planted, reporter.keys.mailbox)
    by = house.unlocked("Айгүл")
    house.services.sync(by=by)
    case_id = house.services.list_cases(by=by).rows[0].id
    thread = house.services.show_case(case_id, by=by).thread
    message = next(each.message for each in thread if not each.is_verified)
    assert message is not None
    draft = ReferralDraft(
        destination=house.agency.id,
        dossier=DOSSIER,
        released=(Released(message=message, index=0, neutral_name="annex-01.pdf"),),
    )

    with pytest.raises(ReferralError) as error:
        house.services.propose_referral(case_id, draft, by=by)

    assert reason_of(error) == "unverified_evidence"


def test_a_withdrawn_referral_stays_withdrawn(
    house: House, fake_intake: FakeIntake
) -> None:
    """Its proposer or a coordinator takes it back; nobody approves it then."""
    referral_id = propose(house, open_case(house, fake_intake))

    with pytest.raises(ReferralError):
        house.services.withdraw_referral(referral_id, by=house.unlocked("Борис"))
    house.services.withdraw_referral(referral_id, by=house.unlocked("Айгүл"))

    with pytest.raises(ReferralError):
        approve(house, referral_id)
    with pytest.raises(ReferralError):
        house.services.withdraw_referral(referral_id, by=house.unlocked("Дана"))


def test_what_left_cannot_be_taken_back(house: House, fake_intake: FakeIntake) -> None:
    """Exported once; not again, and not withdrawn."""
    referral_id = propose(house, open_case(house, fake_intake))
    approve(house, referral_id)
    house.services.export_referral(referral_id, by=house.unlocked("Дана"))

    for step in (house.services.withdraw_referral, house.services.export_referral):
        with pytest.raises(ReferralError):
            step(referral_id, by=house.unlocked("Дана"))


def test_a_referral_of_a_case_that_is_not_yours_is_not_there(
    house: House, fake_intake: FakeIntake
) -> None:
    """Missing and not yours are one answer."""
    referral_id = propose(house, open_case(house, fake_intake))
    house.operations.add_account(
        name="Новичок",
        role=house.accounts["Дана"].account.role,
        passphrase=PASSPHRASE,
    )

    with pytest.raises(NotFoundError):
        house.services.show_referral(referral_id, by=house.unlocked("Новичок"))


def test_the_dossier_is_made_of_the_reviewers_words_alone(
    house: House, fake_intake: FakeIntake
) -> None:
    """No word, name, day or id of the report; no name of a reviewer."""
    case_id = open_case(house, fake_intake, to=ConsentTo.ANY)
    by = house.unlocked("Айгүл")
    page = house.services.show_case(case_id, by=by)

    for kind in (DestinationKind.AGENCY, DestinationKind.JOURNALISTS):
        referral_id = propose(house, case_id, kind=kind)
        shown = house.services.show_referral(referral_id, by=by)
        text = shown.dossier_text
        for secret in (
            page.report.text,
            "мой файл",
            str(page.report.mailbox),
            page.case.case.received_on.isoformat(),
            "Айгүл",
            "номер договора",
        ):
            assert secret not in text
        assert ("Зарегистрировать." in text) == (kind is DestinationKind.AGENCY)
        assert "2026-11" in text


def test_content_comes_back_as_it_was_written(
    house: House, fake_intake: FakeIntake
) -> None:
    """Serialise ∘ parse is identity."""
    referral_id = propose(house, open_case(house, fake_intake))
    shown = house.services.show_referral(referral_id, by=house.unlocked("Айгүл"))

    content = shown.opened.parts.content

    assert ReferralContent.parse(content.to_json()) == content
    assert content.dossier == DOSSIER
    assert content.secrecy


@pytest.mark.parametrize(
    ("text", "is_repeated"),
    [
        ("Я видел, как начальник взял деньги у подрядчика утром", True),
        ("я ВИДЕЛ как начальник; взял деньги у подрядчика!", True),
        ("Как сообщают, начальник взял деньги у подрядчика", False),
        ("", False),
    ],
)
def test_a_long_passage_of_the_reporters_is_found(text: str, is_repeated: bool) -> None:  # noqa: FBT001  # a parameter of the table
    """Eight words in a row, whatever stands between them."""
    reporter = "Утром я видел, как начальник взял деньги у подрядчика утром."

    assert repeats(text, [reporter]) is is_repeated


def _update(house: House, table: object, row: str, **values: object) -> None:
    """Write the database as somebody without keys would."""
    store = house.adapters.store
    assert isinstance(store, SqlStore)
    with store.engine.begin() as connection:
        connection.execute(
            update(table).where(table.c.id == row).values(**values),  # type: ignore[arg-type,attr-defined]  # a table
        )
