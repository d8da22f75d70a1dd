"""What a served model lists after some items, in the terms that the APIs of players share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tigertail.model.query_options import QueryOptions
from tigertail.service.serving.served_model import ServedModel


def like(
    served: ServedModel,
    seeds: Sequence[int],
    limit: int,
    kind: str,
    country: str | None = None,
    max_per_artist: int | None = None,
) -> list[tuple[int, float]]:
    """Return the codes of the items of a kind that are most like some, best first, with their matches."""
    options = seen_from(served, country).replace(kinds=(kind,), max_per_artist=max_per_artist)
    answers = served.answer(seeds, limit, options)
    return list(zip(answers.items.tolist(), matches(answers.affinities).tolist(), strict=True))


def seen_from(served: ServedModel, country: str | None = None) -> QueryOptions:
    """Return the options of a query that names a country, or of one that leaves the place to the service."""
    return QueryOptions(country=country or served.players_place)


def matches(affinities: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return affinities, best first, as shares of the best one, which is 1.

    Of a best one of 0 or less there are no shares: then all are 1.

    Examples
    --------
    >>> matches(np.array([0.5, 0.25, -0.1], np.float32)).tolist()
    [1.0, 0.5, 0.0]
    """
    best = float(affinities[0]) if len(affinities) else 1.0
    if best <= 0:
        return np.ones(len(affinities))
    return np.asarray(np.clip(affinities.astype(np.float64) / best, 0, 1))
