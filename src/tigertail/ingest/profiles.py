"""Listeners' countries and languages, gathered from wherever they are given."""

from __future__ import annotations

from typing import Final

import polars as pl

from tigertail import columns as c

_FIELDS: Final = (c.COUNTRY, c.LANGUAGE)
_ROWS: Final = "rows"
_WAITING: Final = 1_000_000


class Profiles:
    """What sources say of listeners; where they disagree, what they say most often goes."""

    def __init__(self) -> None:
        self.conflicts = 0
        self._said = pl.DataFrame(
            schema={c.LISTENER_ID: pl.String, c.COUNTRY: pl.String, c.LANGUAGE: pl.String, _ROWS: pl.UInt32}
        )
        self._waiting: list[pl.DataFrame] = []

    def add(self, rows: pl.DataFrame) -> None:
        """Add rows with ``listener_id`` and any of ``country`` and ``language``."""
        absent = [pl.lit(None, pl.String).alias(name) for name in _FIELDS if name not in rows.columns]
        said = rows.with_columns(absent).group_by(c.LISTENER_ID, *_FIELDS).agg(pl.len().alias(_ROWS))
        self._waiting.append(said)
        if sum(frame.height for frame in self._waiting) >= _WAITING:
            self._condense()

    def table(self, listeners: pl.Series) -> pl.DataFrame:
        """Return one row a listener, sorted: those given, who have plays, and those with a profile only.

        Counts in ``conflicts`` the listeners of whom two different things were said.
        """
        self._condense()
        ids = pl.concat([listeners.rename(c.LISTENER_ID), self._said[c.LISTENER_ID]]).unique().to_frame()
        for field in _FIELDS:
            said = self._said.filter(pl.col(field).is_not_null())
            if said.is_empty():
                continue
            counted = said.group_by(c.LISTENER_ID, field).agg(pl.col(_ROWS).sum())
            most = counted.sort(c.LISTENER_ID, _ROWS, field, descending=[False, True, False])
            most = most.unique(c.LISTENER_ID, keep="first", maintain_order=True)
            self.conflicts += counted.group_by(c.LISTENER_ID).len().filter(pl.col("len") > 1).height
            ids = ids.join(most.drop(_ROWS), on=c.LISTENER_ID, how="left")
        return ids.sort(c.LISTENER_ID)

    def _condense(self) -> None:
        whole = pl.concat([self._said, *self._waiting])
        self._said = whole.group_by(c.LISTENER_ID, *_FIELDS).agg(pl.col(_ROWS).sum())
        self._waiting = []
