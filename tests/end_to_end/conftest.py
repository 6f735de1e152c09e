"""An organisation with both apps running, and Chromium to meet them with."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from crypto.sealed_secret import INSECURE_TESTING
from deploy.house import both_apps
from deploy.organisation import Organisation, found
from tests.end_to_end.people import Colleague, Reporter


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Where everything is."""

    organisation: Organisation
    intake: str
    console: str


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Both apps, as processes of their own, with an organisation just founded."""
    place: Path = tmp_path_factory.mktemp("house")
    organisation = found(place, profile=INSECURE_TESTING)
    with both_apps(organisation) as (intake, console):
        yield House(organisation=organisation, intake=intake, console=console)


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def reporter(
    request: pytest.FixtureRequest, house: House, chromium: Browser
) -> Iterator[Reporter]:
    """Somebody who reads the pages in Kazakh, each way with a fresh profile."""
    context = chromium.new_context(java_script_enabled=request.param)
    yield Reporter(
        context=context, intake=house.intake, language="kk", script=request.param
    )
    context.close()


@pytest.fixture(scope="module")
def reviewer(house: House, chromium: Browser) -> Colleague:
    """The first reviewer, logged in once: a TOTP code is good for one log-in."""
    return _log_in(house, chromium, "reviewer")


@pytest.fixture(scope="module")
def coordinator(house: House, chromium: Browser) -> Colleague:
    """The coordinator, logged in."""
    return _log_in(house, chromium, "coordinator")


def _log_in(house: House, chromium: Browser, role: str) -> Colleague:
    person = next(p for p in house.organisation.log_ins if p.role == role)
    return Colleague.log_in(chromium, house.console, person)
