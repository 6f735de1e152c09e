"""One vector: what goes in, and what must come out or be refused."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

VECTORS = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A vector; its file is `<folder>/<name>.json`."""

    folder: str
    name: str
    """What is special, or wrong, about it."""

    description: str
    given: dict[str, Any]
    expected: dict[str, Any] | None = None
    """What must come out; `None` where it must be refused."""

    reason: str | None = None
    """Id of the error that must refuse it; `None` where it must not."""

    sealed: bytes | None = field(default=None, repr=False)
    """Content of `<name>.age` beside it, for cases that need a sealed file."""

    @property
    def path(self) -> Path:
        """Where the case is kept."""
        return VECTORS / self.folder / f"{self.name}.json"

    def to_text(self) -> str:
        """Write the file's content."""
        content: dict[str, Any] = {"description": self.description}
        content |= {"given": self.given, "reason": self.reason}
        if self.expected is not None:
            content["expected"] = self.expected
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a case back from its file."""
        content = json.loads(path.read_text(encoding="utf-8"))
        sealed = path.with_suffix(".age")
        return cls(
            folder=path.parent.name,
            name=path.stem,
            description=content["description"],
            given=content["given"],
            expected=content.get("expected"),
            reason=content["reason"],
            sealed=sealed.read_bytes() if sealed.exists() else None,
        )


def load_cases(folder: str) -> list[Case]:
    """Read all cases of a folder, by name."""
    return [Case.load(path) for path in sorted((VECTORS / folder).glob("*.json"))]
