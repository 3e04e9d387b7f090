"""Trouble of our own: what kept us from judging. Broken input of the user's is a Finding instead."""


class GuardError(Exception):
    """We could not judge. `message` says what is wrong and where, `hint` what to do about it."""

    status = 3

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(GuardError):
    """The command, an option or the policy is wrong: exit status 2."""

    status = 2


class PolicyError(UsageError):
    """The policy file is invalid; it never falls back to a default in silence."""


class GitError(GuardError):
    """Git is missing, failed, or lacks the objects that the judgement needs."""
