"""Learning a mixture: one conditional logit over the terms of all signals, for each of its two ends.

Taste is learned from what held-out listeners play besides the query, among what their source offers; kinship from
curated lists, starting from the pretrained coefficients (:mod:`tigertail.mixing.kinship`). The choice set of a query,
which its listeners or the makers of lists chose from, is found by :mod:`tigertail.mixing.choice_sets`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from tigertail.mixing.choice_sets import ChoicePlan, ChoiceSet, ChoiceSetFinder, find_here
from tigertail.mixing.conditional_logit import Choices, fit_conditional_logit, log_likelihoods
from tigertail.mixing.config import MixtureConfig
from tigertail.mixing.kinship import pretrained_kinship
from tigertail.mixing.parameters import KINSHIP_FEATURES, TASTE_FEATURES, MixtureParameters
from tigertail.mixing.terms import PopularityFeatures, Terms, least_listeners, term_values
from tigertail.mixing.training_set import TrainingQueries
from tigertail.progress import progress
from tigertail.signals.contract import Signal
from tigertail.threads import limited

Reals = NDArray[np.float64]

PRIOR: Final = (0.0, 0.5)
"""Prior means of a signal's curve, by :data:`tigertail.mixing.terms.BENDS`: its larger values count, as their root."""
ITEM_PRIOR: Final = (0.5, 0.5, 0.0, 0.0)
"""Prior means by :data:`tigertail.mixing.terms.ITEM_TERMS`: popularity and support count as their roots. Where taste is
learned, "not offered" takes the coefficient of popularity and "no listener" that of kinship, whatever they have here.
Terms that are neither of a curve nor of an item alone, overlaps and "no content data", have 0. The halves are a choice,
between no effect, 0, and a full one, 1; where there are many hits, these decide."""


def fit_parameters(
    signals: Mapping[str, Signal],
    training: TrainingQueries,
    config: MixtureConfig,
    *,
    plays_only: Collection[str] = (),
    lists: TrainingQueries | None = None,
    seed: int = 0,
    threads: int | None = None,
    find: ChoiceSetFinder = find_here,
) -> MixtureParameters:
    """Fit the parameters of a mixture.

    Parameters
    ----------
    signals
        What is mixed, fitted without the held-out listeners.
    training
        What held-out listeners play beside what.
    config
        Settings.
    plays_only
        Which signals are models of plays alone.
    lists
        Curated lists, which teach kinship; without them it is the pretrained one.
    seed
        Seed of the negatives, and of the signals left out.
    threads
        Threads to use; None means all. What is learned is the same for any number.
    find
        What finds the choice sets.
    """
    trainer = _MixtureTrainer.of(signals, training, config, plays_only, seed, find)
    with progress("mixture", 2) as tick, limited(threads):
        taste = trainer.taste(training)
        tick(note="taste")
        kinship = trainer.kinship(taste, lists)
        taste[trainer.terms.no_listener, :KINSHIP_FEATURES] = kinship[trainer.terms.no_listener]
        tick(note="kinship")
    return replace(trainer.blank, taste=taste, kinship=kinship)


def fit_kinship(
    signals: Mapping[str, Signal],
    lists: TrainingQueries,
    config: MixtureConfig,
    *,
    plays_only: Collection[str] = (),
    seed: int = 0,
) -> dict[str, list[float]]:
    """Fit the coefficients of kinship, by the name of the term, to lists alone: those that ship were made so.

    Parameters
    ----------
    signals
        Signals, fitted without whoever made the lists.
    lists
        Lists that people made.
    config, plays_only, seed
        As in :func:`fit_parameters`.
    """
    trainer = _MixtureTrainer.of(signals, lists, config, plays_only, seed)
    prior = trainer.prior(KINSHIP_FEATURES)
    return dict(zip(trainer.terms.names, trainer.fit_kinship(lists, prior).tolist(), strict=True))


