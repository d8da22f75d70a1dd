"""How much each feature counts: a logistic regression for each shape of name.

Fitted on half of the pages with known links by ``benchmarks/name_finding.py DATASET --fit``, which prints
this table; the figures the benchmark gives are of the other half.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

THRESHOLD: Final = -0.4
"""The score above which a candidate is taken for a mention."""

WEIGHTS: Final[dict[str, tuple[float, float, float]]] = {
    "bias": (0.621, -2.972, 0.411),
    "small": (-3.809, -3.614, -3.68),
    "exact": (0.157, 0, 2.027),
    "starts": (-0.37, -0.955, -0.07),
    "left_capital": (-0.611, 0.892, 0.316),
    "right_capital": (-0.937, -0.673, -1.402),
    "is_work": (-1.668, -6.385, -1.999),
    "in_work": (-1.48, -2.82, -3.399),
    "owned": (0.107, 1.191, 2.302),
    "people": (0.176, 0.167, -0.14),
    "leads": (0.739, 0.571, 0.498),
    "work_word": (0.014, 0.313, -0.048),
    "deed": (0.105, -0.394, 0.201),
    "listed": (0.635, 0.471, 0.409),
    "capitals": (-0.288, 3.798, 2.651),
    "partial": (-0.527, 1.083, 2.722),
    "the: wanted and there": (0, 1.242, 1.611),
    "the: wanted, not there": (0, -1.242, -1.534),
    "the: there, not wanted": (0.033, 0, -0.721),
    "the: wanted, not there, though usual": (0, 0.051, 1.241),
    "number": (-1.467, -6.237, -7.748),
    "letters": (-0.038, 0.716, 0.432),
    "words": (0, 0, -0.346),
    "again": (0.291, -0.079, 0.232),
    "frequency": (-0.287, 0.214, -0.692),
    "share of small": (0.132, -0.452, -0.545),
    "share of left_capital": (-0.366, -0.038, -0.157),
    "share of right_capital": (-0.415, -0.127, -0.131),
    "share of is_work": (0.216, 0.169, -0.054),
    "share of in_work": (0.204, -0.161, 0.04),
    "share of after_the": (0.197, 0.043, 0.165),
    "share of people": (0.721, 0.643, 0.417),
    "share of listed": (0.807, 0.829, 0.489),
    "share of deed": (0.643, 0.419, 0.552),
    "here: small": (-0.54, -1.709, 2.986),
    "here: left_capital": (-2.878, -5.28, -4.244),
    "here: right_capital": (-1.976, -0.083, -2.67),
    "here: in_work": (-1.564, -1.881, -0.024),
    "here: is_work": (-3.362, -0.401, -2.92),
    "here: people": (1.333, 1.489, 1.263),
    "here: listed": (2.524, 1.933, 1.492),
    "here: deed": (-0.258, -1.47, -1.763),
    "here: last word of a name": (-2.281, -0.467, 0),
    "here: first word of a name": (-0.965, -0.423, 0),
}
"""The weight of each feature in names of a word, of "the" and a word, and in longer ones."""


def scores(matrix: NDArray[np.float64], shapes: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return the log odds that each candidate means its artist.

    Parameters
    ----------
    matrix
        Features; (candidates, :data:`~tigertail.data.mentions.features.FEATURES`).
    shapes
        The :class:`~tigertail.data.mentions.names.Shape` of each candidate's name; int8, (candidates,).

    Returns
    -------
    NDArray[np.float64]
        (candidates,).
    """
    total = np.zeros(len(matrix))
    # Added up in one order, whatever a BLAS would do with another number of threads.
    for column, weights in enumerate(WEIGHTS.values()):
        total += matrix[:, column] * np.array(weights)[shapes]
    return total
