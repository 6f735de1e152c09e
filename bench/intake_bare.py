"""The intake's server with a handler that only reads: the limit to compare with."""

import argparse
from collections.abc import Callable, Iterable
from typing import Any

from intake.server.quiet import QuietServer
from intake.web.body import READ_BYTES

Start = Callable[[str, list[tuple[str, str]]], object]


def read_only(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    """Read the body as the form does, and forget it."""
    rest = int(environ.get("CONTENT_LENGTH") or 0)
    while rest > 0:
        piece = environ["wsgi.input"].read(min(READ_BYTES, rest))
        if not piece:
            break
        rest -= len(piece)
    start("204 No Content", [])
    return []


class BareServer(QuietServer):
    """The same server around another handler."""

    def load(self) -> Any:  # noqa: ANN401  # any WSGI app
        """Return the handler."""
        return read_only


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bind", required=True)
    BareServer(parser.parse_args().bind, workers=1).run()
