"""Fitting a model with the factors from a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tigertail.model import Model, ModelConfig
from tigertail.model.fit_model import fit
from tigertail.spark.session import SparkCluster
from tigertail.spark.solver import DistributedALS

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from tigertail.dataset.dataset import Dataset


def fit_on_spark(
    session: SparkSession,
    dataset: Dataset,
    config: ModelConfig | None = None,
    *,
    work: Path | str,
    blocks: tuple[int | None, int | None] = (None, None),
    threads: int | None = None,
) -> Model:
    """Fit a model whose factors a cluster finds; all else is fitted here, by the ordinary code.

    The factors of the model, of the mixture's listeners and of back-off are found so. The model is the same, byte for
    byte, as that of :func:`tigertail.fit`.

    Parameters
    ----------
    session
        A session of Spark: see :func:`tigertail.spark.session.spark_session`.
    dataset
        What to learn from.
    config
        Settings; None means the defaults.
    work
        Folder or URI that the driver and all workers reach, where half-sweeps are kept.
    blocks
        Blocks of listeners and of items; None chooses by the number of pairs.
    threads
        Threads that the driver uses; None means all.
    """
    solve = DistributedALS(SparkCluster(session), work, blocks)
    return fit(dataset, config, threads=threads, solve=solve)
