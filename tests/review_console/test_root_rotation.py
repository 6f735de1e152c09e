"""One root replaces another: over the real intake, and no mailbox is lost."""

from dataclasses import replace

import pytest

from crypto.ed25519 import SigningKey
from crypto.entropy import system_entropy
from crypto.sealed_secret import INSECURE_TESTING
from protocol.directory import sign_directory
from protocol.reply import CaseState
from review_console.app import make_operations, make_services
from review_console.config import OperatorConfig
from review_console.domain.errors import OrganisationError
from review_console.services.organisation import open_organisation_key
from review_console.services.store import OrganisationKeyKind
from review_console.storage.intake_client import HttpIntake
from tests.end_to_end.visitor import Visitor
from tests.intake.organisation import Organisation
from tests.intake.server_process import ServerProcess
from tests.review_console.people import House
from tests.review_console.test_real_intake import real as real  # noqa: PLC0414  # a fixture

pytestmark = pytest.mark.enable_socket


def pinned(house: House, root: SigningKey) -> House:
    """Give the same house, whose settings name another root."""
    config = replace(house.config, root_key=root.verification_key)
    services = make_services(config, house.adapters)
    operations = make_operations(
        OperatorConfig(
            database=config.database, data=config.data, root_key=config.root_key
        ),
        clock=house.clock,
        entropy=system_entropy,
        profile=INSECURE_TESTING,
    )
    return replace(house, config=config, services=services, operations=operations)


def sync_key_of(house: House) -> SigningKey:
    """Open the sync key, for an intake that is started anew."""
    by = house.unlocked("Айгүл")
    with house.adapters.store.begin() as unit:
        return open_organisation_key(unit, OrganisationKeyKind.SYNC, by)


def answer(house: House, text: str) -> None:
    """Let a reviewer fetch, answer the one case, and send it."""
    by = house.unlocked("Айгүл")
    house.services.sync(by=by)
    (row,) = house.services.list_cases(by=by).rows
    house.answer(row.id, text=text, state=CaseState.UNDER_REVIEW, by=by)


def texts(visitor: Visitor, url: str, house: House) -> list[str]:
    """Read a mailbox without the acknowledgement."""
    return [each.text for each in visitor.replies(url, house.clock.now())][1:]


def test_mailboxes_outlive_the_root(real: tuple[House, ServerProcess]) -> None:
    """The old root's pages and the new root's, before and after the settings change."""
    house, server = real
    visitor = Visitor(house.root.verification_key)
    house.services.sync(by=house.unlocked("Айгүл"))
    visitor.report(server.url, "До смены корня", house.clock.now())
    answer(house, "Первый ответ")
    new_root = SigningKey.generate(system_entropy)

    # Both sign the next directory; console and intake still pin the old root.
    draft = house.operations.draft_directory(
        organisation=replace(house.organisation, root=new_root.verification_key)
    )
    house.operations.add_directory(
        replace(
            sign_directory(draft, new_root),
            cross_signature=sign_directory(draft, house.root).signature,
        )
    )
    answer(house, "Второй ответ")
    of_new_root = replace(visitor, root=new_root.verification_key)
    for each in (visitor, of_new_root):
        assert texts(each, server.url, house) == ["Первый ответ", "Второй ответ"]

    # Then both pin the new one.
    moved = pinned(house, new_root)
    server.stop()
    organisation = Organisation(root=new_root, sync=sync_key_of(moved))
    with ServerProcess(server.root, organisation) as restarted:
        moved = moved.with_intake(HttpIntake(origin=restarted.url, clock=house.clock))
        of_new_root.message(restarted.url, "После смены", house.clock.now())
        answer(moved, "Третий ответ")
        got = texts(of_new_root, restarted.url, house)

    assert got == ["Первый ответ", "Второй ответ", "Третий ответ"]


def test_a_stolen_root_is_replaced_without_its_word(
    real: tuple[House, ServerProcess],
) -> None:
    """Drafted under the old pin, signed by the new root alone, added under the new."""
    house, server = real
    visitor = Visitor(house.root.verification_key)
    house.services.sync(by=house.unlocked("Айгүл"))
    visitor.report(server.url, "До кражи", house.clock.now())
    answer(house, "Первый ответ")
    new_root = SigningKey.generate(system_entropy)
    draft = house.operations.draft_directory(
        organisation=replace(house.organisation, root=new_root.verification_key)
    )
    signed = sign_directory(draft, new_root)
    with pytest.raises(OrganisationError, match="did not sign"):
        house.operations.add_directory(signed)  # as long as the old root is pinned

    moved = pinned(house, new_root)
    moved.operations.add_directory(signed)
    server.stop()
    organisation = Organisation(root=new_root, sync=sync_key_of(moved))
    with ServerProcess(server.root, organisation) as restarted:
        moved = moved.with_intake(HttpIntake(origin=restarted.url, clock=house.clock))
        answer(moved, "Второй ответ")
        of_new_root = replace(visitor, root=new_root.verification_key)
        got = texts(of_new_root, restarted.url, house)

    assert got == ["Первый ответ", "Второй ответ"]
