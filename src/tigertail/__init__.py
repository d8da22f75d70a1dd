"""Tigertail: music similarity for the tail and for every country.

>>> import tigertail
>>> tigertail.__version__
'0.1.0'

The three calls most people need::

    model = tigertail.fit("DATASET", "MODEL")
    model = tigertail.load("MODEL")
    model.similar("Youssou N'Dour", n=20)
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tigertail.version import __version__ as __version__

if TYPE_CHECKING:
    import polars as pl

    from tigertail.dataset.dataset import Dataset
    from tigertail.ground_truth.ground_truth import GroundTruth
    from tigertail.model import Model, ModelConfig

__all__ = ["Dataset", "Model", "ModelConfig", "add", "fit", "load"]


def fit(
    dataset: Dataset | Path | str,
    path: Path | str | None = None,
    config: ModelConfig | None = None,
    *,
    lists: GroundTruth | None = None,
    feedback: pl.DataFrame | GroundTruth | None = None,
    threads: int | None = None,
) -> Model:
    """Fit a model, and write it where a path is given.

    Parameters
    ----------
    dataset
        A dataset or its folder.
    path
        Folder to write the model to; a model there is replaced in one step.
    config
        Settings; None means the defaults.
    lists
        Curated lists that the mixture learns from, beside held-out listeners: see
        :func:`tigertail.ground_truth.curated_lists.read_curated`.
    feedback
        Events of listeners who were shown lists, that the mixture learns from as well: see
        :func:`tigertail.feedback.read_feedback`; or the lessons made of them by
        :func:`tigertail.evaluation.online.training_pairs.feedback_ground_truth`.
    threads
        Threads to use; None means all.
    """
    from tigertail import model as models
    from tigertail.dataset.dataset import Dataset
    from tigertail.ground_truth.ground_truth import GroundTruth

    if path is not None:
        models.check_target(path)
    opened = dataset if isinstance(dataset, Dataset) else Dataset.open(dataset)
    if feedback is not None and not isinstance(feedback, GroundTruth):
        from tigertail.evaluation.online.training_pairs import feedback_ground_truth

        feedback = feedback_ground_truth(feedback, opened)
    model = models.fit(opened, config, lists=lists, feedback=feedback, threads=threads)
    if path is not None:
        models.save(model, path)
    return model


def add(
    path: Path | str, dataset: Dataset | Path | str, *, dry_run: bool = False, threads: int | None = None
) -> Model:
    """Add new listeners and items to a model folder, without fitting it again.

    Parameters
    ----------
    path
        The model's folder; a new generation replaces the present one in one step.
    dataset
        A dataset of new listeners, and of annotations of new items, or its folder.
    dry_run
        Whether to leave the folder as it is.
    threads
        Threads to use; None means all.

    Returns
    -------
    Model
        The model with the additions; :func:`tigertail.model.update.drift` says how far it has gone from the fit.
    """
    from tigertail import model as models
    from tigertail.dataset.dataset import Dataset

    opened = dataset if isinstance(dataset, Dataset) else Dataset.open(dataset)
    after = models.add(models.load(path), opened, threads=threads)
    if not dry_run:
        models.save(after, path)
    return after


def load(path: Path | str) -> Model:
    """Open a model folder; see :func:`tigertail.model.load`."""
    from tigertail import model as models

    return models.load(path)


def __getattr__(name: str) -> Any:
    # Importing the package stays quick: these names bring in the numerical libraries.
    if name == "Dataset":
        from tigertail.dataset.dataset import Dataset

        return Dataset
    if name in ("Model", "ModelConfig"):
        from tigertail import model

        return getattr(model, name)
    raise AttributeError(f"module 'tigertail' has no attribute '{name}'")
