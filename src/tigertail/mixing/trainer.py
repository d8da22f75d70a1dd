"""Learning a mixture: one conditional logit over the terms of all signals, for each of its two ends.

Taste is learned from what held-out listeners play besides the query, among what their source offers; kinship from
curated lists, starting from the pretrained coefficients (:mod:`tigertail.mixing.kinship`). The choice set of a query,
which its listeners or the makers of lists chose from, has the best answers of all signals at three popularity exponents
and some other items. (Candidates, which a query ranks, are another thing: :mod:`tigertail.mixing.candidates`.)
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from tigertail.mixing.best_answers import best_answers
from tigertail.mixing.conditional_logit import Choices, fit_conditional_logit, log_likelihoods
from tigertail.mixing.config import MixtureConfig
from tigertail.mixing.kinship import pretrained_kinship
from tigertail.mixing.parameters import KINSHIP_FEATURES, TASTE_FEATURES, MixtureParameters
from tigertail.mixing.pool import SCAN_ALL, Bands, pools
from tigertail.mixing.scale import scales
from tigertail.mixing.terms import PopularityFeatures, Terms, term_values
from tigertail.mixing.training_set import TrainingQueries
from tigertail.progress import progress
from tigertail.signals.contract import Signal
from tigertail.threads import limited

Reals = NDArray[np.float64]
Floats = NDArray[np.float32]

BLOCK_BYTES: Final = 2**25  # of the affinities of one signal; a block has those of every signal
_POOLS: Final = 512  # queries whose pools are found at a time
PRIOR: Final = (0.0, 0.5)
"""Prior means of a signal's curve, by :data:`tigertail.mixing.terms.BENDS`: its larger values count, as their root."""
ITEM_PRIOR: Final = (0.5, 0.5, 0.0)
"""Prior means by :data:`tigertail.mixing.terms.ITEM_TERMS`: popularity and support count as their roots. Where taste is
learned, "not offered" takes the coefficient of popularity, whatever it has here. Terms that are neither of a curve nor
of an item alone, overlaps and "no content data", have 0. The halves are a choice, between no effect, 0, and a full one,
1; where there are many hits, these decide."""


