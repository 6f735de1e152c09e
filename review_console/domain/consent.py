"""What the reporter allows, when they said it more than once.

A mailbox may hold several reports of one reporter: sent again after a lost
answer, or with more in it. What counts is the strictest of all: nothing leaves
that any of them forbids.
"""

from collections.abc import Sequence
from typing import Final

from protocol.report import Consent, ConsentTo

_ALLOWS: Final = {
    ConsentTo.ANY: frozenset({"agency", "journalists"}),
    ConsentTo.AGENCY: frozenset({"agency"}),
    ConsentTo.JOURNALISTS: frozenset({"journalists"}),
    ConsentTo.NONE: frozenset[str](),
}


def strictest(consents: Sequence[Consent]) -> Consent:
    """Take of each answer the one that allows least.

    Args:
        consents: Of verified reports; none allows nothing.

    Returns:
        To whom all of them agree, secrecy if any asks for it, and everything
        that any of them excludes.
    """
    if not consents:
        return Consent(to=ConsentTo.NONE, secrecy=True, do_not_use="")
    allowed = frozenset.intersection(*(_ALLOWS[each.to] for each in consents))
    excluded = dict.fromkeys(each.do_not_use for each in consents if each.do_not_use)
    return Consent(
        to=next(to for to, kinds in _ALLOWS.items() if kinds == allowed),
        secrecy=any(each.secrecy for each in consents),
        do_not_use="\n".join(excluded),
    )
