"""Debian's Firefox, headless, set as Tor Browser sets it at its three levels.

Tor Browser is Firefox ESR with other settings; those that change what a page can do
are set here. Its own patches are not in it, nor its network.

Mozilla's marionette_driver speaks to it over a socket on loopback, and loads no
extension and no driver. Updates, telemetry and every other call home are off.

Used by bench/page.py and by the tests of the page.
"""

import base64
import json
import os
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

with warnings.catch_warnings():
    # One of its libraries asks for the system's name in a way that has gone out of use.
    warnings.simplefilter("ignore", DeprecationWarning)
    from marionette_driver.marionette import ActionSequence, Marionette

PROGRAM: Final = "firefox-esr"
START_SECONDS: Final = 60
STOP_SECONDS: Final = 20
WAIT_SECONDS: Final = 30
_POLL_SECONDS: Final = 0.05
_NOWHERE: Final = "http://127.0.0.1:9/"

Preferences = Mapping[str, bool | int | str]

_QUIET: Final[Preferences] = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.region.update.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.url": _NOWHERE,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "network.prefetch-next": False,
    "services.settings.server": _NOWHERE + "v1",
    "toolkit.telemetry.enabled": False,
}

_TOR_BROWSER: Final[Preferences] = {
    "browser.privatebrowsing.autostart": True,
    "dom.security.https_only_mode": False,  # our test server speaks http on loopback
    "network.http.referer.hideOnionSource": True,
    "privacy.firstparty.isolate": True,
    "privacy.resistFingerprinting": True,
    "privacy.resistFingerprinting.letterboxing": True,
}

_SAFER: Final[Preferences] = {
    "gfx.font_rendering.graphite.enabled": False,
    "javascript.options.asmjs": False,
    "javascript.options.baselinejit": False,
    "javascript.options.ion": False,
    "javascript.options.native_regexp": False,
    "javascript.options.wasm": False,
    "mathml.disabled": True,
    "media.webaudio.enabled": False,
}

_SAFEST: Final[Preferences] = {
    "javascript.enabled": False,
    "permissions.default.image": 2,  # none
    "svg.disabled": True,
}


class Level(Enum):
    """Tor Browser's security levels."""

    STANDARD = "standard"
    SAFER = "safer"
    """Neither compiled script nor WebAssembly. (It has no NoScript for http sites.)"""

    SAFEST = "safest"
    """No script at all."""

    @property
    def preferences(self) -> Preferences:
        """What the level sets."""
        return {
            Level.STANDARD: {},
            Level.SAFER: _SAFER,
            Level.SAFEST: {**_SAFER, **_SAFEST},
        }[self]


class Firefox:
    """A browser that runs, with one page."""

    def __init__(self, marionette: Marionette, pid: int) -> None:
        """Take the connection to a running browser."""
        self._marionette = marionette
        self.pid = pid

    def open(self, url: str) -> None:
        """Go to a page and wait until it has loaded."""
        self._marionette.navigate(url)

    @property
    def url(self) -> str:
        """Where it is."""
        return str(self._marionette.get_url())

    @property
    def title(self) -> str:
        """What the tab is called."""
        return str(self._marionette.title)

    @property
    def source(self) -> str:
        """The page as it stands."""
        return str(self._marionette.page_source)

    def run(self, script: str, *arguments: object) -> Any:  # noqa: ANN401  # whatever the script returns
        """Run a function's body on the document, even where script is forbidden."""
        return self._marionette.execute_script(
            script, script_args=list(arguments), sandbox="system"
        )

    def await_(self, script: str, *arguments: object, seconds: float) -> Any:  # noqa: ANN401  # whatever the script returns
        """Run the body of an asynchronous function in the page, and wait for it."""
        self._marionette.timeout.script = seconds
        # The page's own world: `wrappedJSObject`s would be slower by far.
        return self._marionette.execute_script(
            f"return (async () => {{ {script} }})()",
            script_args=list(arguments),
            sandbox=None,
            new_sandbox=False,
        )

    def fill(self, selector: str, text: str) -> None:
        """Type into a field, in place of what stands there."""
        field = self._find(selector)
        field.clear()
        field.send_keys(text)

    def choose_file(self, selector: str, path: Path) -> None:
        """Choose a file, as its dialog would."""
        self._find(selector).send_keys(str(path))

    def click(self, selector: str) -> None:
        """Press; a link or a form is followed to its end."""
        self._find(selector).click()

    def press_enter(self) -> None:
        """Press Enter where the focus is."""
        keys = ActionSequence(self._marionette, "key", "keyboard")
        keys.send_keys("\ue007").perform()

    def shown(self, selector: str) -> str:
        """Wait until a part of the page can be seen.

        Returns:
            Its words.

        Raises:
            TimeoutError: It stays away.
        """
        give_up = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < give_up:
            found = self._marionette.find_elements("css selector", selector)
            if found and found[0].is_displayed():
                return str(found[0].text)
            time.sleep(_POLL_SECONDS)
        raise TimeoutError(f"{selector} is not shown at {self.url}")

    def is_shown(self, selector: str) -> bool:
        """Tell whether a part of the page can be seen now."""
        found = self._marionette.find_elements("css selector", selector)
        return bool(found) and bool(found[0].is_displayed())

    def forget_cookies(self) -> None:
        """Drop what the last visit left."""
        self._marionette.delete_all_cookies()

    def picture(self) -> bytes:
        """Return the whole page as a PNG."""
        return base64.b64decode(self._marionette.screenshot(full=True))

    def _find(self, selector: str) -> Any:  # noqa: ANN401  # the driver has no types
        return self._marionette.find_element("css selector", selector)


@contextmanager
def firefox(
    level: Level, preferences: Preferences = MappingProxyType({})
) -> Iterator[Firefox]:
    """Run a browser with an empty profile until the block ends."""
    port = _free_port()
    settings = {**_QUIET, **_TOR_BROWSER, **level.preferences, **preferences}
    settings["marionette.port"] = port
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        lines = (
            f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
            for name, value in settings.items()
        )
        (Path(profile) / "user.js").write_text("".join(lines))
        process = subprocess.Popen(
            [
                PROGRAM,
                *("--headless", "--marionette", "--no-remote"),
                *("--profile", profile),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={
                "PATH": os.defpath,
                "HOME": profile,
                "MOZ_CRASHREPORTER_DISABLE": "1",
            },
        )
        try:
            _wait(port)
            marionette = Marionette(host="127.0.0.1", port=port)
            marionette.start_session()
            try:
                yield Firefox(marionette, process.pid)
            finally:
                marionette.delete_session()
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait(port: int) -> None:
    give_up = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > give_up:
                raise
            time.sleep(_POLL_SECONDS)
        else:
            return
