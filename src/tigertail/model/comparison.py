"""Two answers to one query, side by side: another signal's and the model's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.full_names import full_names
from tigertail.errors import ConfigError
from tigertail.model.answers import Answers
from tigertail.model.model import Model
from tigertail.model.query_options import COSINE, QueryOptions, takes_options

OTHER: Final = "other_"


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two answers to one query.

    Parameters
    ----------
    other
        The answers of another signal.
    own
        The model's own.
    """

    other: Answers
    own: Answers

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should know of them."""
        return tuple(dict.fromkeys(self.other.notices + self.own.notices))

    def table(self) -> pl.DataFrame:
        """Return both lists as one table.

        Returns
        -------
        polars.DataFrame
            Columns rank; of the other signal other_item_id, other_name, other_listeners, other_country where the
            catalogue has it, and other_in_both, whether the model's own list has the item too; then the same of the
            model's own list, without the prefix. Null where one list is shorter. The name of a track or an album
            follows its artist's.
        """
        other, own = _described(self.other), _described(self.own)
        both = pl.col(c.ITEM_ID).is_in(set(own[c.ITEM_ID]) & set(other[c.ITEM_ID])).alias("in_both")
        return (
            other.with_columns(both)
            .rename(lambda name: name if name == c.RANK else OTHER + name)
            .join(own.with_columns(both), on=c.RANK, how="full", coalesce=True)
            .sort(c.RANK)
        )


@takes_options
def compare(
    model: Model, item: str, other: str, n: int = 20, *, options: QueryOptions | None = None, **keywords: Any
) -> Comparison:
    """Answer one query twice: with another signal, and as :meth:`Model.answer` does.

    Parameters
    ----------
    model
        The model.
    item
        Id, MBID or name of the item.
    other
        The other signal, as the model has it; or ``"cosine"``, that of the factors.
    n
        How many to list.
    options, **keywords
        The options of the query, as in :meth:`Model.similar`. What may be listed holds for both lists, all others
        for the model's own.

    Raises
    ------
    UnknownItemError, ConfigError, TypeError
        As :meth:`Model.similar` does, and if there is no such other signal.
    """
    options = (options or QueryOptions()).replace(**keywords)
    if other != COSINE and other not in model.signals:
        raise ConfigError(
            f"unknown signal '{other}' to compare with",
            remedy=f"choose {COSINE}, or one of {', '.join(model.signals)}",
        )
    seeds = model.index.match_all([item])[0]
    return Comparison(
        model.answer(seeds, n, signal=other, **options.of_both_lists()),
        model.answer(seeds, n, options=options),
    )


def _described(answers: Answers) -> pl.DataFrame:
    table = answers.table()
    table = table.with_columns(full_names(table)).select(c.RANK, c.ITEM_ID, c.NAME, c.LISTENERS)
    if c.COUNTRY not in answers.item_table.columns:
        return table
    return table.join(
        answers.item_table.select(c.ITEM_ID, c.COUNTRY), on=c.ITEM_ID, how="left", maintain_order="left"
    )
