"""Wires stores, services and views into one Flask app.

Nothing here decides anything; it says which part gets which.
"""

from functools import partial
from typing import Final

from flask import Flask

from crypto.age import sealed_length
from crypto.entropy import Entropy
from crypto.records import KEY_BYTES
from intake.config import Config
from intake.domain.clock import Clock
from intake.services.deposits import AcknowledgeDeposits, ListDeposits
from intake.services.directory import CurrentDirectory
from intake.services.mailbox import DeleteMailbox, KeepReply, ReadMailbox
from intake.services.replies import ReadReplies
from intake.services.sealed_file import TakeSealedFile
from intake.services.sealing import SealReport
from intake.services.upload import ReceiveUpload
from intake.storage.database import connect
from intake.storage.deposits import Deposits, Recovery, Uploads
from intake.storage.directory_files import DirectoryFiles
from intake.storage.group_commit import GroupCommit
from intake.storage.migrate import is_migrated
from intake.storage.replies import Replies
from intake.storage.room import Room
from intake.storage.sealed_files import SealedFiles
from intake.web import (
    directory,
    mailbox,
    offline,
    replies,
    report,
    sealed_file,
    static,
    sync,
    uploads,
)
from intake.web.body_watch import BodyWatch
from intake.web.errors import QuietFlask, install_errors
from intake.web.headers import with_table
from intake.web.pages import Pages
from intake.web.routing import install_guard
from intake.web.services import EXTENSION, Services
from intake.web.session import SealedCookies
from intake.web.session_keys import SessionKeys
from intake.web.traps import Origins, install_traps
from protocol.report import HEADER_LIMIT_BYTES

SECRET_BYTES: Final = 32
RECOVERY: Final = "debunker_intake_recovery"
ENGINE: Final = "debunker_intake_engine"
MIGRATED: Final = "debunker_intake_migrated"


def create_app(config: Config, *, clock: Clock, entropy: Entropy) -> Flask:
    """Make the app; the database must have been migrated.

    Args:
        config: The installation's settings.
        clock: Tells the time.
        entropy: Draws ids, nonces, codenames and the session key.

    Returns:
        A WSGI app. `app.extensions[RECOVERY]()` must run before it serves;
        `app.extensions[ENGINE].dispose()` before a process that used it forks.
    """
    engine = connect(config.database)
    files = SealedFiles(config.data)
    files.prepare()
    commits = GroupCommit(engine)
    room = Room(engine, (files.uploads,), quota_bytes=config.quota_bytes)
    deposits = Deposits(engine, commits, files, room)
    uploads_store = Uploads(engine, commits, files, room)
    replies_store = Replies(engine, commits)
    current = CurrentDirectory(
        DirectoryFiles(config.directory, config.data), root=config.root_key, clock=clock
    )
    sealed_limit_bytes = sealed_length(
        config.limit_bytes, header_bytes=HEADER_LIMIT_BYTES
    )
    offline_pages = offline.read_offline_pages(config.offline_pages)
    pages = Pages(
        root_key=str(config.root_key),
        limit_bytes=config.limit_bytes,
        has_offline_pages=bool(offline_pages),
    )
    services = Services(
        clock=clock,
        entropy=entropy,
        pages=pages,
        body_watch=BodyWatch(),
        directory=current,
        seal_report=SealReport(
            deposits=deposits,
            directory=current,
            clock=clock,
            entropy=entropy,
            limit_bytes=config.limit_bytes,
        ),
        receive_upload=ReceiveUpload(
            deposits=deposits,
            uploads=uploads_store,
            directory=current,
            clock=clock,
            entropy=entropy,
            limit_bytes=sealed_limit_bytes,
        ),
        take_sealed_file=TakeSealedFile(
            deposits=deposits,
            directory=current,
            clock=clock,
            entropy=entropy,
            limit_bytes=sealed_limit_bytes,
        ),
        read_mailbox=ReadMailbox(
            replies=replies_store, deposits=deposits, entropy=entropy
        ),
        read_replies=ReadReplies(
            replies=replies_store, deposits=deposits, directory=current
        ),
        delete_mailbox=DeleteMailbox(replies=replies_store),
        keep_reply=KeepReply(replies=replies_store),
        list_deposits=ListDeposits(
            deposits=deposits, uploads=uploads_store, clock=clock
        ),
        acknowledge_deposits=AcknowledgeDeposits(deposits=deposits),
        deposit_reader=deposits,
        sync_key=config.sync_key,
        sync_origin=config.sync_origin,
    )
    app = _flask(services, entropy, offline_pages)
    install_traps(app, Origins(config.origins))
    install_guard(app)
    app.extensions[RECOVERY] = Recovery(engine, files, uploads_store, clock=clock)
    app.extensions[MIGRATED] = partial(is_migrated, engine)
    app.extensions[ENGINE] = engine
    return app


def _flask(
    services: Services, entropy: Entropy, offline_pages: offline.OfflinePages
) -> Flask:
    app = QuietFlask("intake", static_folder=None, template_folder=None)
    # Signs CSRF tokens; lives as long as this server, like the sessions.
    app.secret_key = entropy(SECRET_BYTES)
    # A token is as old as its session, which ends after 30 minutes.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.session_interface = SealedCookies(
        SessionKeys(entropy(KEY_BYTES), now=services.clock.now()),
        clock=services.clock,
        entropy=entropy,
    )
    app.extensions[EXTENSION] = services
    for module in (directory, mailbox, replies, report, sealed_file, sync, uploads):
        app.register_blueprint(module.blueprint)
    app.register_blueprint(static.make_blueprint(services.pages))
    app.register_blueprint(offline.make_blueprint(offline_pages))
    install_errors(app)
    app.wsgi_app = with_table(app.wsgi_app)  # type: ignore[assignment,method-assign]  # Flask's own advice
    return app
