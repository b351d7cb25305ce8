"""What can be wrong with what somebody asks for, said so that they can mend it.

Raised by the write path, caught only at an edge: the middleware for pages, the exception handler for the API, the
commands for the shell.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault: the field it is in, what is wrong, and what mends it."""

    field: str
    problem: str
    mend: str = ""

    def __str__(self) -> str:
        said = f"{self.field}: {self.problem}" if self.field else self.problem
        return f"{said} ({self.mend})" if self.mend else said

    @property
    def sentence(self) -> str:
        """The fault and its mend as a page says them, to people who know no names of fields."""
        return " ".join(f"{said[:1].upper()}{said[1:]}." for said in (self.problem, self.mend) if said)


class HandoffError(Exception):
    """Something that was asked for and cannot be done. `status` is its HTTP status."""

    status = 400

    def __init__(self, *errors: FieldError) -> None:
        super().__init__("; ".join(str(error) for error in errors))
        self.errors = errors

    @property
    def in_words(self) -> str:
        """All faults, in sentences."""
        return " ".join(error.sentence for error in self.errors)


class Invalid(HandoffError):
    """What was sent is wrong in itself."""


class Conflict(HandoffError):
    """What was sent cannot be done as things stand now: somebody was faster, or a stage may not follow."""

    status = 409


class Forbidden(HandoffError):
    """The user may read it and not change it."""

    status = 403
