"""The manifest against what a real browser loads."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from deploy.audit_site.visiting import OF_THE_DIRECTORY
from protocol.languages import Language
from protocol.release import ReleaseManifest
from tests.deploy.audit_site.conftest import Site

pytestmark = pytest.mark.enable_socket


@pytest.mark.needs("chromium")
def test_whatever_a_browser_loads_is_covered(site: Site, chromium: Browser) -> None:
    """Every page of the way with JavaScript, and all that it loads by itself."""
    loaded: list[str] = []
    for language in Language:
        context = chromium.new_context()
        page = context.new_page()
        page.on("request", lambda request: loaded.append(request.url))
        for name in ("", "report", "mailbox", "help"):
            page.goto(f"{site.url}/{language.value}/{name}")
            page.wait_for_load_state("networkidle")
        context.close()

    manifest = ReleaseManifest.parse(site.manifest.read_bytes())
    covered = {file.path for file in manifest.files} | OF_THE_DIRECTORY
    assert {f"{part.scheme}://{part.netloc}" for part in map(urlsplit, loaded)} == {
        site.url
    }
    assert {urlsplit(url).path for url in loaded} <= covered
    assert "/static/page.js" in {urlsplit(url).path for url in loaded}
