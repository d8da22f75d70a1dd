"""The base of all formats: a source of a recipe."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

import polars as pl
from pydantic import BaseModel, BeforeValidator, ConfigDict, field_validator, model_validator

from tigertail import columns as c
from tigertail.io.quarantine import Quarantine

# Prefix of a descriptor's name in the rows of a batch, so that it differs from every column of a table.
DESCRIPTOR: Final = "@"
# Of plays, in a table of counts: differs between rows that are equal and yet no duplicates, as of two tracks of one
# artist where tracks are not read. No column of a file has such a name: in a header there is no line feed.
ROW_KEY: Final = "\nkey"
NO_RATINGS: Final = (0.0, 1.0)  # stands for a scale where there are no ratings


@dataclass(frozen=True)
class Batch:
    """Some raw rows of a source.

    Parameters
    ----------
    table
        The table they are for.
    file
        The file that contains them.
    rows
        Columns of the table, of any type, and :data:`~tigertail.io.quarantine.LINE`. In place of an item's id there may
        be any of :data:`~tigertail.dataset.table_spec.ITEM_REFERENCE`; a missing column counts as empty.
    events
        Whether every row is one play, so that equal rows are not duplicates.
    rating_scale
        The lowest and the highest rating; it is not looked at where there are no ratings.
    known_only
        Whether only rows about items of other sources are kept.
    named_elsewhere
        Whether only rows are kept whose MusicBrainz id a row of another source has that makes items; for those that
        :attr:`Source.reads_last`.
    unspaced
        Whether names are written without spaces, perhaps without short words too: ``simongarfunkel``
        (:func:`~tigertail.ingest.linking.unspaced_names`).
    time_formats
        How times are written, with the marks of ``strptime``; rows whose time is written otherwise are rejected. Left
        out, in any of the usual ways.
    """

    table: str
    file: str
    rows: pl.DataFrame
    events: bool = False
    rating_scale: tuple[float, float] = NO_RATINGS
    known_only: bool = False
    named_elsewhere: bool = False
    unspaced: bool = False
    time_formats: tuple[str, ...] = ()

    def facts(self) -> dict[str, Any]:
        """Return what it is beside its rows, for JSON."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "rows"}

    @classmethod
    def of_facts(cls, rows: pl.DataFrame, facts: Mapping[str, Any]) -> Self:
        """Return the batch of some rows, and of what :meth:`facts` returned and JSON kept."""
        kept: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()
        }
        return cls(**kept, rows=rows)


def label_of(path: Path) -> str:
    """Return the label of a source that is called after its file: without suffixes, blanks and colons.

    Examples
    --------
    >>> label_of(Path("my plays.csv.gz")), label_of(Path(".hidden.csv"))
    ('my-plays', 'hidden')
    """
    return re.sub(r"[:\s]+", "-", path.name.lstrip(".").partition(".")[0])


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""Some texts in a recipe: a list, or one alone."""


class Source(BaseModel, ABC):
    """One source of a recipe.

    Attributes
    ----------
    format
        Its format.
    path
        The file, folder or archive.
    name
        Its name in reports.
    namespace
        The namespace of its ids of listeners and items: sources of one namespace share ids.
    kind
        The kind of its items.
    catalogue
        Of plays: ``"open"`` if the listeners could hear everything; left out, they could hear what the plays name, or a
        table of availability lists. Of other tables: ``"all"`` makes every item that the table names an item of the
        dataset, ``"known"`` keeps only rows about items of plays or of a table of items; left out, the format or the
        table decides.
    missing
        Texts that stand for a missing value, such as ``"NA"``.
    credits
        What stands between the artists of a credit, such as ``" feat. "``; names of tables of items, and names that
        stand beside a MusicBrainz id in plays or in another table that makes items, are not split.
    credited
        Whether a row counts for all artists of a credit or for the first one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    format: str
    path: Path
    name: str = ""
    namespace: str = ""
    kind: Literal["artist", "album", "track"] = "artist"
    catalogue: Literal["known", "all", "open"] | None = None
    missing: Texts = ()
    credits: Texts = ()
    credited: Literal["all", "first"] = "all"

    @field_validator("name", "namespace")
    @classmethod
    def _of_one_word(cls, name: str) -> str:
        # No colon: where a dataset has several namespaces, its ids are NAMESPACE:ID.
        if ":" in name or any(map(str.isspace, name)):
            raise ValueError(f"'{name}' has a blank or a colon: write it without")
        return name

    @model_validator(mode="after")
    def _check_catalogue(self) -> Self:
        if self.listens and self.catalogue in ("known", "all"):
            raise ValueError(
                "of plays, catalogue is 'open' or left out; 'known' and 'all' are for other tables"
            )
        if not self.listens and self.catalogue == "open":
            raise ValueError("'open' is for plays: it says that the listeners could hear everything")
        return self

    @model_validator(mode="after")
    def _check_credits(self) -> Self:
        if self.credits and self.kind != c.ARTIST:
            raise ValueError(
                "credits are of artists, and the kind of this source is another: leave credits out"
            )
        if self.credits and getattr(self, "table", "") == c.ITEMS_TABLE:
            raise ValueError("credits are split in other tables: names of a table of items are known names")
        if not all(self.credits):
            raise ValueError("credits: what stands between artists has at least one character")
        if not self.credits and self.credited != "all":
            raise ValueError("credited needs credits, such as credits = [' feat. ']")
        return self

    @abstractmethod
    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield the source's rows in batches, so that memory stays bounded.

        Raises
        ------
        DataError
            If a file is missing, damaged or of another layout.
        """

    def pieces(self) -> Sequence[Source]:
        """Return sources that can be read apart; read one after the other, they give what this one gives.

        Raises
        ------
        DataError
            If its path cannot be read.
        """
        return [self]

    @property
    def paths(self) -> list[Path]:
        """The files and folders that it reads."""
        return [self.path]

    @property
    def label(self) -> str:
        """The name in the recipe, else the format."""
        return self.name or self.format

    @property
    def listens(self) -> bool:
        """Whether it is a source of plays."""
        return bool(getattr(self, "table", c.PLAYS_TABLE) == c.PLAYS_TABLE)

    @property
    def reads_last(self) -> bool:
        """Whether it is read after all others, since it depends on what they name."""
        return False

    @property
    def namespace_id(self) -> str:
        """The namespace in the recipe, else the label."""
        return self.namespace or self.label
