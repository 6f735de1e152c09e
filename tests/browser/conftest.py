"""A real intake, and pages in Chromium that tell of every complaint."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.intake.organisation import Organisation
from tests.intake.server_process import ServerProcess

WAIT_MILLISECONDS = 20_000


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A fresh profile on the intake's pages."""

    page: Page
    origin: str
    organisation: Organisation
    complaints: list[str] = field(default_factory=list)
    """What the browser wrote to its console: errors, refusals of the CSP."""

    requests: list[str] = field(default_factory=list)
    """Method and path of every request."""

    def open(self, path: str) -> None:
        """Go to a page and wait until its script has done its first work."""
        self.page.goto(self.origin + path)
        self.page.wait_for_selector("#preparing", state="hidden")

    def shown(self, selector: str) -> str:
        """Wait for a part of the page and return its words."""
        self.page.wait_for_selector(f"{selector}:not([hidden])")
        return self.page.inner_text(selector)

    def sent(self, path: str) -> list[str]:
        """Return the requests to a path."""
        return [request for request in self.requests if f" {path}" in request]


@pytest.fixture(scope="session")
def organisation() -> Organisation:
    """Return one organisation for all."""
    return Organisation()


@pytest.fixture(scope="session")
def intake(
    tmp_path_factory: pytest.TempPathFactory, organisation: Organisation
) -> Iterator[ServerProcess]:
    """Serve a real intake."""
    root = tmp_path_factory.mktemp("intake") / "intake"
    with ServerProcess(root, organisation) as server:
        yield server


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """Give a fresh profile."""
    context = chromium.new_context()
    context.set_default_timeout(WAIT_MILLISECONDS)
    yield context
    context.close()


@pytest.fixture
def visit(
    context: BrowserContext, intake: ServerProcess, organisation: Organisation
) -> Visit:
    """Open a page that keeps what it complains of and asks for."""
    visit = Visit(page=context.new_page(), origin=intake.url, organisation=organisation)
    page = visit.page
    page.on("console", lambda message: visit.complaints.append(message.text))
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    page.on(
        "request",
        lambda request: visit.requests.append(
            f"{request.method} {request.url.removeprefix(intake.url)}"
        ),
    )
    return visit


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Write a file of half a megabyte."""
    path = tmp_path / "фото.jpg"
    path.write_bytes(bytes(range(256)) * 2_000)
    return path
