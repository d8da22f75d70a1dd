"""The reliability of annotators and labels: how far other annotators give the same items the same labels.

Every opinion (annotator u, item i, label l) is either about the item or arbitrary. It is about the item with the
probability t_u q_l, the reliability of the annotator times that of the label: annotators differ in care, and "seen
live" does not describe an artist, whoever uses it. Opinions about the item agree with those of others; arbitrary
ones agree only by chance:

    L = (x_il / c_ul + m) / (X_i + m)
    r = t_u q_l L / (t_u q_l L + 1 - t_u q_l)

x_il and X_i are the sums of r over the opinions of all annotators but u that give i the label l, or any label. m is
``smoothing``. c_ul is how often l is used by chance: the larger of its share of all r (over the whole, or of an item
on average) and of ``spam_tolerance`` times its share of u's opinions, to which ten of other labels are added: few
opinions make no habit. A label that an annotator puts on everything needs more agreement than one chosen for the item.

t_u is the expected share of u's opinions in which u was reliable, q_l that of l's in which l was, each with prior
opinions for and against. An arbitrary opinion may be of a reliable annotator and a bad label, or the reverse.

Where nobody else annotates an item, L is 1, and the opinion is as reliable as its annotator and its label. All who are
not named are one annotator here, and how many opinions one of theirs stands for does not count (:mod:`.opinions`).

This is a "one-coin" model in the sense of A. P. Dawid and A. M. Skene, "Maximum likelihood estimation of
observer error-rates using the EM algorithm" (Applied Statistics 28, 1979), with a second coin for the label, and for
opinions that are all positive; r and the coins are estimated in turn (EM). The opinions of u are left out of what
confirms them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Codes = NDArray[np.int64]

SWEEPS: Final = 15  # the estimate is stopped there: many reliabilities would still change
# Priors, where the estimate starts, and when an annotator has habits.
FOR_ANNOTATOR: Final = 2.0
"""Prior opinions for an annotator."""
AGAINST_ANNOTATOR: Final = 0.3
"""Prior opinions against an annotator, for each doubling of the number of their opinions; that they grow with it is our
own choice."""
FOR_LABEL: Final = 5.0
"""Prior opinions for a label."""
AGAINST_LABEL: Final = 0.5
"""Prior opinions against a label."""
_START: Final = (0.8, 0.9, 0.7)  # of t, q and r: most are trusted until others disagree
_HABIT: Final = 10.0  # opinions until an annotator has habits
# Keeps a sum that is divided by above 0, and, by our own choice, t of an annotator without opinions below 1.
_TINY: Final = 1e-3


@dataclass(frozen=True, eq=False)
class AnnotatorReliability:
    """The estimated reliability.

    Parameters
    ----------
    opinions
        r: probability that each opinion is about the item; float64, (opinions,).
    annotators
        t: reliability of each annotator; float64, (annotators,). One without opinions has a prior value near 1; if
        nobody has any, all have the value that the estimate starts from, 0.8, and so have later opinions
        (:func:`~tigertail.signals.annotation.lexicon.lexicon_of`).
    labels
        q: reliability of each label; float64, (labels,). Without opinions likewise: 10/11, or 0.9.

    Where the settings leave the estimate out, all are 1. For items that come after the fit, ``annotators`` and
    ``labels`` are empty: nothing reads them.
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
    """Estimate the reliability of annotators, labels and opinions.

    Parameters
    ----------
    item, label, annotator
        Codes of each opinion; int64, (opinions,). No opinion is there twice.
    sizes
        Number of items, labels and annotators.
    smoothing, spam_tolerance
        m above 0, and the factor of c_ul: see :class:`~tigertail.signals.annotation.config.AnnotationConfig`.

    Examples
    --------
    Three annotators label twenty artists with five genres. A fourth gives all the same label.

    >>> artist = np.repeat(np.arange(20), 4)
    >>> people = np.tile(np.arange(4), 20)
    >>> label = np.where(people < 3, artist % 5, 5)
    >>> estimate_reliability(artist, label, people, (20, 6, 4)).annotators.round(1)
    array([0.9, 0.9, 0.9, 0.4])
    """
    items, labels, annotators = sizes
    if not len(item):
        return AnnotatorReliability(np.empty(0), np.full(annotators, _START[0]), np.full(labels, _START[1]))
    # Which opinions sums are taken over: of one item and label, of one item and annotator, of one annotator and label.
    of_item_and_label, of_item_and_annotator, of_annotator_and_label = (
        np.unique(codes, return_inverse=True)[1]
        for codes in (item * labels + label, item * annotators + annotator, annotator * labels + label)
    )
    given = np.bincount(annotator, minlength=annotators)
    used = np.bincount(label, minlength=labels)
    same_label = np.bincount(of_annotator_and_label)[of_annotator_and_label]
    spam_chance = spam_tolerance * same_label / (given[annotator] + _HABIT)
    t, q = np.full(annotators, _START[0]), np.full(labels, _START[1])
    r = np.full(len(item), _START[2])
    for _ in range(SWEEPS):
        # E step: r from t and q
        total = np.bincount(item, r, items).astype(np.float64)
        x_il = np.bincount(of_item_and_label, r)[of_item_and_label] - r
        x_i = total[item] - np.bincount(of_item_and_annotator, r)[of_item_and_annotator]
        # Differences of sums may fall below 0 by rounding.
        x_il, x_i = np.maximum(x_il, 0), np.maximum(x_i, 0)
        c_ul = np.maximum(_chance(item, label, r, total, labels)[label], spam_chance)
        ratio = (x_il / c_ul + smoothing) / (x_i + smoothing)  # L
        t_u, q_l = t[annotator], q[label]
        r = t_u * q_l * ratio / (t_u * q_l * ratio + 1 - t_u * q_l)
        # M step: t and q from r
        arbitrary = (1 - r) / (1 - t_u * q_l)  # as a share of how likely an arbitrary one was before
        of_reliable_annotator = r + arbitrary * t_u * (1 - q_l)
        of_reliable_label = r + arbitrary * q_l * (1 - t_u)
        against = AGAINST_ANNOTATOR * np.log2(1 + given)
        supporting = FOR_ANNOTATOR + np.bincount(annotator, of_reliable_annotator, annotators)
        t = supporting / (FOR_ANNOTATOR + against + given + _TINY)
        q = (FOR_LABEL + np.bincount(label, of_reliable_label, labels)) / (FOR_LABEL + AGAINST_LABEL + used)
    return AnnotatorReliability(r, t, q)


def _chance(item: Codes, label: Codes, r: Reals, total: Reals, labels: int) -> Reals:
    """Return how often each label is used by chance: of all opinions, or of an item's on average.

    Spammers annotate items that nobody else annotates. The first measure alone would count their agreement there as
    more than chance. In both, 1 is added for each label, so that no chance is 0.
    """
    overall = (np.bincount(label, r, labels) + 1) / (r.sum() + labels)
    share = np.bincount(label, r / np.maximum(total[item], _TINY), labels)
    return np.asarray(np.maximum(overall, (share + 1) / (np.count_nonzero(total) + labels)))
