"""Choices teach coefficients: known ones are found again, and without choices the prior stays."""

from __future__ import annotations

import numpy as np

from tigertail.mixing.conditional_logit import Choices, fit_conditional_logit

QUERIES, CANDIDATES = 400, 30


def choices(values: np.ndarray, shares: np.ndarray, rng: np.random.Generator) -> Choices:
    """Let fifty people choose from the candidates of each query."""
    hits = np.concatenate([rng.multinomial(50, share / share.sum()) for share in shares])
    offsets = np.arange(QUERIES + 1, dtype=np.int64) * CANDIDATES
    return Choices(offsets, values.reshape(-1, values.shape[2]).astype(np.float32), hits.astype(np.float64))


def features(rng: np.random.Generator) -> np.ndarray:
    return np.column_stack([np.ones(QUERIES), rng.random(QUERIES)])


def test_heights_that_made_the_choices_are_found_again() -> None:
    rng = np.random.default_rng(0)
    asked, values = features(rng), rng.normal(size=(QUERIES, CANDIDATES, 2))
    truth = np.array([[1.0, -1.0], [0.5, 0.5]])
    shares = np.exp(np.einsum("qct,qt->qc", values, asked @ truth.T))
    found = fit_conditional_logit(choices(values, shares, rng), asked, np.zeros((2, 2)), 1.0)
    np.testing.assert_allclose(found, truth, atol=0.1)


def test_without_choices_the_prior_stays() -> None:
    none = Choices(np.array([0, 0], np.int64), np.empty((0, 2), np.float32), np.empty(0))
    prior = np.array([[0.5], [2.0]])
    assert fit_conditional_logit(none, np.ones((1, 1)), prior, 30.0) is prior


def test_a_heavy_prior_is_hardly_left() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(size=(QUERIES, CANDIDATES, 1))
    shares = np.exp(2 * values[:, :, 0])
    made = choices(values, shares, rng)
    asked = np.ones((QUERIES, 1))
    near, free = (
        fit_conditional_logit(made, asked, np.zeros((1, 1)), penalty)[0, 0] for penalty in (1e7, 1.0)
    )
    assert near < 0.1 < 1.8 < free
