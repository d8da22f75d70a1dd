"""Exports of one listener: the recipe may say who it is."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final, Literal

from pydantic import Field

from tigertail.ingest.formats.source import Source

FILE: Final = "{file}"
"""In a value of a recipe: the file's name, without folders and suffixes."""


def with_file(value: str, file: str) -> str:
    """Return a value of a recipe with the name of the file in it.

    Examples
    --------
    >>> with_file("mlhd-{file}", "0/0000c176.txt.gz")
    'mlhd-0000c176'
    """
    return value.replace(FILE, PurePosixPath(file).name.partition(".")[0])


class Export(Source):
    """The export of a service.

    Attributes
    ----------
    values
        The ``listener_id`` of all rows; ``{file}`` in it is the file's name without suffixes.
    """

    values: dict[Literal["listener_id"], str] = Field(default_factory=dict)

    def given_listener(self, file: str) -> str | None:
        """Return the listener that the recipe gives to the rows of a file."""
        value = self.values.get("listener_id")
        return None if value is None else with_file(value, file)
