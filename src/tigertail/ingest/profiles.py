"""Listeners' countries and languages, collected from all sources."""

from __future__ import annotations

from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.ingest.references import ROWS, most_frequent

_FIELDS: Final = (c.COUNTRY, c.LANGUAGE)
_WAITING: Final = 1_000_000  # rows that wait at most, so that memory is bounded


class Profiles:
    """Profiles of listeners; where rows contradict each other, of one source or several, the most frequent value wins.

    Attributes
    ----------
    conflicts
        Listeners to whom rows give several countries or languages; :meth:`table` counts them.
    """

    def __init__(self) -> None:
        self.conflicts = 0
        self._profiles = pl.DataFrame(
            schema={c.LISTENER_ID: pl.String, c.COUNTRY: pl.String, c.LANGUAGE: pl.String, ROWS: pl.UInt32}
        )
        self._waiting: list[pl.DataFrame] = []

    def add(self, rows: pl.DataFrame) -> None:
        """Add rows with ``listener_id`` and any of ``country`` and ``language``."""
        absent = [pl.lit(None, pl.String).alias(name) for name in _FIELDS if name not in rows.columns]
        counted = rows.with_columns(absent).group_by(c.LISTENER_ID, *_FIELDS).agg(pl.len().alias(ROWS))
        self._waiting.append(counted)
        if sum(frame.height for frame in self._waiting) >= _WAITING:
            self._condense()

    def table(self, listeners: pl.Series) -> pl.DataFrame:
        """Return one row for each listener with plays or a profile, sorted by id, and count ``conflicts``.

        Parameters
        ----------
        listeners
            Ids of the listeners who have plays.

        Returns
        -------
        polars.DataFrame
            Columns listener_id, and each of country and language that any row gives.
        """
        self._condense()
        values = self._profiles.group_by(c.LISTENER_ID).agg(pl.col(_FIELDS).drop_nulls().n_unique())
        self.conflicts = values.filter(pl.any_horizontal(pl.col(_FIELDS) > 1)).height
        ids = pl.concat([listeners.rename(c.LISTENER_ID), self._profiles[c.LISTENER_ID]]).unique().to_frame()
        for field in _FIELDS:
            given = self._profiles.filter(pl.col(field).is_not_null())
            if given.is_empty():
                continue
            ids = ids.join(most_frequent(given, c.LISTENER_ID, field), on=c.LISTENER_ID, how="left")
        return ids.sort(c.LISTENER_ID)

    def _condense(self) -> None:
        whole = pl.concat([self._profiles, *self._waiting])
        self._profiles = whole.group_by(c.LISTENER_ID, *_FIELDS).agg(pl.col(ROWS).sum())
        self._waiting = []
