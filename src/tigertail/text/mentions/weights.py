"""Weights of the features: a logistic regression for each shape of name.

Fitted on half of the pages with known links by ``benchmarks/name_finding.py DATASET --fit``, which prints
this table; the figures the benchmark gives are of the other half.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail.text.mentions.features import Usage, features
from tigertail.text.mentions.names import Names, Shape

THRESHOLD: Final = -0.1
"""The score above which a candidate is a mention: the lowest of whole tenths from -1 at which, of what is found on the
pages of the fit and can be judged, 93 % is right."""

WEIGHTS: Final[dict[str, tuple[float, float, float]]] = {
    "bias": (0.695, -3.037, 0.447),
    "lowercase": (-4.657, -3.724, -3.719),
    "exact": (0.012, 0, 2.029),
    "starts_sentence": (-2.038, -0.682, -0.399),
    "left_capital": (-0.634, 0.874, 0.315),
    "right_capital": (-1.036, -0.75, -1.391),
    "is_work": (-1.802, -6.357, -2.028),
    "in_work": (-1.569, -2.819, -3.423),
    "possessive": (-0.083, 1.15, 2.306),
    "role_cue": (0.174, 0.174, -0.142),
    "introduced": (0.743, 0.568, 0.499),
    "work_word": (0.023, 0.353, -0.05),
    "verb_cue": (0.115, -0.372, 0.2),
    "in_list": (0.61, 0.439, 0.408),
    "all_capitals": (-0.28, 3.636, 2.644),
    "part_of_word": (-0.711, 1.097, 2.734),
    "the: wanted and there": (0, 1.255, 1.608),
    "the: wanted, not there": (0, -1.255, -1.535),
    "the: there, not wanted": (0.043, 0, -0.723),
    "the: wanted, not there, though usual": (0, 0.033, 1.242),
    "number": (-1.559, -6.24, -7.698),
    "log letters": (0.03, 0.727, 0.428),
    "words": (0, 0, -0.345),
    "log occurrences here": (0.269, -0.08, 0.231),
    "log occurrences": (-0.274, 0.212, -0.694),
    "share of lowercase": (0.174, -0.453, -0.535),
    "share of left_capital": (-0.385, -0.039, -0.161),
    "share of right_capital": (-0.409, -0.126, -0.131),
    "share of is_work": (0.218, 0.169, -0.053),
    "share of in_work": (0.201, -0.166, 0.042),
    "share of after_the": (0.193, 0.046, 0.166),
    "share of role_cue": (0.732, 0.653, 0.42),
    "share of in_list": (0.795, 0.828, 0.488),
    "share of verb_cue": (0.64, 0.406, 0.553),
    "here: lowercase": (0.299, -1.53, 3.028),
    "here: left_capital": (-2.87, -5.289, -4.23),
    "here: right_capital": (-1.935, 0.023, -2.679),
    "here: in_work": (-1.477, -1.909, -0.014),
    "here: is_work": (-3.184, -0.426, -2.87),
    "here: role_cue": (1.357, 1.495, 1.27),
    "here: in_list": (2.656, 1.934, 1.5),
    "here: verb_cue": (-0.163, -1.536, -1.759),
    "starts_sentence: share of lowercase": (-0.571, -0.07, -0.123),
    "starts_sentence: lowercase here": (0.475, -1.204, -0.422),
    "here: last word of a name": (-2.318, -0.482, 0),
    "here: first word of a name": (-0.974, -0.433, 0),
}
"""The weight of each feature in names of a word, of "the" and a word, and in longer ones."""


def scores(matrix: NDArray[np.float64], shapes: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return the log odds that each candidate means its artist.

    Parameters
    ----------
    matrix
        Features; (candidates, :data:`~tigertail.text.mentions.features.FEATURES`).
    shapes
        The :class:`~tigertail.text.mentions.names.Shape` of each candidate's name; int8, (candidates,).

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


def score_candidates(candidates: pl.DataFrame, names: Names, usage: Usage) -> NDArray[np.float64]:
    """Return the score of each candidate of whole documents, without the evidence of links.

    A capital at the beginning of a sentence is no evidence for a word that the page mostly writes in small letters:
    such a candidate gets ``-inf``.

    Returns
    -------
    NDArray[np.float64]
        Log odds; (candidates,).
    """
    shapes = names.shapes[candidates["name"].to_numpy()]
    total = scores(features(candidates, names, usage), shapes)
    mostly_small = pl.col("lowercase").mean().over("document", "name") > 0.5
    no_sign = candidates.select(mostly_small & pl.col("starts_sentence")).to_series().to_numpy()
    total[no_sign & (shapes != Shape.LONGER)] = -np.inf
    return total
