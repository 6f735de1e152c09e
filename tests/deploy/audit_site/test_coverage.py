"""The manifest against what a real browser loads."""

import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from deploy.audit_site.fetching import USER_AGENT
from deploy.audit_site.visiting import OF_THE_DIRECTORY
from protocol.languages import Language
from protocol.release import ReleaseManifest
from tests.deploy.audit_site.alterations import altering
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


@pytest.mark.needs("firefox-esr")
def test_the_auditor_asks_with_firefoxs_own_headers(site: Site, tmp_path: Path) -> None:
    """The same names in the same order, for a page, a script and a style."""
    with altering(site.url, lambda _passed: None) as server:
        (tmp_path / "user.js").write_text('user_pref("app.update.auto", false);\n')
        subprocess.run(
            [
                *("firefox-esr", "--headless", "--no-remote", "--profile", tmp_path),
                *("--screenshot", tmp_path / "picture.png", f"{server.url}/ru/report"),
            ],
            env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            timeout=60,
            check=True,
        )
        browsers = dict(server.asked)
        server.asked.clear()
        site.audit(server.url)
        ours = {path: headers for path, headers in server.asked if "/en/" not in path}

    version = browsers["/ru/report"]["User-Agent"].rpartition("/")[2]
    spoken_for = USER_AGENT.rpartition("/")[2]
    assert spoken_for == version, "the auditor must speak for the present Firefox"
    for path in ("/ru/report", "/static/page.js", "/static/intake.css"):
        # It was called from outside; ours follows a link, and says so.
        own = [name for name in ours[path] if name not in {"Referer", "Sec-Fetch-User"}]
        assert own == [name for name in browsers[path] if name != "Referer"]
        for name in ("Accept", "Accept-Encoding", "Sec-Fetch-Dest", "Sec-Fetch-Mode"):
            assert ours[path][name] == browsers[path][name]
