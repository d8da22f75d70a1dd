"""Sequential test of which of two models wins, valid for any number of looks at the data.

The hedged capital process of I. Waudby-Smith and A. Ramdas, "Estimating means of bounded random variables by
betting" (JRSS B 2024, sections 4 and 5), with bets spread over several stakes (their "diversified Kelly" bettor).
Scores x_t from -1 to 1 become outcomes Y_t = (1 + x_t) / 2 in [0, 1]. Against the hypothesis that their mean is m
there are two bettors, one for a larger mean and one for a smaller, each with a seventh of the capital at every
stake f = 0.64, 0.32 ... 0.01:

    K+_t(m) = mean over f of prod_{i <= t} (1 + f (Y_i - m) / m)
    K-_t(m) = mean over f of prod_{i <= t} (1 - f (Y_i - m) / (1 - m))

(Stakes that follow the running variance, their equation 26, were tried and need more data for small differences.) If
the hypothesis is true, neither capital grows in expectation: by Ville's inequality the probability that either *ever*
reaches 2 / alpha is at most alpha. So

- the confidence sequence {m : no K_s(m) reached 2 / alpha for any s so far} contains the true mean at all times
  at once with probability 1 - alpha, and
- the e-value (K+ + K-) / 2 at m = 1/2 is evidence against equality at any stopping time; 1 over the largest e-value
  so far is an anytime-valid p-value (Ramdas et al., "Game-theoretic statistics and safe anytime-valid inference",
  Statistical Science 2023), and when it reaches alpha the side of the larger capital wins. This needs less evidence
  than the interval does to leave out 1/2, so that it may hold 1/2 when a winner is named.

Assumption: each score has the same mean given those before it. This holds for scores of independent listeners, each
used once (:func:`tigertail.evaluation.online.interleaving.listener_scores`), while neither the models nor the
population of listeners change; if they do, the interval may become empty, which the result reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from tigertail.evaluation.statistics.intervals import Estimate

Reals = NDArray[np.float64]
Winner = Literal["first", "second"]

NULL_MEAN: Final = 0.5  # win share of equal models
STAKES: Final = tuple(0.64 / 2**j for j in range(7))
"""Fractions f of the capital at stake: large stakes find large differences early, small stakes small ones later."""
_MOST_EVIDENCE: Final = 700.0  # exp of more is no float
_BISECTIONS: Final = 40
_GRID: Final = 201


@dataclass(frozen=True)
class TestResult:
    """Result of the sequential test at this time.

    Parameters
    ----------
    n_scores
        Observations used.
    win_share
        Of the first: half of (1 + mean score) of the observations used, NaN if there are none. Its bounds are those of
        the confidence sequence, of level 1 - alpha.
    e_value
        Evidence against equality at this time: 1 is no evidence, larger is stronger; at most e^700.
    p_value
        The anytime-valid p-value of equality; at least e^-700.
    alpha
        Significance level.
    winner
        ``"first"`` or ``"second"``, None while not decided. A decision is final.
    decided_at
        Number of observations at the decision.
    drifted
        Whether the confidence sequence is empty, which is evidence that the mean changed.
    """

    n_scores: int
    win_share: Estimate
    e_value: float
    p_value: float
    alpha: float
    winner: Winner | None
    decided_at: int | None
    drifted: bool


def log_capitals(scores: Reals, mean: float) -> tuple[Reals, Reals]:
    """Return the logarithms of both capitals after every score.

    Parameters
    ----------
    scores
        From -1 to 1, in order of arrival along the last axis; float64, (..., scores).
    mean
        The hypothesis: mean of (1 + score) / 2, above 0 and below 1.

    Returns
    -------
    more, less
        log K+ and log K-; float64, (..., scores).

    Examples
    --------
    At m = 1/2 the mean stake is 0.181: one win turns 1 into 1.181.

    >>> more, less = log_capitals(np.array([1.0]), 0.5)
    >>> np.exp(more).round(3), np.exp(less).round(3)
    (array([1.181]), array([0.819]))
    """
    deviation = (1 + np.asarray(scores, np.float64)) / 2 - mean
    return _log_wealth(deviation / mean), _log_wealth(-deviation / (1 - mean))


def sequential_test(scores: Reals, alpha: float = 0.05) -> TestResult:
    """Test whether the mean score is 0; may be called after every score.

    Parameters
    ----------
    scores
        From -1 (the second won) to 1 (the first won), in order of arrival; float64, (scores,).
    alpha
        Significance level, over all looks together.
    """
    scores = np.asarray(scores, np.float64)
    if not len(scores):
        return TestResult(0, Estimate(np.nan, 0.0, 1.0), 1.0, 1.0, alpha, None, None, drifted=False)
    more, less = log_capitals(scores, NULL_MEAN)
    evidence = np.minimum(np.logaddexp(more, less) - np.log(2), _MOST_EVIDENCE)
    decided_at = _first(evidence >= np.log(1 / alpha))
    winner: Winner | None = None
    if decided_at is not None:
        winner = "second" if less[decided_at - 1] > more[decided_at - 1] else "first"
    low, high = _bounds(scores, alpha)
    return TestResult(
        len(scores),
        Estimate(float((1 + scores.mean()) / 2), low, high),
        float(np.exp(evidence[-1])),
        float(min(1.0, np.exp(-evidence.max()))),
        alpha,
        winner,
        decided_at,
        drifted=low > high,
    )


def confidence_sequence(
    scores: Reals, alpha: float, points: int = 200
) -> tuple[NDArray[np.int64], Reals, Reals]:
    """Return the confidence sequence of the win share over time, for a plot.

    Returns
    -------
    at
        Numbers of scores, at most ``points`` of them; int64.
    low, high
        Bounds after so many, to half a percent, outwards; float64.
    """
    scores = np.asarray(scores, np.float64)
    at = np.unique(np.linspace(1, max(len(scores), 1), points).astype(np.int64))[: len(scores)]
    low, high = np.zeros(len(at)), np.ones(len(at))
    for mean in np.linspace(0, 1, _GRID)[1:-1]:
        more, less = (np.maximum.accumulate(capital)[at - 1] for capital in log_capitals(scores, float(mean)))
        low = np.where(more >= np.log(2 / alpha), np.maximum(low, mean), low)
        high = np.where(less >= np.log(2 / alpha), np.minimum(high, mean), high)
    return at, low, high


def _log_wealth(gains: Reals) -> Reals:
    """Return the logarithm of a capital that starts at 1, with bets on gains at every stake."""
    total = np.full(gains.shape, -np.inf)
    for stake in STAKES:
        np.logaddexp(total, np.cumsum(np.log1p(stake * gains), axis=-1), out=total)
    return np.asarray(total - np.log(len(STAKES)))


def _bounds(scores: Reals, alpha: float) -> tuple[float, float]:
    """Return the bounds of the win share.

    One capital falls with m and the other rises, so bisection finds where each crosses 2 / alpha.
    """
    decisive = np.log(2 / alpha)
    ends = []
    for side, refuted, not_refuted in ((0, 0.0, 1.0), (1, 1.0, 0.0)):
        # The end returned is always one that was refuted, or 0 or 1: rounding makes the interval wider.
        for _ in range(_BISECTIONS):
            middle = (refuted + not_refuted) / 2
            is_refuted = log_capitals(scores, middle)[side].max() >= decisive
            refuted, not_refuted = (middle, not_refuted) if is_refuted else (refuted, middle)
        ends.append(refuted)
    return ends[0], ends[1]


def _first(reached: NDArray[np.bool_]) -> int | None:
    """Return after how many scores something was reached, None where it was not."""
    return int(np.argmax(reached)) + 1 if reached.any() else None
