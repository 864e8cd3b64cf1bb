"""What can go wrong between us and the API server."""

from __future__ import annotations


class AccessError(Exception):
    """We do not know which API server to talk to, or as whom; the text says what to do."""


class ApiError(Exception):
    """An answer other than success. `reason` and `message` are the server's.

    `retry_after`: seconds the server asks us to wait, None if it does not say.
    """

    def __init__(self, status: int, reason: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(f"{status} {reason}: {message}" if status else f"{reason}: {message}")
        self.status = status
        self.reason = reason
        self.message = message
        self.retry_after = retry_after

    @property
    def certain(self) -> bool:
        """Whether a write that ended in this error certainly was not applied."""
        return 400 <= self.status < 500 and self.status != 408


class Unreachable(ApiError):
    """No answer: a timeout or a lost connection. A write may have been applied or not."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(0, reason, message)


class NotAllowed(ApiError):
    """A write that was not sent, because we may not write any more (another leader may exist)."""

    def __init__(self) -> None:
        super().__init__(0, "NotLeading", "not sent: this process may not write now")

    @property
    def certain(self) -> bool:
        return True
