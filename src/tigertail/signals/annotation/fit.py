"""From a dataset's annotations to the signal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.signals.annotation.config import AnnotationConfig
from tigertail.signals.annotation.evidence import (
    LabelEvidence,
    annotator_matrix,
    entries,
    gather,
    idf_of,
    weigh,
)
from tigertail.signals.annotation.lexicon import lexicon_of
from tigertail.signals.annotation.opinions import Opinions, read_opinions
from tigertail.signals.annotation.prediction import fit_prediction
from tigertail.signals.annotation.reliability import AnnotatorReliability, estimate_reliability
from tigertail.signals.annotation.signal import Annotation
from tigertail.sparse import CSR

if TYPE_CHECKING:
    from scipy import sparse


def fit_annotation(
    dataset: Dataset,
    interactions: Interactions,
    config: AnnotationConfig | None = None,
    factors: NDArray[np.float32] | None = None,
) -> Annotation:
    """Fit the annotation signal.

    Parameters
    ----------
    dataset
        Whose annotations count; of a view, those it shows.
    interactions
        The codes of the items, and how many listeners each has.
    config
        Settings.
    factors
        The base model's item vectors, fitted on the same data; float32, (items, factors). Without them no listening
        is predicted.

    Raises
    ------
    DataError
        If the dataset has no annotations, or their file is damaged.
    """
    from scipy import sparse

    config = config or AnnotationConfig()
    opinions = read_opinions(dataset, interactions)
    reliability = fit_reliability(opinions, config)
    evidence = gather(opinions, reliability, config)
    idf = idf_of(evidence)
    parts = [weigh(evidence, config, idf)]
    if config.co_annotation_weight:  # who annotates an item is as a further label of it
        parts.append(config.co_annotation_weight * annotator_matrix(opinions, reliability))
    weights = sparse.hstack(parts, format="csr", dtype=np.float32)
    matrix, people, experts = with_counts(weights, evidence)
    prediction = None
    if factors is not None and config.prediction_weight:
        listeners = interactions.item_listeners
        prediction = fit_prediction(weights, len(evidence.names), factors, listeners, config)
    return Annotation(
        matrix,
        people,
        experts,
        list(zip(evidence.facets, evidence.names, strict=True)),
        config.beta,
        config.norm_floor,
        opinions.left_out,
        lexicon_of(opinions, reliability, evidence.keys, idf),
        prediction,
        config.place_share,
    ).with_typical_amount()


def fit_reliability(opinions: Opinions, config: AnnotationConfig) -> AnnotatorReliability:
    """Estimate the reliability of the crowd's annotators, or count all as reliable, as the settings say."""
    sizes = (opinions.items, len(opinions.names), opinions.annotators)
    crowd = ~opinions.expert
    if not config.estimate_reliability:
        return AnnotatorReliability(np.ones(int(crowd.sum())), np.ones(sizes[2]), np.ones(sizes[1]))
    return estimate_reliability(
        opinions.item[crowd],
        opinions.label[crowd],
        opinions.annotator[crowd],
        sizes,
        smoothing=config.smoothing,
        spam_tolerance=config.spam_tolerance,
    )


def with_counts(
    weights: sparse.csr_array, evidence: LabelEvidence
) -> tuple[CSR, NDArray[np.int32], NDArray[np.uint8]]:
    """Return weights as a signal has them, and of each entry how many people give it, and whether an expert does.

    Parameters
    ----------
    weights
        Items by labels, and after these by annotators, of whom the counts are 0. Zeros, such as those of a facet of
        weight 0, are removed from it.
    evidence
        Of the same items and labels.
    """
    weights.eliminate_zeros()
    weights.sort_indices()
    rows = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
    matrix = CSR.from_scipy(weights)
    people, experts = (
        _counts(given, rows, matrix.indices, len(evidence.names))
        for given in (evidence.people, evidence.experts)
    )
    return matrix, people.astype(np.int32), experts.astype(np.uint8)


def _counts(
    given: sparse.csr_array, rows: NDArray[np.int64], columns: NDArray[np.int32], labels: int
) -> NDArray[np.float64]:
    """Return the entries of items by labels at some rows and columns; 0 where the column is an annotator's."""
    counts = np.zeros(len(columns))
    is_label = columns < labels
    counts[is_label] = entries(given, rows[is_label], columns[is_label])
    return counts
