"""What sound has to tell of two items: the descriptors in which both are remarkable, on the same side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

ALIKE: Final = "alike in sound"
_REMARKABLE: Final = 0.6745  # deviations from the median beyond which a quarter of a normal distribution lies
_NAMED: Final = 2

# What our own analysis measures, where its name would say nothing to a person.
_SPOKEN: Final = {
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


def spoken(name: str) -> str:
    """Return what a person calls a descriptor; "" where nobody would, as for what is numbered.

    Examples
    --------
    >>> spoken("valence"), spoken("tempo_octaves"), spoken("mfcc_03_mean"), spoken("rms_std")
    ('valence', 'tempo', '', '')
    """
    if name in _SPOKEN:
        return _SPOKEN[name]
    if name.endswith("_std") or any(letter.isdigit() for letter in name):
        return ""
    return name.replace("_", " ").strip()


def format_descriptors(one: NDArray[np.float32], other: NDArray[np.float32], names: Sequence[str]) -> str:
    """Say in what two items are alike that sound alike.

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
    'alike in sound: high energy, low valence'
    """
    product = one.astype(np.float64) * other
    remarkable = (product > 0) & (np.minimum(np.abs(one), np.abs(other)) >= _REMARKABLE)
    named = [
        f"{'high' if one[column] > 0 else 'low'} {spoken(names[column])}"
        for column in np.argsort(-product, kind="stable").tolist()
        if remarkable[column]
    ]
    return f"{ALIKE}: {', '.join(named[:_NAMED])}" if named else ALIKE
