"""What the tests of reports share: drafts, keys, and sealed files."""

import io
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from hypothesis import strategies as st

from crypto.age import HybridIdentity
from crypto.entropy import system_entropy
from protocol.codename import Codename
from protocol.languages import Language
from protocol.mailbox import OrganisationId, ReporterKeys
from protocol.report import (
    Answers,
    Consent,
    ConsentTo,
    Kind,
    Knowers,
    Ongoing,
    Paid,
    ReportDraft,
    ReportReader,
    ReportWriter,
    SealedBy,
    Source,
    is_blank,
)

REVIEWER = HybridIdentity.from_seed(b"r" * 32)
RECOVERY = HybridIdentity.from_seed(b"s" * 32)
STRANGER = HybridIdentity.from_seed(b"t" * 32)
KEYS = ReporterKeys.derive(Codename(b"codename 123"), OrganisationId(b"o" * 32))
OTHER_KEYS = ReporterKeys.derive(Codename(b"codename 456"), OrganisationId(b"o" * 32))

DRAFT = ReportDraft(
    kind=Kind.REPORT,
    number=1,
    sealed_by=SealedBy.SERVER,
    language=Language.KK,
    text="Әкім пара сұрады.",
    answers=Answers(category="bribe_taking", paid=Paid.NO),
    consent=Consent(to=ConsentTo.ANY, secrecy=True, do_not_use=""),
    reply_to=KEYS.identity.recipient,
    message_key=KEYS.signing_key.verification_key,
    token_hash=KEYS.token.token_hash,
    mailbox=KEYS.mailbox,
    directory_version=1,
)
MESSAGE = replace(DRAFT, kind=Kind.MESSAGE, number=2, answers=Answers(), consent=None)

FILES = {"фото.jpg": b"\xff\xd8 photo" * 20, "акт.pdf": b"%PDF"}

_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_ANSWERS = st.builds(
    Answers,
    category=st.none() | _TEXT,
    region=st.none() | _TEXT,
    institution=st.none() | _TEXT,
    place=st.none() | _TEXT,
    period=st.none() | _TEXT,
    amount=st.none() | _TEXT,
    ongoing=st.none() | st.sampled_from(Ongoing),
    source=st.none() | st.sampled_from(Source),
    knowers=st.none() | st.sampled_from(Knowers),
    paid=st.none() | st.sampled_from(Paid),
)
_CONSENTS = st.builds(
    Consent, to=st.sampled_from(ConsentTo), secrecy=st.booleans(), do_not_use=_TEXT
)

DRAFTS = st.builds(
    partial(replace, DRAFT),
    sealed_by=st.sampled_from(SealedBy),
    language=st.sampled_from(Language),
    text=_TEXT.filter(lambda text: not is_blank(text)),
    answers=_ANSWERS,
    consent=_CONSENTS,
    directory_version=st.integers(1, 2**53 - 1),
)
"""Any report without its attachments."""

ATTACHMENTS = st.lists(st.tuples(st.text(), st.text(), st.binary()), max_size=4)
"""Untrusted names and media types, and the files' bytes."""


def seal(draft: ReportDraft = DRAFT, files: Mapping[str, bytes] = FILES) -> bytes:
    """Seal a draft with files to reviewer and recovery."""
    destination = io.BytesIO()
    recipients = [REVIEWER.recipient, RECOVERY.recipient]
    with ReportWriter(
        destination, recipients, entropy=system_entropy, kind=draft.kind
    ) as writer:
        for name, data in files.items():
            writer.begin_attachment(name, "image/jpeg")
            writer.write(data)
            writer.end_attachment()
        writer.finish(draft, KEYS.signing_key)
    return destination.getvalue()


def open_sealed(sealed: bytes, identity: HybridIdentity = REVIEWER) -> ReportReader:
    """Open a sealed report that came under the reporter's mailbox."""
    return ReportReader(io.BytesIO(sealed), [identity], came_under=KEYS.mailbox)
