"""The tables, and so the list of what stands in clear on the console's disk.

In clear: accounts (name, role, public keys, membership, the days on which they came
and left, the last notice they have read), public keys of the organisation,
directories, destinations; of a sealed file its mailbox, day, size, SHA-256, state,
why it is unreadable and who tried it in vain; of a case its number, mailbox, day and
state, how many entries its thread has, who was granted it and how far they
read, and whether its key must be replaced; which keys the recovery identity
opens; of a reply its number, day, author and delivery; of a referral its state,
who proposed and approved it and when, the approver's signature and the
manifest's SHA-256; the audit entries; the counts of each sync; of an intake
identity whose it is, its public half, its certificate and when it was destroyed;
when keys were last published, and what went wrong.

Encrypted under the case key: title, language, category, region, consent, the
reporter's keys, report and messages, whether they are verified, file keys,
replies, where a referral goes and what it says.
"""

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

ID_LENGTH: Final = 32
HASH_LENGTH: Final = 64
MOMENT_LENGTH: Final = 20
"""``YYYY-MM-DDThh:mm:ssZ``: sorts as text, the same on every database."""

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    },
)

accounts: Final = Table(
    "accounts",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("name", Text, nullable=False),
    Column("folded_name", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("signing_key", Text, nullable=False),
    Column("sealed_vault", LargeBinary, nullable=False),
    Column("created_on", Date, nullable=False),
    Column("membership", Text),
    Column("next_membership", Text),
    Column("newest_totp_step", Integer, nullable=False),
    Column("closed_on", Date),
    Column("notices_seen", Integer, nullable=False, server_default="0"),
)

organisation_keys: Final = Table(
    "organisation_keys",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("public_key", Text, nullable=False),
    Column("endorsement", Text),
    Column("is_stale", Boolean, nullable=False, server_default=false()),
)

organisation_key_grants: Final = Table(
    "organisation_key_grants",
    metadata,
    Column("kind", ForeignKey(organisation_keys.c.kind), primary_key=True),
    Column("account_id", ForeignKey(accounts.c.id), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

directories: Final = Table(
    "directories",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("directory", LargeBinary, nullable=False),
    Column("signature", Text, nullable=False),
    Column("cross_signature", Text),
    Column("is_published", Boolean, nullable=False),
)

intake_identities: Final = Table(
    "intake_identities",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("account_id", ForeignKey(accounts.c.id), nullable=False, index=True),
    Column("recipient", Text, nullable=False),
    Column("not_before", String(MOMENT_LENGTH), nullable=False),
    Column("not_after", String(MOMENT_LENGTH), nullable=False),
    Column("certificate", LargeBinary, nullable=False),
    Column("signature", Text, nullable=False),
    Column("destroyed_on", Date),
)

publications: Final = Table(
    "publications",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("tried_at", String(MOMENT_LENGTH), nullable=False),
    Column("trouble", Text),
    Column("clean_at", String(MOMENT_LENGTH)),
    Column("identities_sha256", String(HASH_LENGTH), nullable=False),
)

deposits: Final = Table(
    "deposits",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("mailbox", String(ID_LENGTH), nullable=False),
    Column("received_on", Date, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("sha256", String(HASH_LENGTH), nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("reason", Text),
    Column("narrowed", Boolean, nullable=False),
)

deposits_tried: Final = Table(
    "deposits_tried",
    metadata,
    Column("deposit_id", ForeignKey(deposits.c.id), primary_key=True),
    Column("account_id", ForeignKey(accounts.c.id), primary_key=True),
)

cases: Final = Table(
    "cases",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("mailbox", String(ID_LENGTH), nullable=False, unique=True),
    Column("received_on", Date, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("newest_position", Integer, nullable=False),
    Column("sealed_title", LargeBinary, nullable=False),
    Column("sealed_facts", LargeBinary, nullable=False),
    Column("key_is_stale", Boolean, nullable=False, server_default=false()),
    Column("reply_floor", Integer, nullable=False, server_default="0"),
)

case_grants: Final = Table(
    "case_grants",
    metadata,
    Column("case_id", ForeignKey(cases.c.id), primary_key=True),
    Column("account_id", ForeignKey(accounts.c.id), primary_key=True),
    Column("sealed", LargeBinary),
    Column("under_vault", LargeBinary),
    Column("seen_position", Integer, nullable=False),
    Index(None, "account_id"),
)

recovery_grants: Final = Table(
    "recovery_grants",
    metadata,
    Column("name", Text, primary_key=True),
    Column("recipient_sha256", String(HASH_LENGTH), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

messages: Final = Table(
    "messages",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("case_id", ForeignKey(cases.c.id), nullable=False),
    Column("deposit_id", ForeignKey(deposits.c.id), nullable=False, unique=True),
    Column("position", Integer, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("sealed_report", LargeBinary, nullable=False),
    Column("sealed_verified", LargeBinary, nullable=False),
    Column("sealed_file_key", LargeBinary, nullable=False),
    UniqueConstraint("case_id", "position"),
)

replies: Final = Table(
    "replies",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("case_id", ForeignKey(cases.c.id), nullable=False),
    Column("mailbox", String(ID_LENGTH), nullable=False),
    Column("number", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("author_id", ForeignKey(accounts.c.id)),
    Column("written_on", Date, nullable=False),
    Column("sealed_text", LargeBinary, nullable=False),
    Column("sealed_state", LargeBinary, nullable=False),
    Column("sealed_reply", LargeBinary),
    Column("delivery", Text, nullable=False, index=True),
    UniqueConstraint("case_id", "number"),
    UniqueConstraint("case_id", "position"),
)

destinations: Final = Table(
    "destinations",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("institution", Text),
    Column("name_kk", Text, nullable=False),
    Column("name_ru", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("added_on", Date, nullable=False),
)

referrals: Final = Table(
    "referrals",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("case_id", ForeignKey(cases.c.id), nullable=False, index=True),
    Column("state", Text, nullable=False, index=True),
    Column("proposed_by", ForeignKey(accounts.c.id), nullable=False),
    Column("proposed_at", String(MOMENT_LENGTH), nullable=False),
    Column("approved_by", ForeignKey(accounts.c.id)),
    Column("approved_at", String(MOMENT_LENGTH)),
    Column("approval", Text),
    Column("manifest_sha256", String(HASH_LENGTH), nullable=False),
    Column("sealed_content", LargeBinary, nullable=False),
    Column("sealed_manifest", LargeBinary, nullable=False),
    Column("exported_at", String(MOMENT_LENGTH)),
)

audit: Final = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("at", String(MOMENT_LENGTH), nullable=False),
    Column("by", String(ID_LENGTH)),
    Column("subject", String(ID_LENGTH)),
    Column("case_id", String(ID_LENGTH), index=True),
    Column("state", Text),
    Column("sha256", String(HASH_LENGTH)),
    Column("chain", String(HASH_LENGTH), nullable=False),
)

sync_runs: Final = Table(
    "sync_runs",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", String(MOMENT_LENGTH), nullable=False),
    Column("arrived", Integer, nullable=False),
    Column("opened", Integer, nullable=False),
    Column("unreadable", Integer, nullable=False),
    Column("replies_sent", Integer, nullable=False),
)
