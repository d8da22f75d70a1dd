"""What artist back-off has to tell of two items: what their artists have to do with one another."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.signals.contract import Explainable, Signal

SAME_ARTIST: Final = "by the same artist"
NEAR_ARTISTS: Final = "by artists who go together"


def through_artists(artists: Signal, artist: int, others: NDArray[np.int32]) -> list[str]:
    """Say what links an artist to others.

    Parameters
    ----------
    artists
        A signal over artists; one that tells nothing links the artist to nobody else.
    artist
        An artist's code, below 0 for nobody's.
    others
        The same of each other; int32, (others,).
    """
    if artist < 0:
        return [""] * len(others)
    told = (
        artists.tell(artist, np.maximum(others, 0))
        if isinstance(artists, Explainable)
        else [""] * len(others)
    )
    return [
        SAME_ARTIST if other == artist else NEAR_ARTISTS if words and other >= 0 else ""
        for other, words in zip(others.tolist(), told, strict=True)
    ]