def fit_parameters(
    signals: Mapping[str, Signal],
    training: TrainingQueries,
    config: MixtureConfig,
    *,
    plays_only: Collection[str] = (),
    lists: TrainingQueries | None = None,
    seed: int = 0,
    threads: int | None = None,
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
    """
    trainer = _MixtureTrainer.of(signals, training, config, plays_only, seed)
    with progress("mixture", 2) as tick, limited(threads):
        taste = trainer.taste(training)
        tick(note="taste")
        kinship = trainer.kinship(taste, lists)
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
class ChoiceSet:
    """The choice set of a training query: the items that were to choose from.

    Parameters
    ----------
    items
        Ascending; int32, (items,).
    affinities
        By signal that has data about the query: its affinities to the items; float32, (items,).
    scales
        By signal that has data about the query: the query's scale; float32, ().
    """

    items: NDArray[np.int32]
    affinities: Mapping[str, Floats]
    scales: Mapping[str, Floats]


@dataclass(frozen=True, eq=False)
class _MixtureTrainer:
    """Learns the coefficients of both ends, taste and kinship, over the same terms and signals."""

    signals: Mapping[str, Signal]
    config: MixtureConfig
    blank: MixtureParameters
    seed: int

    @classmethod
    def of(
        cls,
        signals: Mapping[str, Signal],
        training: TrainingQueries,
        config: MixtureConfig,
        plays_only: Collection[str],
        seed: int,
    ) -> Self:
        """Make a trainer of some signals, whose parameters are all 0 yet."""
        names = tuple(signals)
        overlaps = tuple(pair for pair in config.overlaps if set(pair) <= set(names))
        terms = Terms(names, tuple(name for name in names if name in plays_only), overlaps)
        listener_cap = int(training.listeners[training.queries].max(initial=0))
        blank = np.zeros((len(terms), TASTE_FEATURES + len(names))), np.zeros((len(terms), KINSHIP_FEATURES))
        return cls(
            signals,
            config,
            MixtureParameters(terms, *blank, listener_cap, (config.beta, config.beta_slope)),
            seed,
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
        popularity = PopularityFeatures.of(training.listeners, training.adjusted_listeners)
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
        choices = Choices(
            np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            np.concatenate([np.empty((0, len(self.terms)), np.float32), *values]),
            np.concatenate([np.empty(0), *hits]),
        )
        known = np.array(has_data, np.bool_).reshape(-1, len(names))
        return choices, self.blank.features(np.array(listeners, np.int64), known)

    def _choice_sets(self, training: TrainingQueries) -> Iterator[tuple[int, ChoiceSet]]:
        """Yield each training query that a signal has data about, as its row, and its choice set."""
        listeners = training.listeners
        rng = np.random.default_rng(self.seed)
        popular = np.argsort(-listeners, kind="stable")[: self.config.negatives].astype(np.int32)
        queries, counts = np.unique(training.queries, return_counts=True)
        rows = np.split(np.argsort(training.queries, kind="stable"), np.cumsum(counts)[:-1])
        choice_sets = self._of_every_item if len(listeners) <= SCAN_ALL else self._of_pools
        of_items = choice_sets(queries, listeners, popular, rng)
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

    def _of_every_item(
        self,
        queries: NDArray[np.int32],
        listeners: NDArray[np.int64],
        popular: NDArray[np.int32],
        rng: np.random.Generator,
    ) -> Iterator[ChoiceSet]:
        """Yield the choice set of each item asked, by a look at every item; the random items are drawn for each."""
        config = self.config
        size = max(1, BLOCK_BYTES // (4 * len(listeners)))
        for start in range(0, len(queries), size):
            block = queries[start : start + size]
            affinities = {
                name: np.array(signal.affinity(block), np.float32) for name, signal in self.signals.items()
            }
            scale = {name: scales(of_signal, block) for name, of_signal in affinities.items()}
            best = [
                best_answers(of_signal, block, listeners, config.answers_per_signal)
                for of_signal in affinities.values()
            ]
            for index, query in enumerate(block.tolist()):
                others = rng.integers(0, len(listeners), config.negatives, np.int32)
                items = np.unique(np.concatenate([popular, others, *(one[index] for one in best)]))
                items = items[items != query]
                has_data = [name for name, signal in self.signals.items() if signal.known[query]]
                yield ChoiceSet(
                    items,
                    {name: affinities[name][index, items] for name in has_data},
                    {name: scale[name][index] for name in has_data},
                )

    def _of_pools(
        self,
        queries: NDArray[np.int32],
        listeners: NDArray[np.int64],
        popular: NDArray[np.int32],
        rng: np.random.Generator,
    ) -> Iterator[ChoiceSet]:
        """Yield the choice set of each item asked from its pool, where a look at every item would take long.

        The random items are drawn once for a block of queries: they are then compared with all of them at once.
        """
        names, known = list(self.signals), [signal.known for signal in self.signals.values()]
        bands = Bands.of(listeners)
        for start in range(0, len(queries), _POOLS):
            block = queries[start : start + _POOLS]
            others = rng.integers(0, len(listeners), self.config.negatives, np.int32)
            negatives = np.union1d(popular, others).astype(np.int32)
            has_data = np.stack([one[block] for one in known], 1)
            pool = pools(self.signals, bands.with_always(negatives), block, has_data)
            for index, query in enumerate(block.tolist()):
                entries = slice(pool.starts[index], pool.starts[index + 1])
                items, affinities = pool.items[entries], pool.affinities[:, entries]
                asked = np.flatnonzero(has_data[index])
                best = [
                    best_answers(
                        affinities[part, None], None, listeners[items], self.config.answers_per_signal
                    )[0]
                    for part in asked
                ]
                places = np.unique(
                    np.concatenate([np.searchsorted(items, negatives[negatives != query]), *best])
                )
                yield ChoiceSet(
                    items[places],
                    {names[part]: affinities[part, places] for part in asked},
                    {names[part]: pool.scale[index, part] for part in asked},
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