def likelihood_of_each(
    signals: Mapping[str, Signal], training: TrainingQueries, config: MixtureConfig, *, seed: int = 0
) -> dict[str, Reals]:
    """Return how likely each signal, with the popularity of the items, makes what held-out listeners chose.

    Parameters
    ----------
    signals
        Signals to compare, fitted without the held-out listeners.
    training
        What held-out listeners play beside what.
    config, seed
        As in :func:`fit_parameters`.

    Returns
    -------
    dict[str, NDArray[np.float64]]
        By name, the log likelihood of the hits of each query that a signal has data about; float64, (queries,). Choice
        sets are the same for all.
    """
    # Which are models of plays alone does not matter: the one term that asks for it is not among the columns.
    trainer = _MixtureTrainer.of(signals, training, config, tuple(signals), seed)
    weights = training.hit_weights(config.stratum_balance, config.popularity_correction)
    choices, features = trainer.taste_choices(training, weights, 0.0)
    features, terms = features[:, :TASTE_FEATURES], trainer.terms
    prior = trainer.prior(TASTE_FEATURES)
    likelihoods = {}
    for name in signals:
        columns = np.r_[terms.of_signal(name), terms.of_items]
        alone = replace(choices, values=np.ascontiguousarray(choices.values[:, columns]))
        learned = fit_conditional_logit(alone, features, prior[columns], config.prior_precision)
        likelihoods[name] = log_likelihoods(alone, features @ learned.T)
    return likelihoods


