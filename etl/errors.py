"""Errors named by what to do next.

Airflow's retry policy, the command line's exit code and the tests all read these classes; nothing else
decides whether a failure is worth another try.
"""


class EventwireError(Exception):
    """Base of every error that Eventwire raises on purpose.

    The message says what went wrong and, after it, what to do next.
    """

    exit_code = 1


class RetryLater(EventwireError):
    """Passing trouble (a host that is down, a lock that is held): the same call may work later."""


class GiveUp(EventwireError):
    """Trying again cannot help (a refused URL, a table of a newer version)."""


class SetAside(EventwireError):
    """One row or document is unusable; it is set aside with this reason and the rest goes on.

    Attributes:
        reason: machine-readable, lower snake case, for example ``no_text``.
    """

    def __init__(self, reason: str, message: str = "") -> None:
        super().__init__(message or reason)
        self.reason = reason


class Misconfigured(EventwireError):
    """A setting, file or argument is wrong: a person has to change it before anything can run."""

    exit_code = 2
