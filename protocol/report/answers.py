"""What a reporter answered, and what use of it they consent to.

Spec: docs/protocol.md §1.3 (`answers`, `consent`).

Rules:
* Nothing but the text has to be answered; an absent member means "not asked or
  not answered", which is not the same as "I do not know".
* Nothing here appears in a `repr`.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from protocol.errors import MalformedError
from protocol.strict_json import Members

ANSWER_LIMIT_CHARACTERS: Final = 2_000


class Ongoing(Enum):
    """Does it go on?"""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Source(Enum):
    """How the reporter knows."""

    TOOK_PART = "took_part"
    SAW = "saw"
    TOLD = "told"
    HEARD = "heard"
    DOCUMENTS = "documents"


class Knowers(Enum):
    """How many could know it: how easily the reporter is guessed."""

    PUBLIC = "public"
    MORE_THAN_5 = "more_than_5"
    TWO_TO_5 = "2_to_5"
    ONLY_REPORTER = "only_reporter"
    UNKNOWN = "unknown"


class Paid(Enum):
    """Did the reporter pay a bribe?"""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class ConsentTo(Enum):
    """To whom the report may be referred."""

    AGENCY = "agency"
    JOURNALISTS = "journalists"
    ANY = "any"
    NONE = "none"


_TEXTS: Final = ("category", "region", "institution", "place", "period", "amount")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Answers:
    """The form's optional answers; `None` is "not answered"."""

    category: str | None = None
    """Id of the catalogue, perhaps of a newer one than ours."""

    region: str | None = None
    """KATO code."""

    institution: str | None = None
    place: str | None = None
    period: str | None = None
    amount: str | None = None
    """Free text: "about two million"."""

    ongoing: Ongoing | None = None
    source: Source | None = None
    knowers: Knowers | None = None
    paid: Paid | None = None

    def __post_init__(self) -> None:
        """Refuse texts that the format has no room for.

        Raises:
            MalformedError: A text has more than 2,000 characters.
        """
        for name in _TEXTS:
            value: str | None = getattr(self, name)
            if value is not None and len(value) > ANSWER_LIMIT_CHARACTERS:
                raise MalformedError(f"{name}_too_long")

    def to_members(self) -> dict[str, object]:
        """Give the JSON object, with what was answered alone."""
        texts = {name: getattr(self, name) for name in _TEXTS}
        choices = {
            name: choice.value
            for name, choice in (
                ("ongoing", self.ongoing),
                ("source", self.source),
                ("knowers", self.knowers),
                ("paid", self.paid),
            )
            if choice is not None
        }
        return {
            name: text for name, text in texts.items() if text is not None
        } | choices

    @classmethod
    def take(cls, members: Members) -> "Answers":
        """Read the JSON object; raises `MalformedError`."""
        limit = ANSWER_LIMIT_CHARACTERS
        answers = cls(
            category=members.optional_string("category", limit_characters=limit),
            region=members.optional_string("region", limit_characters=limit),
            institution=members.optional_string("institution", limit_characters=limit),
            place=members.optional_string("place", limit_characters=limit),
            period=members.optional_string("period", limit_characters=limit),
            amount=members.optional_string("amount", limit_characters=limit),
            ongoing=members.optional_choice("ongoing", Ongoing),
            source=members.optional_choice("source", Source),
            knowers=members.optional_choice("knowers", Knowers),
            paid=members.optional_choice("paid", Paid),
        )
        members.finish()
        return answers


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Consent:
    """What the reporter allows."""

    to: ConsentTo
    secrecy: bool
    """Given on condition that nobody learns who gave it."""

    do_not_use: str
    """What must not be used or passed on; may be empty."""

    def to_members(self) -> dict[str, object]:
        """Give the JSON object."""
        return {
            "to": self.to.value,
            "secrecy": self.secrecy,
            "do_not_use": self.do_not_use,
        }

    @classmethod
    def take(cls, members: Members, *, limit_characters: int) -> "Consent":
        """Read the JSON object; raises `MalformedError`."""
        consent = cls(
            to=members.choice("to", ConsentTo),
            secrecy=members.boolean("secrecy"),
            do_not_use=members.string("do_not_use", limit_characters=limit_characters),
        )
        members.finish()
        return consent