@dataclass(frozen=True, eq=False)
class _MixtureTrainer:
    """Learns the coefficients of both ends, taste and kinship, over the same terms and signals."""

    signals: Mapping[str, Signal]
    config: MixtureConfig
    blank: MixtureParameters
    seed: int
    find: ChoiceSetFinder

    @classmethod
    def of(
        cls,
        signals: Mapping[str, Signal],
        training: TrainingQueries,
        config: MixtureConfig,
        plays_only: Collection[str],
        seed: int,
        find: ChoiceSetFinder = find_here,
    ) -> Self:
        """Make a trainer of some signals, whose parameters are all 0 yet."""
        names = tuple(signals)
        overlaps = tuple(pair for pair in config.overlaps if set(pair) <= set(names))
        terms = Terms(names, tuple(name for name in names if name in plays_only), overlaps)
        cap = int(training.listeners[training.queries].max(initial=0))
        blank = np.zeros((len(terms), TASTE_FEATURES + len(names))), np.zeros((len(terms), KINSHIP_FEATURES))
        return cls(
            signals,
            config,
            MixtureParameters(
                terms, *blank, cap, least_listeners(training.listeners), (config.beta, config.beta_slope)
            ),
            seed,
            find,
        )

    def prior(self, features: int) -> Reals:
        """Return the mean of the prior of coefficients; float64, (terms, features)."""
        prior = np.zeros((len(self.terms), features))
        for name in self.terms.signals:
            prior[self.terms.of_signal(name), 0] = PRIOR
        prior[self.terms.of_items, 0] = ITEM_PRIOR
        return prior

    @property
    def terms(self) -> Terms:
        return self.blank.terms

    def taste(self, training: TrainingQueries) -> Reals:
        """Learn the coefficients for what listeners of the query also play; float64, (terms, 3 + signals)."""
        weights = training.hit_weights(self.config.stratum_balance, self.config.popularity_correction)
        choices, features = self.taste_choices(training, weights, self.config.signal_dropout)
        if self.config.coefficients == "constant":
            features[:, 1:TASTE_FEATURES] = 0
        taste = fit_conditional_logit(
            choices, features, self.prior(features.shape[1]), self.config.prior_precision
        )
        taste[self.terms.not_offered] = taste[self.terms.popularity]
        return taste

    def taste_choices(self, training: TrainingQueries, weights: Reals, drop: float) -> tuple[Choices, Reals]:
        """Return what :meth:`_choices` does, with one term for what people play by.

        It is m_B, the listeners that B would have if all could hear it (mixing/terms.py):
        log m_B = log n_B + log(m_B / n_B), so that both parts have one coefficient.
        """
        choices, features = self._choices(training, weights, drop)
        popularity, not_offered = self.terms.popularity, self.terms.not_offered
        choices.values[:, popularity] += choices.values[:, not_offered]
        choices.values[:, not_offered] = 0
        return choices, features

    def kinship(self, taste: Reals, lists: TrainingQueries | None) -> Reals:
        """Return the coefficients for what is alike; float64, (terms, 2)."""
        pretrained = pretrained_kinship(self.terms)
        unknown = np.isnan(pretrained[:, 0])
        pretrained[unknown] = taste[unknown, :KINSHIP_FEATURES]
        return pretrained if lists is None else self.fit_kinship(lists, pretrained)

    def fit_kinship(self, lists: TrainingQueries, prior: Reals) -> Reals:
        """Learn the coefficients for being on a curated list; float64, (terms, 2)."""
        choices, features = self._choices(lists, lists.hits.data.astype(np.float64), 0.0)
        choices.values[:, self.terms.not_offered] = 0  # makers of lists look anywhere
        return fit_conditional_logit(
            choices, features[:, :KINSHIP_FEATURES], prior, self.config.prior_precision
        )

    def _choices(self, training: TrainingQueries, weights: Reals, drop: float) -> tuple[Choices, Reals]:
        """Return the choice sets of all queries, and the features of the queries.

        A query of even row is there twice, in full and without some of its signals, if chance leaves out some and not
        all: so both cases are learned. The hits of such a query then count twice, so the weights sum to more than the
        hits of all queries. Rows run from the most popular query down, so every stratum has even ones.

        A hit on an item that is in no choice set does not count: what is learned is to order what the signals bring. So
        the negatives in the set are not weighed by how likely they were drawn, either.
        """
        rng = np.random.default_rng(self.seed)
        values, hits, has_data, listeners = [], [], [], []
        names = self.terms.signals
        popularity = PopularityFeatures.of(
            training.listeners, training.adjusted_listeners, self.blank.listener_floor
        )
        for row, choice_set in self._choice_sets(training):
            items, affinities, query_scales = choice_set.items, choice_set.affinities, choice_set.scales
            chosen = _hits_of(training, weights, row, items)
            left_out = tuple(name for name in affinities if rng.random() < drop)
            again = row % 2 == 0 and 0 < len(left_out) < len(affinities)
            for without in ((), left_out) if again else ((),):
                values.append(term_values(self.terms, affinities, query_scales, items, popularity, without))
                hits.append(chosen)
                has_data.append([name in affinities and name not in without for name in names])
                listeners.append(training.listeners[training.queries[row]])
        sizes = np.array([len(one) for one in values], np.int64)
        offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        whole = np.empty((offsets[-1], len(self.terms)), np.float32)
        while values:  # each is let go of once it is copied: all together are large
            last = len(values) - 1
            whole[offsets[last] : offsets[last + 1]] = values.pop()
        choices = Choices(offsets, whole, np.concatenate([np.empty(0), *hits]))
        known = np.array(has_data, np.bool_).reshape(-1, len(names))
        return choices, self.blank.features(np.array(listeners, np.int64), known)

    def _choice_sets(self, training: TrainingQueries) -> Iterator[tuple[int, ChoiceSet]]:
        """Yield each training query that a signal has data about, as its row, and its choice set."""
        config = self.config
        queries, counts = np.unique(training.queries, return_counts=True)
        rows = np.split(np.argsort(training.queries, kind="stable"), np.cumsum(counts)[:-1])
        plan = ChoicePlan.of(
            queries,
            training.listeners,
            answers=config.answers_per_signal,
            negatives=config.negatives,
            seed=self.seed,
        )
        of_blocks = self.find(self.signals, plan)
        of_items = (one for block in of_blocks for one in block.each(self.terms.signals))
        for choice_set, rows_of_query in zip(of_items, rows, strict=True):
            for row in rows_of_query.tolist() if choice_set.affinities else ():
                offered = training.offered[training.catalogue[row], choice_set.items]
                yield (
                    row,
                    ChoiceSet(
                        choice_set.items[offered],
                        {name: affinities[offered] for name, affinities in choice_set.affinities.items()},
                        choice_set.scales,
                    ),
                )


def _hits_of(training: TrainingQueries, weights: Reals, row: int, items: NDArray[np.int32]) -> Reals:
    """Return the weight of the hits of a query on some items, which are ascending; float64, (items,)."""
    begin, end = training.hits.indptr[row], training.hits.indptr[row + 1]
    hit_items = training.hits.indices[begin:end]
    entry = np.searchsorted(hit_items, items)
    is_hit = entry < len(hit_items)
    is_hit[is_hit] = hit_items[entry[is_hit]] == items[is_hit]
    of_items = np.zeros(len(items))
    of_items[is_hit] = weights[begin:end][entry[is_hit]]
    return of_items
