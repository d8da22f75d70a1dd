"""What listeners did with lists, as lessons for the mixture: which item is right after which, and how much.

    g(A, B) = max(0, sum over listeners who were shown B after A of  s / max(p_k, 1/10))

with s = 1 for a listener who played or liked B, -1 for one who disliked or hid it, 0 otherwise, and p_k how likely the
rank k at which they did so is looked at (:mod:`tigertail.evaluation.online.position_bias`): a play at a place that
one in four looks at stands for four, so that lists do not teach where they put things. A listener has one word on B
after A, the last.

What this cannot do: an item that was never shown gets no lesson, so feedback can only choose among what models list
already. That is one reason why it stays a small share of the lessons (``mixture.feedback``).
"""

from __future__ import annotations

import warnings
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.errors import DataError, TigertailWarning
from tigertail.evaluation.online.log import Log
from tigertail.evaluation.online.position_bias import examination
from tigertail.splitting.ground_truth import GroundTruth

NAME: Final = "feedback"
LEAST_LOOKED_AT: Final = 0.1
"""Examination below which a place counts as if it had this: no word counts more than ten at the first place."""
_EXAMPLES: Final = 3


def feedback_ground_truth(events: pl.DataFrame, dataset: Dataset) -> GroundTruth:
    """Turn a log of events into lessons.

    Parameters
    ----------
    events
        See :meth:`tigertail.evaluation.online.log.Log.of`.
    dataset
        Whose items are meant, by id.

    Returns
    -------
    Truth
        Pairs with a score above 0. What cannot be used is counted by reason.

    Warns
    -----
    TigertailWarning
        If there is no event, or the log cannot tell places from items: then every word counts the same.

    Raises
    ------
    DataError
        If the table lacks a column or shows nothing.
    """
    if events.is_empty():
        warnings.warn("there is no feedback yet: it teaches nothing", TigertailWarning, stacklevel=2)
        return GroundTruth(NAME, _words(pl.DataFrame(schema=_SCHEMA)), graded=True, read=0)
    log = Log.of(events)
    said = log.shown.filter(pl.col("right") | pl.col("wrong"))
    said = said.unique(["listener", "query", "item"], keep="last", maintain_order=True)
    looked = _looked_at(log, said["rank"].to_numpy())
    weight = pl.Series(1 / np.maximum(looked, LEAST_LOOKED_AT))
    words = said.select(
        pl.col("query").alias(c.TARGET_ITEM_ID),
        pl.col("item").alias(c.ITEM_ID),
        pl.when("right").then(weight).otherwise(-weight).alias(c.SCORE),
    )
    pairs = _words(words)
    ids = dataset.items[c.ITEM_ID]
    reason = (
        pl.when(~pl.col(c.TARGET_ITEM_ID).is_in(ids.implode()))
        .then(pl.lit("query: not in the dataset"))
        .when(~pl.col(c.ITEM_ID).is_in(ids.implode()))
        .then(pl.lit("item: not in the dataset"))
        .when(pl.col(c.TARGET_ITEM_ID) == pl.col(c.ITEM_ID))
        .then(pl.lit("an item is similar to itself"))
        .when(pl.col(c.SCORE) <= 0)
        .then(pl.lit("as much disliked as liked"))
    )
    judged = pairs.with_columns(reason.alias("reason"))
    left_out = {str(why): n for why, n in judged["reason"].drop_nulls().value_counts(sort=True).iter_rows()}
    asked = pl.concat([pairs[c.TARGET_ITEM_ID], pairs[c.ITEM_ID].alias(c.TARGET_ITEM_ID)])
    unknown = asked.filter(~asked.is_in(ids.implode())).unique(maintain_order=True)
    return GroundTruth(
        NAME,
        judged.filter(pl.col("reason").is_null()).drop("reason"),
        graded=True,
        read=len(pairs),
        left_out=left_out,
        queries_read=pairs[c.TARGET_ITEM_ID].n_unique(),
        examples=tuple(unknown.head(_EXAMPLES)),
    )


_SCHEMA: Final = {c.TARGET_ITEM_ID: pl.String, c.ITEM_ID: pl.String, c.SCORE: pl.Float64}


def _words(words: pl.DataFrame) -> pl.DataFrame:
    """Add up all listeners' words on each pair."""
    return words.group_by(c.TARGET_ITEM_ID, c.ITEM_ID, maintain_order=True).agg(pl.col(c.SCORE).sum())


def _looked_at(log: Log, ranks: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how likely some ranks are looked at; where the log cannot tell, as the last rank before it can."""
    try:
        curve = examination(log).probability
    except DataError as error:
        warnings.warn(f"{error.problem}; every word counts the same", TigertailWarning, stacklevel=3)
        return np.ones(len(ranks))
    last = np.maximum.accumulate(np.where(np.isfinite(curve), np.arange(len(curve)), 0))
    known = curve[last]
    return np.asarray(known[np.minimum(ranks, len(known)) - 1])
