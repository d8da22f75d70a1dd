"""A conditional logit: which items of its choice set people chose after a query.

The model is a conditional logit (D. McFadden, "Conditional logit analysis of qualitative choice behavior", 1974): the
items of a choice set share out one unit of probability, and every hit is one choice. The logits are linear in the
terms of the items. A Gaussian prior keeps coefficients near what they were before; it is the same for every term,
measured by its standard deviation over the items.
"""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tigertail.kernels import njit, prange

Reals = NDArray[np.float64]
MAX_ITERATIONS: Final = 80  # the coefficients reached by then are taken
_AT_A_TIME: Final = 2**16  # items whose squares are held


@dataclass(frozen=True, eq=False)
class Choices:
    """Choice sets, query by query, and what was chosen.

    Parameters
    ----------
    offsets
        Where the items of each query begin, and where the last end; int64, (queries + 1,).
    values
        The terms of each item; float32, (items, terms).
    hits
        How often each was chosen, times the weight of a choice; float64, (items,).
    """

    offsets: NDArray[np.int64]
    values: NDArray[np.float32]
    hits: Reals

    @property
    def total(self) -> float:
        """Weight of all hits."""
        return float(self.hits.sum())


def fit_conditional_logit(choices: Choices, features: Reals, prior: Reals, penalty: float) -> Reals:
    """Fit logits that are linear in the items' terms, with coefficients linear in the query's features.

    Parameters
    ----------
    choices
        The choice sets.
    features
        Features of each query; float64, (queries, features).
    prior
        Mean of the Gaussian prior; float64, (terms, features).
    penalty
        Precision of the prior, of coefficients of terms that are divided by their standard deviation.

    Returns
    -------
    NDArray[np.float64]
        Float64, (terms, features).
    """
    if not choices.total:
        return prior
    spread = _standard_deviation(choices.values)
    spread[spread == 0] = 1
    values = np.divide(choices.values, spread, out=np.empty_like(choices.values), casting="same_kind")

    def log_likelihood(coefficients: Reals) -> tuple[float, Reals]:
        likelihood, gradient = _likelihood(choices.offsets, values, choices.hits, features @ coefficients.T)
        return float(likelihood.sum()), gradient.T @ features

    coefficients = _maximum_a_posteriori(log_likelihood, prior * spread[:, None], penalty, choices.total)
    return np.asarray(coefficients / spread[:, None])


def log_likelihoods(choices: Choices, coefficients: Reals) -> Reals:
    """Return the log likelihood of the hits of each query; float64, (queries,).

    Parameters
    ----------
    choices
        The choice sets.
    coefficients
        Of each query; float64, (queries, terms).
    """
    return np.asarray(_likelihood(choices.offsets, choices.values, choices.hits, coefficients)[0])


def _standard_deviation(values: NDArray[np.float32]) -> Reals:
    """Return the standard deviation of each column, with the squares of only some rows held; float64, (columns,)."""
    mean = _sum_of_rows(values, 0.0, 1) / len(values)
    return np.asarray(np.sqrt(_sum_of_rows(values, mean, 2) / len(values)))


def _sum_of_rows(values: NDArray[np.float32], centre: Reals | float, power: int) -> Reals:
    """Return the sum of the powers of what each row is beyond a centre, one row after the other."""
    total = np.zeros((1, values.shape[1]))
    for start in range(0, len(values), _AT_A_TIME):
        rows = (values[start : start + _AT_A_TIME] - np.asarray(centre, np.float64)) ** power
        total = np.vstack([total, rows]).sum(axis=0, keepdims=True)
    return np.asarray(total[0])


def _maximum_a_posteriori(
    log_likelihood: Callable[[Reals], tuple[float, Reals]], prior: Reals, penalty: float, hits: float
) -> Reals:
    """Return the coefficients with the highest posterior, from the log likelihood and its gradient."""
    from scipy.optimize import minimize

    def objective(flat: Reals) -> tuple[float, Reals]:
        deviation = flat - prior.ravel()
        likelihood, gradient = log_likelihood(flat.reshape(prior.shape))
        # Per hit: L-BFGS-B stops at a gradient of a fixed size.
        value = (penalty / 2 * deviation @ deviation - likelihood) / hits
        return float(value), (penalty * deviation - gradient.ravel()) / hits

    options: Any = {"maxiter": MAX_ITERATIONS}
    optimum = minimize(objective, prior.ravel(), jac=True, method="L-BFGS-B", options=options)
    return np.asarray(optimum.x.reshape(prior.shape))


@njit(parallel=True, cache=True)
def _likelihood(offsets, values, hits, coefficients):
    """Return the log likelihood of each query's choices, and its gradient by the query's coefficients."""
    queries, size = coefficients.shape
    likelihood = np.zeros(queries)
    gradient = np.zeros((queries, size))
    for query in prange(queries):
        begin, end = offsets[query], offsets[query + 1]
        logits = np.zeros(end - begin)
        for e in range(begin, end):
            for j in range(size):
                logits[e - begin] += coefficients[query, j] * values[e, j]
        if begin == end:
            continue
        top = logits.max()
        total = np.exp(logits - top).sum()
        chosen = hits[begin:end].sum()
        for e in range(begin, end):
            shifted = logits[e - begin] - top
            likelihood[query] += hits[e] * (shifted - np.log(total))
            residual = hits[e] - chosen * np.exp(shifted) / total
            for j in range(size):
                gradient[query, j] += residual * values[e, j]
    return likelihood, gradient
