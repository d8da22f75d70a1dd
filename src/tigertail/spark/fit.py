"""Fitting a model with factors and local models from a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tigertail.model import Model, ModelConfig
from tigertail.model.fit_model import fit
from tigertail.spark.local import DistributedGroups
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
    """Fit a model whose factors and local models a cluster finds; all else is fitted here, by the ordinary code.

    So it is for the model, for the mixture, which is fitted without the listeners that it learns from, and for
    back-off. The model is the same, byte for byte, as that of :func:`tigertail.fit`.

    Parameters
    ----------
    session
        A session of Spark: see :func:`tigertail.spark.session.spark_session`.
    dataset
        What to learn from.
    config
        Settings; None means the defaults.
    work
        Folder or URI that the driver and all workers reach, where what is done is kept.
    blocks
        Blocks of listeners and of items; None chooses by the number of pairs.
    threads
        Threads that the driver uses; None means all.
    """
    cluster = SparkCluster(session)
    return fit(
        dataset,
        config,
        threads=threads,
        solve=DistributedALS(cluster, work, blocks),
        solve_groups=DistributedGroups(cluster, work),
    )
