"""Errors meant for the person at the keyboard: what is wrong, where, and what to do next."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pydantic import ValidationError

UNKNOWN_KEY: Final = "unknown key"

# What a setting of another type should be, by pydantic's name of the mistake.
_EXPECTED: Final = {
    "tuple_type": 'expected a list in brackets, such as ["a", "b"]',
    "list_type": 'expected a list in brackets, such as ["a", "b"]',
    "string_type": "expected a text in quotes",
    "path_type": "expected a text in quotes",
    "dict_type": 'expected a table in braces, such as { key = "value" }',
    "model_type": 'expected a table in braces, such as { key = "value" }',
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "finite_number": "expected a finite number",
}

# Controls but tab and line feed, separators of lines and paragraphs, and marks that turn the direction of text.
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

_SHOWN: Final = 30  # names in a message
_LENGTH: Final = 60  # characters of one


class TigertailError(Exception):
    """Something the user can put right.

    Parameters
    ----------
    problem
        What is wrong, in one sentence.
    remedy
        What to do about it.
    path
        The file it concerns.
    line
        The line of that file, counted from 1.

    Examples
    --------
    >>> print(DataError("3 fields, expected 4", remedy="check the separator", path="plays.tsv", line=7))
    plays.tsv, line 7: 3 fields, expected 4
      -> check the separator
    """

    def __init__(
        self, problem: str, *, remedy: str = "", path: Path | str | None = None, line: int | None = None
    ) -> None:
        self.problem = problem
        self.remedy = remedy
        self.path = None if path is None else Path(path)
        self.line = line
        super().__init__(str(self))

    def __str__(self) -> str:
        where = "" if self.path is None else str(self.path)
        where += "" if self.line is None else f", line {self.line}"
        text = f"{where}: {self.problem}" if where else self.problem
        return printable(f"{text}\n  -> {self.remedy}" if self.remedy else text)


def printable(text: str) -> str:
    r"""Return text with its control characters shown and not sent: those of files must not steer a terminal.

    Examples
    --------
    >>> print(printable("\x1b[31mred"))
    \x1b[31mred
    """
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def shown(names: Sequence[str]) -> str:
    """Return names for a message: not all of hundreds, nor the whole of a long one, as of a file that has no header.

    Examples
    --------
    >>> shown(["user", "artist"])
    'user, artist'
    """
    short = [name if len(name) <= _LENGTH else f"{name[:_LENGTH]}..." for name in names[:_SHOWN]]
    more = [f"and {len(names) - _SHOWN:,} more"] if len(names) > _SHOWN else []
    return ", ".join([*short, *more])


class DataError(TigertailError):
    """A source or a dataset cannot be used as it is."""


class ConfigError(TigertailError):
    """A recipe, a configuration, an option or an argument is wrong, or what it needs is not there."""


class NoPathError(ConfigError):
    """No path leads from one item to another. The question is at fault, as with an option: our own API answers 400."""


class ModelError(TigertailError):
    """A model folder is missing, damaged or of another version."""


class UnknownItemError(TigertailError):
    """No item has this id or name.

    Parameters
    ----------
    problem, remedy, path, line
        As for every error.
    suggestions
        Names that come close.
    """

    def __init__(
        self,
        problem: str,
        *,
        remedy: str = "",
        path: Path | str | None = None,
        line: int | None = None,
        suggestions: Sequence[str] = (),
    ) -> None:
        super().__init__(problem, remedy=remedy, path=path, line=line)
        self.suggestions = list(suggestions)


class StoreUnavailableError(TigertailError):
    """The feedback store cannot be used just now; what was asked of it was not done, and may be asked again."""


@contextmanager
def missing_extra(extra: str, feature: str) -> Iterator[None]:
    """Turn the missing module of an optional extra into an error that names the extra.

    Parameters
    ----------
    extra
        The extra that installs the module.
    feature
        What needs it, such as ``the service``.

    Raises
    ------
    ConfigError
        If a module of another project cannot be found in the block.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        if module in ("", "tigertail"):
            raise
        raise ConfigError(
            f"{feature} needs {module}, which is not installed",
            remedy=f"pip install 'tigertail[{extra}]'",
        ) from error


def setting_at_fault(error: ValidationError) -> tuple[str, str]:
    """Return the first setting that a configuration gets wrong, and what is wrong with it.

    Returns
    -------
    key
        Where the setting stands, such as ``base.factors``.
    problem
        :data:`UNKNOWN_KEY`, or why its value will not do.
    """
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return key, UNKNOWN_KEY
    return key, _EXPECTED.get(first["type"], first["msg"].removeprefix("Value error, "))


class TigertailWarning(UserWarning):
    """Something a person should know about an answer that was given all the same."""
