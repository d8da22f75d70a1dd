"""Why artist back-off links two items: what links their artists."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.signals.contract import Explainable, Signal, has_capability
from tigertail.signals.evidence import NO_EVIDENCE, Evidence

SAME_ARTIST: Final = Evidence.of("same_artist")
SIMILAR_ARTISTS: Final = Evidence.of("similar_artists")


def explain_through_artists(artists: Signal, artist: int, others: NDArray[np.int32]) -> list[Evidence]:
    """Explain what links an artist to others: they are the same, or the signal over artists has any evidence.

    That evidence is not passed on: it only has to be there.

    Parameters
    ----------
    artists
        A signal over artists; if it is not explainable, only the same artist is a link.
    artist
        An artist's code, below 0 where it is unknown.
    others
        The same of each other; int32, (others,).

    Returns
    -------
    list of Evidence
        Of each other: :data:`SAME_ARTIST`, :data:`SIMILAR_ARTISTS` or none.
    """
    if artist < 0:
        return [NO_EVIDENCE] * len(others)
    reasons = (
        artists.explain(artist, np.maximum(others, 0))
        if has_capability(artists, Explainable)
        else [NO_EVIDENCE] * len(others)
    )
    return [
        SAME_ARTIST if other == artist else SIMILAR_ARTISTS if reason and other >= 0 else NO_EVIDENCE
        for other, reason in zip(others.tolist(), reasons, strict=True)
    ]
