"""The search: a tree-structured Parzen estimator (J. Bergstra et al., NeurIPS 2011), one study after another.

The next configuration depends on the seed and on the finished trials, not on the budget: the trials of a shorter search
are the first ones of a longer one. But where a longer search finds a better start for a study, that study begins again.

No data of the listeners that ``tigertail evaluate`` holds out with the same seed, by its default protocol, is used:
they are held out first, and the search evaluates on others, held out of the rest. With another share of listeners, a
split by time or further seeds, an evaluation holds out listeners that the search has seen.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from optuna.samplers import TPESampler

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError, DataError
from tigertail.model.config import ModelConfig
from tigertail.progress import progress
from tigertail.splitting.hold_out import ProtocolConfig, Split, hold_out
from tigertail.tuning import objective
from tigertail.tuning.budget import Budget
from tigertail.tuning.search_space import BASE, CO_LISTENING, MIXTURE, STUDIES, StudySpec
from tigertail.tuning.trial_store import TrialResult, TrialStore

INNER_SEED: Final = 100  # added to the seed to draw the listeners that the search holds out


@dataclass
class Tuning:
    """The results of a search.

    Parameters
    ----------
    results
        Trials of each study, in order. After an interruption, of a study that an earlier search in the folder tried
        more of, those of the earlier one.
    interrupted
        Whether it was stopped by Ctrl-C.
    """

    results: dict[str, list[TrialResult]] = field(default_factory=dict)
    interrupted: bool = False

    def ranked(self, study: str) -> list[TrialResult]:
        """Return the trials of a study, best first, ties by number."""
        return sorted(self.results.get(study, []), key=lambda result: (-result.value, result.number))

    def best(self, study: str) -> ModelConfig | None:
        """Return the best configuration of a study, None before its first trial."""
        return next((result.config for result in self.ranked(study)), None)

    def model(self) -> ModelConfig | None:
        """Return the best configuration of the last study of the model that has a trial, None before the first."""
        return self.best(MIXTURE) or self.best(CO_LISTENING) or self.best(BASE)


def tune(
    datasets: Sequence[Dataset], folder: Path | str, budget: Budget | None = None, *, seed: int = 0
) -> Tuning:
    """Search for the settings of a model, and of plain ALS to compare it with.

    Parameters
    ----------
    datasets
        Datasets to evaluate each configuration on; they have equal weight.
    folder
        Where the trials are kept, and listed in ``trials.jsonl``; a search that was stopped there goes on.
    budget
        How long to search; None means 30 trials of each study.
    seed
        Seed of the search, and of the split of :func:`tigertail.evaluation.evaluate`, by its default protocol, whose
        held-out listeners are kept out of it; 0 or more.

    Raises
    ------
    ConfigError
        If no dataset is given, one is given twice, the seed is negative, or the folder holds another search.
    DataError
        If a dataset has too few listeners.
    """
    budget = budget or Budget(trials=30)
    if not datasets:
        raise ConfigError("no dataset is given", remedy="name one at least")
    if seed < 0:
        raise ConfigError(f"the seed {seed} is negative", remedy="give 0 or more")
    if len({dataset.fingerprint for dataset in datasets}) < len(datasets):
        raise ConfigError("a dataset is given twice", remedy="name each once")
    splits = {dataset.fingerprint: inner_split(dataset, seed) for dataset in datasets}
    tuning = Tuning()
    total = len(STUDIES) * budget.trials if budget.trials else budget.seconds
    with TrialStore.open(folder, datasets, seed) as store, progress("trials", total) as tick:
        try:
            for spec in STUDIES:
                start = spec.start or tuning.model()
                assert start is not None  # a budget gives every study at least one trial
                results = tuning.results.setdefault(spec.name, [])
                for result in _trials(spec, start, store, splits, budget, seed):
                    results.append(result)
                    tick(1 if budget.trials else result.seconds, spec.name)
        except (KeyboardInterrupt, SystemError) as error:
            if not _stopped(error):
                raise
            tuning.interrupted = True
            for spec in STUDIES:  # what an earlier search found stays until more is tried
                tuning.results[spec.name] = max(
                    tuning.results.get(spec.name, []), store.fullest(spec), key=len
                )
        store.write_trials(tuning.results)
    return tuning


def inner_split(dataset: Dataset, seed: int) -> Split:
    """Hold listeners out of the training part of an evaluation with this seed."""
    outer = hold_out(dataset, ProtocolConfig(seed=seed))
    try:
        return hold_out(outer.train, ProtocolConfig(seed=seed + INNER_SEED))
    except DataError as error:
        raise DataError(
            f"too few listeners for a search: without those that an evaluation holds out, {error.problem}",
            path=error.path,
            remedy=error.remedy,
        ) from None


def _trials(
    spec: StudySpec,
    start: ModelConfig,
    store: TrialStore,
    splits: dict[str, Split],
    budget: Budget,
    seed: int,
) -> Iterator[TrialResult]:
    """Yield the trials of a study that are in the store, then new ones until the budget is exhausted."""
    study, fit = store.study(spec, start), spec.fitter()
    results = store.results(study)
    yield from results
    while not budget.exhausted(len(results), sum(result.seconds for result in results), len(STUDIES)):
        began = time.monotonic()
        # A new sampler, seeded by the trial's number, so that a stopped search goes on as if it had not been stopped.
        entropy = np.random.SeedSequence([seed, len(results), *spec.name.encode()])
        study.sampler = TPESampler(seed=int(entropy.generate_state(1)[0]))
        trial = study.ask(dict(spec.search_space))
        config = spec.config(start, trial.params)
        scores = {name: objective.score(fit(config, split), split) for name, split in splits.items()}
        value = objective.relative(scores, results[0].scores if results else scores)
        seconds = time.monotonic() - began
        result = TrialResult(number=len(results), config=config, value=value, scores=scores, seconds=seconds)
        store.add(study, trial, result)
        results.append(result)
        yield result


def _stopped(error: BaseException | None) -> bool:
    """Return whether Ctrl-C was pressed; inside compiled code it comes wrapped in a SystemError."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None
