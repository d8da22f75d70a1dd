"""What every format is: a source in a recipe that can be read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from tigertail.io.quarantine import Quarantine

# Prefix of a descriptor's name in the rows of a batch, so that it differs from every column of a table.
DESCRIPTOR: Final = "@"


@dataclass(frozen=True)
class Batch:
    """Some rows of a source, as they stand in it.

    Parameters
    ----------
    table
        The table they are for.
    file
        The file they stood in.
    rows
        Columns of the table, of any type, and ``LINE``. In place of an item's id there may be any of
        :data:`~tigertail.dataset.table_spec.ITEM_REFERENCE`; a missing column counts as empty.
    events
        Whether every row is one play, so that equal rows are plays too and not a repetition.
    rating_scale
        The lowest and the highest rating.
    known_only
        Whether the rows only speak of items that others know, and make none themselves.
    unspaced
        Whether names stand without spaces and little words: ``simongarfunkel``.
    """

    table: str
    file: str
    rows: pl.DataFrame
    events: bool = False
    rating_scale: tuple[float, float] = (0.0, 1.0)
    known_only: bool = False
    unspaced: bool = False


class Source(BaseModel, ABC):
    """One source of a recipe.

    Attributes
    ----------
    format
        Which format it is in.
    path
        The file, folder or archive.
    name
        What reports call it.
    namespace
        Whose ids its listeners and items carry: sources of one namespace share them.
    kind
        What its items are.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: str
    path: Path
    name: str = Field(default="", pattern=r"^[^:\s]*$")
    namespace: str = Field(default="", pattern=r"^[^:\s]*$")
    kind: Literal["artist", "album", "track"] = "artist"

    @abstractmethod
    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield the source's rows in batches, so that memory stays bounded.

        Raises
        ------
        DataError
            If a file is missing, damaged or laid out in another way.
        """

    @property
    def label(self) -> str:
        """The source's name: as given, else its format's."""
        return self.name or self.format

    @property
    def namespace_id(self) -> str:
        """The source's namespace: as given, else its name."""
        return self.namespace or self.label
