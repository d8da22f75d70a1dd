"""Evaluation by a ground truth of similarity: curated lists, or the true affinity of a simulated world."""

from tigertail.evaluation.ground_truth.best_exponent import BestExponent, at_best_exponent, cache_fits
from tigertail.evaluation.ground_truth.evaluation import (
    GRADED_METRICS,
    GroundTruthReport,
    GroundTruthRow,
    evaluate_against,
    full_split,
    graded_metrics,
    query_clusters,
)
from tigertail.evaluation.ground_truth.metric_validity import (
    MetricValidity,
    MetricValidityRow,
    validate_metrics,
)

__all__ = [
    "GRADED_METRICS",
    "BestExponent",
    "GroundTruthReport",
    "GroundTruthRow",
    "MetricValidity",
    "MetricValidityRow",
    "at_best_exponent",
    "cache_fits",
    "evaluate_against",
    "full_split",
    "graded_metrics",
    "query_clusters",
    "validate_metrics",
]
