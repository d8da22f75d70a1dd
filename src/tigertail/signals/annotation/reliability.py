"""Whom to believe: annotators and labels are trusted as far as others say the same of the same item.

Every opinion (annotator u, item i, label l) is either meant of the item, or said without looking at it. It is
meant only if two coins fall right, the annotator's, t_u, and the label's, q_l: people differ in care, and
"seen live" says nothing of an artist, whoever uses it. What is meant agrees with what others mean of the item;
what is not meant agrees only by chance:

    L = (x_il / c_ul + m) / (X_i + m)
    r = t_u q_l L / (t_u q_l L + 1 - t_u q_l)

x_il and X_i are the believed opinions, of all but u, that say l of i, or anything. m, the caution, is how many it
takes to be heard. c_ul is how often l is said by chance: the larger of its share of the believed opinions (of
all, or of an item's on average) and of ``spam_tolerance`` times its share of what u says. A label pasted on
everything is cheap, and needs more agreement than one chosen for the item.

Where nobody else speaks of an item, L is 1, and the opinion is believed as far as its annotator is.

This is a "one-coin" model in the sense of A. P. Dawid and A. M. Skene, "Maximum likelihood estimation of
observer error-rates using the EM algorithm" (Applied Statistics 28, 1979), with a second coin, for opinions of
which only the positive ones are ever given; r and the coins are found by turns (EM). What the others say is
taken as it is at each turn, leaving u's own words out, so that nobody can confirm themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Codes = NDArray[np.int64]

SWEEPS: Final = 15
TRUST: Final = (
    2.0,
    0.3,
)  # opinions that speak for an annotator, and against for each doubling of their number
SENSE: Final = (5.0, 0.5)  # opinions that speak for a label, and against
_START: Final = (0.8, 0.9, 0.7)  # of t, q and r
_HABIT: Final = 10.0  # opinions until an annotator has habits
_TINY: Final = 1e-3  # keeps the coin of somebody who says nothing below 1


@dataclass(frozen=True, eq=False)
class AnnotatorReliability:
    """How far to believe.

    Parameters
    ----------
    opinions
        Probability that each opinion is meant; float64, (opinions,).
    annotators
        Trust in each annotator; float64, (annotators,).
    labels
        How much sense each label makes; float64, (labels,).
    """

    opinions: Reals
    annotators: Reals
    labels: Reals


def estimate_reliability(
    item: Codes,
    label: Codes,
    annotator: Codes,
    sizes: tuple[int, int, int],
    *,
    smoothing: float = 10.0,
    spam_tolerance: float = 0.1,
) -> AnnotatorReliability:
    """Find out whom to believe.

    Parameters
    ----------
    item, label, annotator
        Codes of each opinion; int64, (opinions,). No opinion is there twice.
    sizes
        Number of items, labels and annotators.
    caution
        Opinions on an item that weigh as much as chance.
    cheapness
        How much agreement an annotator's habit needs.

    Examples
    --------
    Three people say of twenty artists which of five kinds they are. A fourth says the same of all.

    >>> artist = np.repeat(np.arange(20), 4)
    >>> people = np.tile(np.arange(4), 20)
    >>> said = np.where(people < 3, artist % 5, 5)
    >>> estimate_reliability(artist, said, people, (20, 6, 4)).annotators.round(1)
    array([0.9, 0.9, 0.9, 0.4])
    """
    items, labels, annotators = sizes
    if not len(item):
        return AnnotatorReliability(np.empty(0), np.full(annotators, _START[0]), np.full(labels, _START[1]))
    cell, mine, habit = (
        np.unique(codes, return_inverse=True)[1]
        for codes in (item * labels + label, item * annotators + annotator, annotator * labels + label)
    )
    said = np.bincount(annotator, minlength=annotators)
    used = np.bincount(label, minlength=labels)
    cheap = spam_tolerance * np.bincount(habit)[habit] / (said[annotator] + _HABIT)
    trust, sense = np.full(annotators, _START[0]), np.full(labels, _START[1])
    meant = np.full(len(item), _START[2])
    for _ in range(SWEEPS):
        total = np.bincount(item, meant, items).astype(np.float64)
        same = np.bincount(cell, meant)[cell] - meant
        others = total[item] - np.bincount(mine, meant)[mine]
        # Differences of sums may fall below 0 by rounding.
        same, others = np.maximum(same, 0), np.maximum(others, 0)
        chance = np.maximum(_chance(item, label, meant, total, labels)[label], cheap)
        ratio = (same / chance + smoothing) / (others + smoothing)
        t, q = trust[annotator], sense[label]
        meant = t * q * ratio / (t * q * ratio + 1 - t * q)
        unmeant = (1 - meant) / (1 - t * q)
        careful, sensible = meant + unmeant * t * (1 - q), meant + unmeant * q * (1 - t)
        doubt = TRUST[1] * np.log2(1 + said)
        trust = (TRUST[0] + np.bincount(annotator, careful, annotators)) / (TRUST[0] + doubt + said + _TINY)
        sense = (SENSE[0] + np.bincount(label, sensible, labels)) / (sum(SENSE) + used)
    return AnnotatorReliability(meant, trust, sense)


def _chance(item: Codes, label: Codes, meant: Reals, total: Reals, labels: int) -> Reals:
    """Return how often each label is said by chance: of all opinions, or of an item's on average.

    Spammers care for items nobody speaks of, where theirs is all that is said: the first alone would take
    their agreement there for more than chance.
    """
    overall = (np.bincount(label, meant, labels) + 1) / (meant.sum() + labels)
    share = np.bincount(label, meant / np.maximum(total[item], _TINY), labels)
    return np.asarray(np.maximum(overall, (share + 1) / (np.count_nonzero(total) + labels)))
