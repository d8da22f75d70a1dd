"""Why sound links two items: the descriptors in which both are unusual, on the same side."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.signals.evidence import Evidence, Name

SIMILAR_SOUND: Final = Evidence.of("similar_sound")
_REMARKABLE: Final = 0.6745  # deviations from the median beyond which a quarter of a normal distribution lies
_NAMED: Final = 2

DESCRIPTORS: Final = {
    "rms_mean": "loudness",
    "centroid_mean": "brightness",
    "flatness_mean": "noisiness",
    "onset_rate": "density of notes",
    "tempo_octaves": "tempo",
    "beat_clarity": "clarity of beat",
    "harmonic_change": "rate of harmonic change",
    "dynamic_range": "dynamic range",
    "bandwidth_mean": "",  # this and the next two: all but the brightness again
    "rolloff_mean": "",
    "crossings_mean": "",
    "onset_mean": "",
    "key_fit": "",
    "major": "",
}
"""Names of descriptors of our own analysis whose columns are not plain words; "" for one that is not named."""


@lru_cache(1024)
def descriptor_name(name: str) -> str:
    """Return the name of a descriptor for people; "" if it has none, as one of many numbered columns.

    Examples
    --------
    >>> [descriptor_name(column) for column in ("valence", "tempo_octaves", "mfcc_03_mean", "rms_std")]
    ['valence', 'tempo', '', '']
    """
    if name in DESCRIPTORS:
        return DESCRIPTORS[name]
    if name.endswith("_std") or any(letter.isdigit() for letter in name):
        return ""
    return name.replace("_", " ").strip()


def similar_descriptors(
    one: NDArray[np.float32], others: NDArray[np.float32], names: Sequence[str]
) -> list[Evidence]:
    """Return in what an item is similar to each of some that sound similar.

    Named are the two descriptors at most whose products are the largest, of those in which both items are in
    the upper quarter of all, or both in the lower.

    Parameters
    ----------
    one
        Its descriptors, in deviations from the median; float32, (names,).
    others
        Theirs; float32, (others, names).
    names
        Columns of the descriptors, each with a :func:`descriptor_name`.

    Examples
    --------
    >>> one, others = np.array([2.0, -1.0, 0.1], np.float32), np.array([[1.5, -0.7, 3.0]], np.float32)
    >>> [found] = similar_descriptors(one, others, ["energy", "valence", "tempo"])
    >>> found.words
    'similar sound: high energy, low valence'
    """
    products = one.astype(np.float64) * others
    remarkable = (products > 0) & (np.minimum(np.abs(one), np.abs(others)) >= _REMARKABLE)
    ranked = np.where(remarkable, -products, np.inf).argsort(axis=1, kind="stable")[:, :_NAMED].tolist()
    counts = remarkable.sum(axis=1).tolist()
    named = [
        Name("high" if high else "low", descriptor_name(name))
        for high, name in zip((one > 0).tolist(), names, strict=True)
    ]
    return [
        _of_descriptors(*[named[column] for column in columns[:count]]) if count else SIMILAR_SOUND
        for columns, count in zip(ranked, counts, strict=True)
    ]


@lru_cache(1024)
def _of_descriptors(*named: Name) -> Evidence:
    return Evidence.of("similar_descriptors", names=named)
