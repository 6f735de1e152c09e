"""Brings the database to the shape that this version needs."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

_SCRIPTS: Final = Path(__file__).parent.parent / "migrations"


def migrate(engine: Engine) -> None:
    """Run every migration that is missing."""
    settings = _settings()
    settings.attributes["engine"] = engine
    command.upgrade(settings, "head")


def is_migrated(engine: Engine) -> bool:
    """Tell whether nothing is missing."""
    head = ScriptDirectory.from_config(_settings()).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def _settings() -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(_SCRIPTS))
    return settings
