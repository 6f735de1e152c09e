"""Whether the audit entries are all there, unchanged."""

from dataclasses import dataclass

from review_console.services.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAudit:
    """The operator follows the chain from the first entry to the last.

    Whoever can write the database can write a whole new chain; this finds what was
    changed or cut out in the middle.
    """

    store: Store

    def __call__(self) -> bool:
        """Tell whether every entry's hash follows from the one before."""
        with self.store.begin() as unit:
            return unit.audit.is_intact()
