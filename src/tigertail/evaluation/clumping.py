"""Clumping: how much nearer than by their own listeners a country's local artists lie to each other.

For each country with at least five artists at home there: the mean, over ordered pairs of
them, of the affinity A -> B as the system gives it, standardised within A's row (mean 0, deviation 1 over the
catalogue), minus the same for the cosine of co-listening among that country's own listeners. Countries weigh
by their number of local artists. Above 0, the model draws them closer than their listeners' behaviour says.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tigertail.evaluation.homes import UNKNOWN
from tigertail.signals.contract import Signal
from tigertail.sparse import CSR

FEWEST_LOCAL: Final = 5  # artists at home in a country below which it cannot clump
MOST_LOCAL: Final = 100  # artists a country, the most popular, that clumping looks at


def clumping(signal: Signal, plays: CSR, lives: NDArray[np.str_], homes: NDArray[np.str_]) -> float:
    """Return how much nearer local artists lie to each other than their own listeners' behaviour says.

    Parameters
    ----------
    signal
        The system.
    plays
        Training listeners by items.
    lives
        Country of each training listener.
    homes
        Home country of each item.

    Examples
    --------
    Five Poles all play the same five artists at home there, five Brazilians five others. Among ten artists of
    whom five are alike and five are not, standardised affinities are 1 and -1, in the model as in what listeners
    do: nothing clumps. A model to which all ten are alike gives 0 to all: its local artists lie 1 farther apart
    than their listeners say.

    >>> plays = CSR.build(np.repeat(range(10), 5), [*range(5)] * 5 + [*range(5, 10)] * 5, [1] * 50, (10, 10))
    >>> where = np.repeat(["PL", "BR"], 5)
    >>> from tigertail.signals.factors import FactorAffinity
    >>> two = FactorAffinity(np.repeat(np.eye(2, dtype=np.float32), 5, axis=0))
    >>> one = FactorAffinity(np.ones((10, 1), np.float32))
    >>> round(clumping(two, plays, where, where), 6), round(clumping(one, plays, where, where), 6)
    (0.0, -1.0)
    """
    popularity = np.bincount(plays.indices, minlength=plays.columns)
    excess, weights = [], []
    for country in np.unique(homes[homes != UNKNOWN]):
        local = np.flatnonzero((homes == country) & (popularity >= FEWEST_LOCAL))[:MOST_LOCAL]
        own = plays.select_rows(np.flatnonzero(lives == country))
        if len(local) < FEWEST_LOCAL or own.entries == 0:
            continue
        model = _closeness(signal.affinity(local.astype(np.int32)), local, popularity > 0)
        theirs = _closeness(_cosines(own, local), local, popularity > 0)
        if np.isfinite(model) and np.isfinite(theirs):
            excess.append(model - theirs)
            weights.append(len(local))
    return float(np.average(excess, weights=weights)) if excess else float("nan")


def _closeness(rows: NDArray[np.float32], local: NDArray[np.intp], catalogue: NDArray[np.bool_]) -> float:
    """Return the mean standardised affinity between different local items."""
    known = rows[:, catalogue].astype(np.float64)
    spoken = np.isfinite(known)
    if not spoken.any():
        return float("nan")
    known[~spoken] = min(0.0, known[spoken].min())  # what a system does not speak of, it puts last
    spread = known.std(axis=1, keepdims=True)
    standard = (known - known.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1)
    place = np.cumsum(catalogue)[local] - 1
    among = standard[:, place]
    return float(among[~np.eye(len(local), dtype=bool)].mean())


def _cosines(plays: CSR, items: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return the cosine of co-listening from some items to all; float32, (items, columns)."""
    ones = sp.csr_matrix((np.ones(plays.entries), plays.indices, plays.offsets), plays.shape)
    common = (ones.T.tocsr()[items] @ ones).toarray()
    lengths = np.sqrt(np.maximum(np.asarray(ones.sum(axis=0)).ravel(), 1))
    return np.asarray(common / lengths[items, None] / lengths[None, :], np.float32)
