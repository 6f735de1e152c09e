"""The one error of the reader."""


class RefusedError(Exception):
    """What was read is not to be believed; `.reason` is of the document's §11."""

    def __init__(self, reason: str) -> None:
        """Take one of the document's reasons."""
        super().__init__(reason)
        self.reason = reason
