"""Exports of a service: the recipe may say whose they are."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from pydantic import Field, field_validator

from tigertail import columns as c
from tigertail.ingest.formats.source import Source

FILE: Final = "{file}"
"""In a value of a recipe: the file's name, without folders and the suffixes of file formats at its end."""

# Taken off the end of a file's name, whichever format reads the file.
_TABLES: Final = (
    ".csv",
    ".tsv",
    ".txt",
    ".dat",
    ".log",
    ".json",
    ".jsonl",
    ".ndjson",
    ".listens",
    ".parquet",
    ".pq",
)
_PACKED: Final = (".gz", ".bz2", ".xz", ".zst")


def with_file(value: str, file: str) -> str:
    """Return a value of a recipe with the name of the file in it.

    Examples
    --------
    >>> with_file("mlhd-{file}", "0/0000c176.txt.gz")
    'mlhd-0000c176'

    Other dots are part of the name.

    >>> with_file("{file}", "john.smith.json")
    'john.smith'
    """
    name = PurePosixPath(PurePosixPath(file).name)
    while name.suffix.lower() in (*_TABLES, *_PACKED):
        name = name.with_suffix("")
    return value.replace(FILE, str(name))


class Export(Source):
    """The export of a service.

    Attributes
    ----------
    values
        The ``listener_id`` of all rows; ``{file}`` in it is as in :data:`FILE`. No other column has one value here.
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
