"""Settings of the mixture, and of the candidates that it ranks."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

# As tigertail.mixing.candidates keeps them: code, bits and the affinities of some two parts; a sample and its weights.
_BYTES_OF_CANDIDATE: Final = 15
_BYTES_OF_ITEM: Final = 1000
_FEWEST_CANDIDATES: Final = 100


class RetrievalConfig(BaseModel):
    """How many items a query ranks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    candidates: int = Field(600, ge=0)
    """Candidates kept of each item at most; 0 keeps none, and every query looks at every item."""

    gib: float = Field(2, gt=0, le=1_000_000)
    """GiB that the candidates of all items may take, about: where they would take more, fewer are kept, down to 100."""

    def candidates_of(self, items: int) -> int:
        """Return how many candidates to keep of each of so many items."""
        affordable = int((self.gib * 2**30 / max(items, 1) - _BYTES_OF_ITEM) / _BYTES_OF_CANDIDATE)
        return min(self.candidates, max(affordable, _FEWEST_CANDIDATES))


class MixtureConfig(BaseModel):
    """What is mixed, and how the mixture is learned."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    signals: tuple[str, ...] = ()
    """Signals that take part; none named means all there are but ``factors`` and ``co-listening``, which
    ``listening`` contains."""
    coefficients: Literal["by query", "constant"] = "by query"
    """Whether those of taste depend on how well the query is known; those of kinship always do."""
    overlaps: tuple[tuple[str, str], ...] = (("listening", "annotation"),)
    """Pairs of signals that may say the same: the mixture also learns coefficients for the product of their curves."""
    beta: float = Field(0.74, ge=0, le=2)
    """Popularity exponent of a query of middling popularity: 0 is the plain probability, more ranks stars lower."""
    beta_slope: float = Field(0.0, ge=-2, le=2)
    """How much higher ``beta`` is for queries of some 3,000 listeners than for those of none."""
    character: float = Field(0.2, ge=0, le=1)
    """Between taste, 0, what its listeners also play, and kinship, 1, what is alike."""
    held_out: float = Field(0.2, gt=0, lt=1)
    """Share of listeners the mixture is learned from; signals are fitted to the others meanwhile."""
    max_listeners: int = Field(3000, ge=10)
    """Listeners it is learned from, at most."""
    max_queries: int = Field(6000, ge=10)
    """Queries it is learned from, at most, drawn at random where what these listeners play is more."""
    answers_per_signal: int = Field(60, ge=1)
    """Best answers of each signal that it learns from, at each of three popularity exponents."""
    negatives: int = Field(300, ge=0)
    """Items that it learns from beside these answers: so many of the most popular, and so many at random."""
    stratum_balance: float = Field(0.5, ge=0, le=1)
    """From 0, strata of queries count by their hits, to 1, each counts the same."""
    popularity_correction: float = Field(0.0, ge=0, le=1)
    """The weight of a hit is divided by the listeners of the item to this power."""
    feedback: float = Field(0.02, ge=0, lt=1)
    """Share of the training hits from listeners' feedback, at most, where it is given."""
    signal_dropout: float = Field(0.3, ge=0, lt=1)
    """Every second query is learned a second time, without about this share of its signals, so that the coefficients of
    the others are learned without them too; the hits of such a query count twice."""
    prior_precision: float = Field(10.0, gt=0)
    """Precision of the Gaussian prior on the coefficients: the hits that it is worth."""
