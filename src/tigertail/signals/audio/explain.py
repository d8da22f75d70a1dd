"""Why sound links two items: the descriptors in which both are unusual, on the same side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

ALIKE: Final = "similar sound"
_REMARKABLE: Final = 0.6745  # deviations from the median beyond which a quarter of a normal distribution lies
_NAMED: Final = 2

# Descriptors of our own analysis whose column names are not plain words.
_NAMES: Final = {
    "rms_mean": "loudness",
    "centroid_mean": "brightness",
    "flatness_mean": "noisiness",
    "onset_rate": "density of notes",
    "tempo_octaves": "tempo",
    "beat_clarity": "clarity of beat",
    "harmonic_change": "rate of harmonic change",
    "dynamic_range": "dynamic range",
    "bandwidth_mean": "",  # all but the brightness again
    "rolloff_mean": "",
    "crossings_mean": "",
    "onset_mean": "",
    "key_fit": "",
    "major": "",
}


def descriptor_name(name: str) -> str:
    """Return the name of a descriptor for people; "" if it has none, as one of many numbered columns.

    Examples
    --------
    >>> [descriptor_name(column) for column in ("valence", "tempo_octaves", "mfcc_03_mean", "rms_std")]
    ['valence', 'tempo', '', '']
    """
    if name in _NAMES:
        return _NAMES[name]
    if name.endswith("_std") or any(letter.isdigit() for letter in name):
        return ""
    return name.replace("_", " ").strip()


def format_descriptors(one: NDArray[np.float32], other: NDArray[np.float32], names: Sequence[str]) -> str:
    """Return in words in what two items that sound similar are similar.

    Named are the two descriptors at most whose products are the largest, of those in which both items are in
    the upper quarter of all, or both in the lower.

    Parameters
    ----------
    one, other
        Descriptors of each, in deviations from the median; float32, (names,).
    names
        What they are called.

    Examples
    --------
    >>> one, other = np.array([[2.0, -1.0, 0.1], [1.5, -0.7, 3.0]], np.float32)
    >>> format_descriptors(one, other, ["energy", "valence", "tempo"])
    'similar sound: high energy, low valence'
    """
    product = one.astype(np.float64) * other
    remarkable = (product > 0) & (np.minimum(np.abs(one), np.abs(other)) >= _REMARKABLE)
    named = [
        f"{'high' if one[column] > 0 else 'low'} {descriptor_name(names[column])}"
        for column in np.argsort(-product, kind="stable").tolist()
        if remarkable[column]
    ]
    return f"{ALIKE}: {', '.join(named[:_NAMED])}" if named else ALIKE
