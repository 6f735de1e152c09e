"""Signed requests of the sync channel: docs/protocol.md §6, RFC 9421, RFC 9530."""

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.independent_reader.refusal import RefusedError

_COMPONENTS = {"@method", "@target-uri", "content-digest"}
_INPUT = re.compile(r'sync=(\((?:"[a-z@-]+" ?)+\)(?:;[a-z]+=(?:"[^"]*"|\d+))*)')
_SIGNATURE = re.compile(r"sync=:([A-Za-z0-9+/=]+):")


def verify_request(  # noqa: PLR0913 - a request has these parts
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    key: bytes,
    now: datetime,
) -> None:
    """Refuse what the sync key did not sign just now."""
    fields = {name.lower(): value for name, value in headers.items()}
    found = _INPUT.fullmatch(fields.get("signature-input", ""))
    encoded = _SIGNATURE.fullmatch(fields.get("signature", ""))
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    values = {
        "@method": method,
        "@target-uri": url,
        "content-digest": f"sha-256=:{digest}:",
    }
    if not found or not encoded or fields.get("content-digest") not in values.values():
        raise RefusedError("unverified_request")
    covered = re.findall(r'"([a-z@-]+)"', found[1].partition(")")[0])
    parameters = dict(re.findall(r';([a-z]+)=("[^"]*"|\d+)', found[1]))
    if sorted(covered) != sorted(_COMPONENTS) or not _are_ours(parameters, now):
        raise RefusedError("unverified_request")
    lines = [f'"{name}": {values[name]}' for name in covered]
    base = "\n".join([*lines, f'"@signature-params": {found[1]}'])
    try:
        signature = base64.b64decode(encoded[1], validate=True)
        Ed25519PublicKey.from_public_bytes(key).verify(signature, base.encode())
    except (ValueError, InvalidSignature):
        raise RefusedError("unverified_request") from None


def _are_ours(parameters: Mapping[str, str], now: datetime) -> bool:
    created = parameters.get("created", "")
    if parameters.keys() - {"alg"} != {"created", "keyid"} or not created.isdigit():
        return False
    is_near = abs(now.timestamp() - int(created)) <= 60
    is_ed25519 = parameters.get("alg", '"ed25519"') == '"ed25519"'
    return is_near and is_ed25519 and parameters["keyid"] == '"sync"'
