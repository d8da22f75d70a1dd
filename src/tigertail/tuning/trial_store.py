"""The trials of a search on disk, so that a search that was stopped goes on."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

import optuna
from optuna.distributions import distribution_to_json
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState
from pydantic import BaseModel, ConfigDict

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError
from tigertail.model.config import ModelConfig
from tigertail.storage import full_disk, replaced_file
from tigertail.tuning.objective import Scores
from tigertail.tuning.search_space import StudySpec

JOURNAL: Final = "journal.log"
TRIALS: Final = "trials.jsonl"


class TrialResult(BaseModel):
    """One configuration, scored on every dataset."""

    model_config = ConfigDict(frozen=True)

    number: int
    """Its number among the finished trials of the study, from 0, the configuration that the study starts from.
    Optuna counts those that were stopped too, so its numbers may be higher."""
    config: ModelConfig
    """The configuration."""
    value: float
    """Mean over datasets of the area under the frontier, relative to that of trial 0."""
    scores: dict[str, Scores]
    """The area under the frontier, and the metrics, by fingerprint of the dataset."""
    seconds: float
    """Time to fit and to score it on all datasets."""


class TrialStore:
    """The trials of one search, in a journal of Optuna; see :meth:`open`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._storage = JournalStorage(JournalFileBackend(str(folder / JOURNAL)))

    @classmethod
    @contextmanager
    def open(cls, folder: Path | str, datasets: Sequence[Dataset], seed: int) -> Iterator[Self]:
        """Begin a search in a folder, or go on with the one that is there.

        Raises
        ------
        ConfigError
            If the folder holds another search or a damaged one, another process is searching in it, or it
            cannot be written.
        TigertailError
            If the disk is full.
        """
        journal = Path(folder) / JOURNAL
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        with _locked(journal), full_disk(journal):
            try:
                store = cls(journal.parent)
            except (ValueError, KeyError, TypeError) as error:
                raise ConfigError(
                    f"damaged ({error!r})", path=journal, remedy="choose another --out"
                ) from error
            names = {dataset.fingerprint: dataset.name for dataset in datasets}
            store._check({"datasets": names, "seed": seed})
            yield store

    def study(self, spec: StudySpec, start: ModelConfig) -> optuna.Study:
        """Return the study of a search space that starts from a configuration, which is its first trial."""
        space = [(name, distribution_to_json(each)) for name, each in spec.search_space.items()]
        digest = hashlib.sha256(json.dumps([space, start.model_dump()]).encode()).hexdigest()
        study = self._study(f"{spec.name} {digest[:16]}")
        for stopped in study.get_trials(states=(TrialState.RUNNING,)):
            study.tell(stopped.number, state=TrialState.FAIL)
        if not study.get_trials(states=(TrialState.COMPLETE, TrialState.WAITING)):
            study.enqueue_trial(spec.params(start))
        return study

    def results(self, study: optuna.Study) -> list[TrialResult]:
        """Return the finished trials of a study, in order."""
        trials = study.get_trials(states=(TrialState.COMPLETE,))
        return [TrialResult.model_validate(trial.user_attrs["result"]) for trial in trials]

    def fullest(self, spec: StudySpec) -> list[TrialResult]:
        """Return the finished trials of the study of a search space that has most, from whatever start."""
        names = optuna.get_all_study_names(self._storage)
        studies = [self._study(name) for name in names if name.startswith(f"{spec.name} ")]
        space = dict(spec.search_space)
        same = [study for study in studies if any(trial.distributions == space for trial in study.trials)]
        return max(map(self.results, same), key=len, default=[])

    def add(self, study: optuna.Study, trial: optuna.Trial, result: TrialResult) -> None:
        """Finish a trial; its result is on disk when this returns."""
        trial.set_user_attr("result", result.model_dump(mode="json"))
        study.tell(trial, result.value)

    def write_trials(self, results: Mapping[str, Sequence[TrialResult]]) -> None:
        """Write the trials of some studies for people to read: a JSON object a line."""
        lines = [
            json.dumps({"study": name, **result.model_dump(mode="json")}) + "\n"
            for name, trials in results.items()
            for result in trials
        ]
        with replaced_file(self._folder / TRIALS) as temporary:
            temporary.write_text("".join(lines), encoding="utf-8")

    def _study(self, name: str) -> optuna.Study:
        return optuna.create_study(
            storage=self._storage, study_name=name, direction="maximize", load_if_exists=True
        )

    def _check(self, search: Mapping[str, Any]) -> None:
        """Refuse a folder of another search; a new one is marked as that of this search."""
        header = self._study("search")  # it has no trials, and keeps what the search of this folder is
        trials = self._folder / TRIALS
        if not header.user_attrs and trials.exists():
            raise ConfigError(f"has no {JOURNAL} beside it", path=trials, remedy="choose another --out")
        for key, value in search.items():
            if key not in header.user_attrs:
                header.set_user_attr(key, value)
            if (found := header.user_attrs[key]) != value:
                raise ConfigError(
                    f"the folder holds the trials of a search with other {key}: {found}",
                    path=self._folder,
                    remedy="choose another --out, or repeat the command that began the search",
                )


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Allow one search at a time in a folder, and repair the end of the journal."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
    except OSError as error:
        problem = f"cannot be written ({os.strerror(error.errno or 0)})"
        raise ConfigError(
            problem, path=path, remedy="check the permissions, or choose another --out"
        ) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigError(
                "another process is searching in this folder",
                path=path.parent,
                remedy="wait until it ends, or choose another --out",
            ) from None
        # Optuna would append to a line that was being written when the process was killed.
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)
        # It would wait for a lock that a killed process left behind, for ever where the path is relative.
        path.with_name(f"{path.name}.lock").unlink(missing_ok=True)
        yield
