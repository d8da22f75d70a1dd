"""From play counts to confidence: how much an observed pair weighs in the objective."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from tigertail.sparse import CSR


class ConfidenceConfig(BaseModel):
    """How play counts r become confidences c.

    ==========  ====================================================================================
    transform   confidence
    ==========  ====================================================================================
    binary      1, whatever the count
    linear      1 + gain r                      (Hu et al., ICDM 2008, section 4)
    log         1 + gain ln(1 + r / scale)      (Hu et al., ICDM 2008, equation 6)
    bm25        1 + gain r (k1 + 1) / (r + k1 (1 - b + b n_u / mean n)), with n_u the plays of listener u,
                and the mean over all listeners of the matrix, those without plays too
                (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009)
    ==========  ====================================================================================
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    transform: Literal["binary", "linear", "log", "bm25"] = "log"
    """Which transform."""
    gain: float = Field(0.5, ge=0)
    """How much plays beyond the bare fact of listening count."""
    scale: float = Field(1.0, gt=0)
    """Plays at which the logarithm bends (log only)."""
    k1: float = Field(100.0, gt=0)
    """Plays at which the weight of a listener with the mean number of plays is half saturated (bm25 only)."""
    b: float = Field(0.5, ge=0, le=1)
    """How much heavy listeners are discounted (bm25 only)."""


def confidence(plays: CSR, config: ConfidenceConfig) -> CSR:
    """Return the confidence of each pair of a matrix of plays, listeners by items.

    Examples
    --------
    >>> plays = CSR.from_coo([0, 0], [0, 1], [1, 9], shape=(1, 2))
    >>> confidence(plays, ConfidenceConfig(transform="linear", gain=2)).data
    array([ 3., 19.], dtype=float32)
    """
    r = plays.data
    if config.transform == "binary":
        return plays.with_data(np.ones_like(r))
    if config.transform == "linear":
        strength = r
    elif config.transform == "log":
        strength = np.log1p(r / config.scale)
    else:
        rows = plays.entry_rows()
        totals = np.bincount(rows, r.astype(np.float64), plays.shape[0])
        length = 1 - config.b + config.b * totals / max(totals.mean(), 1e-9)
        strength = r * (config.k1 + 1) / (r + config.k1 * length[rows])
    return plays.with_data((1 + config.gain * strength).astype(np.float32))
