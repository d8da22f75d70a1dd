"""Fitting a model whose longest parts a cluster does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tigertail.model import Model, ModelConfig
from tigertail.model.engine import Engine
from tigertail.model.fit_model import fit
from tigertail.spark.cluster import Cluster
from tigertail.spark.local import DistributedGroups
from tigertail.spark.mixing import DistributedChoiceSets, DistributedChooser
from tigertail.spark.products import DistributedProducts
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
    """Fit a model whose longest parts a cluster does; all else is fitted here, by the ordinary code.

    Those are the factors and local models, of the model, of the signals fitted without the listeners that the mixture
    learns from, and of back-off; common listeners, and words that pages share; the choice sets that the mixture
    learns from; and the candidates. The model is the
    same, byte for byte, as that of :func:`tigertail.fit`.

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
    return fit(dataset, config, threads=threads, engine=engine_of(cluster, work, blocks))


def engine_of(
    cluster: Cluster, work: Path | str, blocks: tuple[int | None, int | None] = (None, None)
) -> Engine:
    """Return what does the longest parts of a fit on a cluster.

    Parameters
    ----------
    cluster
        What runs tasks.
    work, blocks
        As in :func:`fit_on_spark`.
    """
    return Engine(
        DistributedALS(cluster, work, blocks),
        DistributedGroups(cluster, work),
        DistributedProducts(cluster, work),
        DistributedChoiceSets(cluster, work),
        DistributedChooser(cluster, work),
    )
