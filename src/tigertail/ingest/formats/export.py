"""Exports of one listener: the recipe may say who it is."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from pydantic import Field, field_validator

from tigertail import columns as c
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

    values: dict[str, str] = Field(default_factory=dict)

    @field_validator("values")
    @classmethod
    def _of_listeners(cls, values: dict[str, str]) -> dict[str, str]:
        if unknown := sorted(values.keys() - {c.LISTENER_ID}):
            raise ValueError(f"an export has a value for {c.LISTENER_ID} alone, not for {unknown[0]}")
        return values

    def given_listener(self, file: str) -> str | None:
        """Return the listener that the recipe gives to the rows of a file."""
        value = self.values.get(c.LISTENER_ID)
        return None if value is None else with_file(value, file)
