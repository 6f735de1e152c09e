"""What a busy server asks of those without a script: to load its answer again."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route

from protocol.languages import Language
from tests.browser.conftest import WAIT_MILLISECONDS
from tests.intake.organisation import Organisation
from tests.intake.server_process import ServerProcess

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.end_to_end,
    pytest.mark.needs("chromium"),
]

FORM = f"/{Language.RU.value}/plain/report"


def _busy(route: Route) -> None:
    """Answer a form as a server that has no thread left for it."""
    if route.request.method == "POST":
        headers = {"Cache-Control": "no-store"}
        route.fulfill(status=503, content_type="text/html", headers=headers, body="…")
    else:
        route.continue_()


def test_loading_the_answer_again_sends_text_and_files_again(
    chromium: Browser, organisation: Organisation, tmp_path: Path, photo: Path
) -> None:
    """Going back would show an empty form: pages are not stored."""
    with ServerProcess(tmp_path / "intake", organisation) as server:
        context = chromium.new_context(java_script_enabled=False)
        page = context.new_page()
        page.set_default_timeout(WAIT_MILLISECONDS)
        page.goto(server.url + FORM)
        page.fill("#text", "Написано за час")
        page.set_input_files("#attachments", [photo])
        page.route("**" + FORM, _busy)
        page.click("main form button[type=submit]")
        page.wait_for_load_state()
        before = list((server.data / "deposits").iterdir())
        page.unroute("**" + FORM)

        page.reload()

        page.wait_for_url("**/plain/received")
        (deposit,) = (server.data / "deposits").iterdir()
        context.close()
        assert before == []
        assert deposit.stat().st_size > photo.stat().st_size
