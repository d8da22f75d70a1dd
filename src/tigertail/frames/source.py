"""A data frame as a source, as a build has one for a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import polars as pl
from pydantic import ConfigDict

from tigertail.dataset.table_spec import TableSpec
from tigertail.dataset.tables import TABLES
from tigertail.errors import DataError
from tigertail.ingest.formats.column_types import check_types
from tigertail.ingest.formats.ids import check_ids
from tigertail.ingest.formats.several import exploded, split_mbids, with_places
from tigertail.ingest.formats.source import DESCRIPTOR, NO_RATINGS, Batch, Source
from tigertail.io.quarantine import LINE, Quarantine

NAMESPACE: Final = "frames"


class FrameSource(Source):
    """A frame, whose columns were found.

    ``events`` of its batches is False, though equal rows of plays are no duplicates: :mod:`tigertail.frames.read` adds
    them up.

    Attributes
    ----------
    table
        The table it is for.
    frame
        Its rows.
    mapping
        Our columns, and the frame's columns for them.
    rating_scale
        The lowest and the highest rating; None where it has no ratings.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    format: str = "frame"
    path: Path = Path()  # of no file
    namespace: str = NAMESPACE
    table: str
    frame: pl.DataFrame
    mapping: Mapping[str, str]
    rating_scale: tuple[float, float] | None = None

    @property
    def spec(self) -> TableSpec:
        """The specification of the table."""
        return TABLES[self.table]

    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield the rows with our columns; of a list, a row for each value.

        The steps are those of :meth:`tigertail.ingest.formats.mapped.MappedSource.read`, but for what a recipe asks:
        keep them in step.
        """
        columns = [pl.col(theirs).alias(ours) for ours, theirs in self.mapping.items()]
        if self.spec.descriptors:
            # A column with a name of ours is no descriptor, even where another column was given for it.
            taken = {*self.mapping.values(), *self.spec.inputs}
            rest = [name for name in self.frame.columns if name not in taken]
            columns += [pl.col(name).alias(DESCRIPTOR + name) for name in rest]
        rows = self.frame.select(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(LINE), *columns)
        place = Path(self.table)  # for messages, in the place of a file
        try:
            check_types(self.spec, rows, place, self.mapping)
        except DataError as error:  # whose remedy is for a recipe
            raise DataError(
                error.problem,
                path=place,
                remedy="name another column: columns={...}, or give text, numbers or times in this one",
            ) from None
        check_ids(self.spec, rows, place, self.mapping)
        quarantine.read[self.label] += rows.height
        rows = exploded(split_mbids(rows), self.label, self.table, quarantine)
        yield Batch(
            self.table,
            file=self.table,
            rows=with_places(rows, self.spec.row_order),
            rating_scale=self.rating_scale or NO_RATINGS,
            known_only=not self.spec.makes_items,
        )
