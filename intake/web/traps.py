"""Ways of reaching us that endanger whoever uses them; each gets a page that says so.

Spec: docs/adr/0022.

* An *intermediary*: a tor2web-like proxy, or any name that is not ours. It reads
  everything, in both directions.
* A *readable* line: http on the web.
* A *frame*: a page around ours sees where one clicks, and can lie over what we show.

Rules:
* A trap ends the request before anything of it is read, whatever it asks for; the
  console's own, which are signed, are left alone.
* Nobody's word makes a request safer: what a proxy says can only end it. Whoever
  lies to us about their own line has harmed nobody but themselves.
"""

import re
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.datastructures import Headers

from intake.web.errors import error_answer, is_for_programs, language_of
from intake.web.headers import ask_for_frame_table
from intake.web.services import services

_STYLE: Final = frozenset({"/static/intake.css", "/static/icon.svg"})
"""What the page of a trap itself is made of."""

_CONSOLE: Final = "/sync/"
_INSIDE_ONION_NAME: Final = re.compile(r"\.onion\.", re.IGNORECASE)
_FRAMES: Final = frozenset({"embed", "fencedframe", "frame", "iframe", "object"})
_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}


class Trap(Enum):
    """What is wrong with the way a request came; the value names its page's words."""

    INTERMEDIARY = "intermediary"
    READABLE = "readable"
    FRAMED = "framed"


@dataclass(frozen=True, slots=True)
class Origins:
    """Where reporters reach us: `https://report.example`, `http://….onion`."""

    own: tuple[str, ...] = ()
    """None if the installation has not said so; then every name is taken for ours."""

    @property
    def onions(self) -> tuple[str, ...]:
        """The safest first."""
        return tuple(origin for origin in self.own if _is_onion(_host(origin)))

    @property
    def web(self) -> tuple[str, ...]:
        """For whom has no Tor Browser."""
        return tuple(origin for origin in self.own if origin not in self.onions)

    def trap_of(self, host: str, headers: Headers) -> Trap | None:
        """Say what is wrong with a request, if anything.

        Args:
            host: Its `Host`, perhaps with a port.
            headers: All of them.

        Returns:
            The most dangerous trap; None if there is none.
        """
        host = host.lower()
        if "X-Tor2web" in headers or _INSIDE_ONION_NAME.search(host):
            return Trap.INTERMEDIARY
        ours = {_authority(origin): urlsplit(origin).scheme for origin in self.own}
        scheme = ours.get(host.removesuffix(":443").removesuffix(":80"))
        if ours and scheme is None:
            return Trap.INTERMEDIARY
        if _is_readable(scheme, host, headers):
            return Trap.READABLE
        if headers.get("Sec-Fetch-Dest") in _FRAMES:
            return Trap.FRAMED
        return None


def install_traps(app: Flask, origins: Origins) -> None:
    """Look at every request before anything else does.

    Args:
        app: Whose requests.
        origins: Where reporters reach us.
    """

    def look() -> Response | None:
        if request.path in _STYLE or request.path.startswith(_CONSOLE):
            return None
        trap = origins.trap_of(request.headers.get("Host", ""), request.headers)
        return None if trap is None else _answer(trap, origins)

    app.before_request(look)


def _answer(trap: Trap, origins: Origins) -> Response:
    if is_for_programs(request.path):
        return error_answer(HTTPStatus.FORBIDDEN, f"refused: {trap.value}")
    if trap is Trap.FRAMED:
        # Else the browser would show its own words instead of ours.
        ask_for_frame_table(request.environ)
    language = language_of(request.path)
    page = services().pages.render(
        language,
        "trap.html",
        trap=trap.value,
        origins=origins,
        page="",
        organisation="",
    )
    return Response(page, HTTPStatus.FORBIDDEN)


def _is_readable(scheme: str | None, host: str, headers: Headers) -> bool:
    """Tell whether a proxy took the request over http, on the web.

    Returns:
        True also where the proxy of a web origin says nothing: such a one would let
        every readable line pass.
    """
    said = headers.get("X-Forwarded-Proto")
    if scheme == "https":
        return said != "https"
    return said == "http" and not _is_onion(host.partition(":")[0])


def _authority(origin: str) -> str:
    parts = urlsplit(origin)
    return parts.netloc.lower().removesuffix(_DEFAULT_PORTS[parts.scheme])


def _host(origin: str) -> str:
    return urlsplit(origin).hostname or ""


def _is_onion(host: str) -> bool:
    return host.endswith(".onion")
