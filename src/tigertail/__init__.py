"""Tigertail: music similarity for the tail and for every country.

>>> import tigertail
>>> tigertail.__version__
'0.1.0'

From a data frame of plays, or any source of data that a recipe names, to answers::

    model = tigertail.fit(plays)                  # columns such as user, artist and count
    model.similar("Youssou N'Dour", n=20)
    model.recommend(["Queen", "Kult"], n=20)
    tigertail.evaluate(plays)
    model.save("MODEL")
    model = tigertail.load("MODEL")
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tigertail.version import __version__ as __version__

if TYPE_CHECKING:
    import polars as pl

    from tigertail.dataset.dataset import Dataset
    from tigertail.evaluation import ProtocolConfig, Report, System
    from tigertail.ground_truth.ground_truth import GroundTruth
    from tigertail.model import Model, ModelConfig
    from tigertail.simulation import WorldConfig

__all__ = ["Dataset", "Model", "ModelConfig", "add", "build", "evaluate", "fit", "load", "simulate"]


def fit(
    plays: Any,
    path: Path | str | None = None,
    config: ModelConfig | None = None,
    *,
    items: Any = None,
    listeners: Any = None,
    annotations: Any = None,
    columns: Mapping[str, Any] | None = None,
    lists: GroundTruth | None = None,
    feedback: pl.DataFrame | GroundTruth | None = None,
    threads: int | None = None,
) -> Model:
    """Fit a model, and write it where a path is given.

    Parameters
    ----------
    plays
        A dataset or its folder; or who played what, as a data frame or a sparse matrix: see :meth:`Dataset.of`,
        which takes a frame of albums or tracks too.
    path
        Folder to write the model to; a model there is replaced in one step.
    config
        Settings; None means the defaults.
    items, listeners, annotations, columns
        With a frame of plays, further frames and the names of columns: see :meth:`Dataset.of`.
    lists
        Curated lists that the mixture learns from, beside held-out listeners: see
        :func:`tigertail.ground_truth.curated_lists.read_curated`.
    feedback
        Events of listeners who were shown lists, that the mixture learns from as well: see
        :func:`tigertail.feedback.read_feedback`; or the training pairs made of them by
        :func:`tigertail.evaluation.online.training_pairs.feedback_ground_truth`.
    threads
        Threads to use; None means all.

    Returns
    -------
    Model
        The model; its ``version`` is that on disk, None without a path.

    Raises
    ------
    ConfigError, DataError
        As :func:`tigertail.model.fit` and :meth:`Dataset.of` raise them.
    TigertailError
        If ``path`` cannot be written.
    ModelError
        If it is something else than a model.
    TypeError
        If frames go with a dataset.
    """
    from dataclasses import replace

    from tigertail import model as models
    from tigertail.ground_truth.ground_truth import GroundTruth

    if path is not None:
        models.check_target(path)
    opened = _dataset(plays, items=items, listeners=listeners, annotations=annotations, columns=columns)
    if feedback is not None and not isinstance(feedback, GroundTruth):
        from tigertail.evaluation.online.training_pairs import feedback_ground_truth

        feedback = feedback_ground_truth(feedback, opened)
    model = models.fit(opened, config, lists=lists, feedback=feedback, threads=threads)
    if path is not None:
        model = replace(model, version=models.save(model, path))
    return model


def evaluate(
    plays: Any,
    systems: Sequence[System] | None = None,
    config: ProtocolConfig | None = None,
    *,
    items: Any = None,
    listeners: Any = None,
    annotations: Any = None,
    columns: Mapping[str, Any] | None = None,
    seeds: Sequence[int] = (),
    reference: str | None = None,
) -> Report:
    """Hold out listeners, fit every system on the others, and score its lists by the held-out listeners.

    Parameters
    ----------
    plays
        A dataset or its folder; or a data frame or a sparse matrix, as :func:`fit` takes them.
    systems, config, seeds, reference
        As in :func:`tigertail.evaluation.evaluate`; None means the usual systems and the default protocol.
    items, listeners, annotations, columns
        With a frame of plays: see :meth:`Dataset.of`.

    Raises
    ------
    ConfigError, DataError
        As :func:`tigertail.evaluation.evaluate` and :meth:`Dataset.of` raise them.
    TypeError
        If frames go with a dataset.
    """
    from tigertail import evaluation

    opened = _dataset(plays, items=items, listeners=listeners, annotations=annotations, columns=columns)
    return evaluation.evaluate(opened, systems, config, seeds=seeds, reference=reference)


def simulate(path: Path | str, config: WorldConfig | None = None, *, replace: bool = False) -> Dataset:
    """Simulate a world and write what its listeners played as a dataset; see :func:`tigertail.simulation.simulate`."""
    from tigertail import simulation

    return simulation.simulate(path, config or simulation.WorldConfig(), replace=replace)


def build(recipe: Path | str, path: Path | str, *, replace: bool = False) -> Dataset:
    """Read the sources of a recipe and write the dataset they make up; its folder also holds the report.

    Parameters
    ----------
    recipe
        The recipe's file (docs/data.md).
    path
        The folder to make.
    replace
        Whether an existing folder may be replaced.
    """
    from tigertail.ingest.build import build as built
    from tigertail.ingest.recipe import Recipe

    return built(Recipe.load(recipe), path, replace=replace)[0]


def add(
    path: Path | str,
    plays: Any,
    *,
    columns: Mapping[str, Any] | None = None,
    dry_run: bool = False,
    threads: int | None = None,
) -> Model:
    """Add new listeners and items to a model folder, without fitting it again.

    Parameters
    ----------
    path
        The model's folder; a new generation replaces the present one in one step.
    plays
        A dataset of new listeners, and of annotations of new items, or its folder; or a frame of their plays, whose
        items are of the kind that most items of the model are.
    columns
        With a frame of plays, the names of columns: see :meth:`Dataset.of`.
    dry_run
        Whether to leave the folder as it is.
    threads
        Threads to use; None means all.

    Returns
    -------
    Model
        The model with the additions; :func:`tigertail.model.update.drift` says how far it has gone from the fit.
        Its ``version`` is that on disk, None for a dry run.

    Raises
    ------
    DataError
        As :func:`tigertail.model.add` and :meth:`Dataset.of` raise it.
    ModelError
        If ``path`` is no model, or one that keeps no plays; or if another model took its place meanwhile.
    TypeError
        If columns go with a dataset.
    """
    from dataclasses import replace

    from tigertail import model as models

    before = models.load(path)
    after = models.add(before, _dataset(plays, before.main_kind, columns=columns), threads=threads)
    return after if dry_run else replace(after, version=models.save(after, path, replaces=before.version))


def load(path: Path | str) -> Model:
    """Open a model folder; see :func:`tigertail.model.load`."""
    from tigertail import model as models

    return models.load(path)


def _dataset(plays: Any, kind: str = "artist", **frames: Any) -> Dataset:
    """Return a dataset as it is, or one of a folder or of frames, whose items are of a kind."""
    from tigertail.dataset.dataset import Dataset

    if not isinstance(plays, Dataset | Path | str):
        return Dataset.of(plays, kind=kind, **frames)
    if given := [name for name, frame in frames.items() if frame is not None]:
        raise TypeError(f"{given[0]} goes with a frame of plays; a dataset has its own")
    return plays if isinstance(plays, Dataset) else Dataset.open(plays)


def __getattr__(name: str) -> Any:
    # Importing the package stays quick: these names bring in the numerical libraries.
    if name == "Dataset":
        from tigertail.dataset.dataset import Dataset

        return Dataset
    if name in ("Model", "ModelConfig"):
        from tigertail import model

        return getattr(model, name)
    raise AttributeError(f"module 'tigertail' has no attribute '{name}'")
