"""The trail: every trial on disk as soon as it is done, so that nothing is done twice.

``trials.jsonl`` begins with a line that says what is searched and on what; each further line is one
configuration on one dataset.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError
from tigertail.model.config import ModelConfig
from tigertail.storage import full_disk, replaced_file
from tigertail.tuning.space import digest

TRIALS: Final = "trials.jsonl"
VERSION: Final = 1

Scores = dict[str, float]


class Trail:
    """The trials of one search. Use :meth:`open`, and close it (it is a context manager).

    Parameters
    ----------
    path
        The file, which is there and begins with its header.
    seed
        Seed of the search.
    """

    def __init__(self, path: Path, seed: int) -> None:
        self.path = path
        self.seed = seed
        self._file = path.open("r+b")
        self._done: dict[str, Scores] = {}

    @classmethod
    def open(cls, folder: Path | str, datasets: Sequence[Dataset], seed: int) -> Self:
        """Begin a search in a folder, or go on with the one that is there.

        Raises
        ------
        ConfigError
            If the folder holds the trials of other datasets, another seed or another space, its file is
            damaged, or another search is at work in it.
        TigertailError
            If it cannot be written.
        """
        path = Path(folder) / TRIALS
        header = {
            "tigertail-tuning": VERSION,
            "datasets": {dataset.fingerprint: dataset.name for dataset in datasets},
            "seed": seed,
            "space": digest(),
        }
        if not path.exists():
            with replaced_file(path) as file:
                file.write_text(json.dumps(header, ensure_ascii=False) + "\n", encoding="utf-8")
        try:
            trail = cls(path, seed)
        except OSError as error:
            problem = f"cannot be read and written ({os.strerror(error.errno or 0)})"
            raise ConfigError(
                problem, path=path, remedy="check the permissions, or choose another --out"
            ) from None
        try:
            trail._lock()
            trail._read(header)
        except BaseException:
            trail.close()
            raise
        return trail

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._done)

    def close(self) -> None:
        """Let another search have the folder."""
        self._file.close()

    def find(self, family: str, config: ModelConfig, dataset: Dataset) -> Scores | None:
        """Return the scores of a trial that has been done, else None."""
        return self._done.get(_key(family, config.model_dump(), dataset.fingerprint))

    def add(
        self,
        family: str,
        number: int,
        config: ModelConfig,
        dataset: Dataset,
        scores: Mapping[str, float],
        seconds: float,
    ) -> None:
        """Keep a trial; it is on disk when this returns."""
        line: dict[str, Any] = {
            "family": family,
            "number": number,
            "dataset": dataset.name,
            "fingerprint": dataset.fingerprint,
            "seed": self.seed,
            "config": config.model_dump(),
            "scores": dict(scores),
            "seconds": round(seconds, 3),
        }
        with full_disk(self.path):
            self._file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        self._done[_key(family, line["config"], dataset.fingerprint)] = dict(scores)

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigError(
                "another search is at work in this folder",
                path=self.path,
                remedy="wait for it, or use another",
            ) from None

    def _read(self, header: Mapping[str, Any]) -> None:
        """Take in what is there; a line that was being written when the search was killed is cut off."""
        text = self._file.read()
        whole = text[: text.rfind(b"\n") + 1]
        lines = whole.decode("utf-8", "replace").splitlines()
        self._check(header, self._parsed(lines[0], 1) if lines else {})
        for number, line in enumerate(lines[1:], start=2):
            trial = self._parsed(line, number)
            try:
                key = _key(trial["family"], trial["config"], trial["fingerprint"])
                self._done[key] = {name: float(score) for name, score in trial["scores"].items()}
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise self._damaged(number, repr(error)) from error
        self._file.truncate(len(whole))
        self._file.seek(len(whole))

    def _parsed(self, line: str, number: int) -> dict[str, Any]:
        try:
            parsed = json.loads(line)
        except ValueError as error:
            raise self._damaged(number, str(error)) from error
        if not isinstance(parsed, dict):
            raise self._damaged(number, "not a JSON object")
        return parsed

    def _check(self, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
        """Refuse to mix trials that do not compare."""
        for key, words in {
            "tigertail-tuning": "trials of another version of this file",
            "datasets": "trials on other datasets",
            "seed": "trials with another seed",
            "space": "trials of another search space",
        }.items():
            if theirs.get(key) != ours[key]:
                was = theirs.get(key)
                named = ", ".join(map(str, was.values())) if isinstance(was, dict) else str(was)
                raise ConfigError(
                    f"the folder holds {words} ({named})",
                    path=self.path,
                    remedy="choose another --out, or go on with what it was begun with",
                )

    def _damaged(self, number: int, why: str) -> ConfigError:
        return ConfigError(
            f"damaged ({why})", path=self.path, line=number, remedy="delete this line, and run it again"
        )


def _key(family: str, config: Mapping[str, Any], fingerprint: str) -> str:
    return json.dumps([family, fingerprint, config], sort_keys=True)
