"""Evaluation: hold-out protocol, systems, metrics with intervals, ground truth, and the report.

Here is all that the command line and other programs need for one, so also names of ``splitting`` and ``ground_truth``.
``baselines``, ``diagnosis``, ``online`` and ``panel`` are asked for by themselves.
"""

from tigertail.evaluation.ground_truth import (
    BestExponent,
    GroundTruthReport,
    MetricValidity,
    at_best_exponent,
    cache_fits,
    evaluate_against,
    validate_metrics,
)
from tigertail.evaluation.report import Report
from tigertail.evaluation.runner import evaluate
from tigertail.evaluation.systems import (
    NeighbourFile,
    System,
    check_names,
    default_systems,
    load_systems,
    write_training,
)
from tigertail.ground_truth.curated_lists import read_curated, read_lists, read_sas
from tigertail.ground_truth.ground_truth import GroundTruth, halves
from tigertail.ground_truth.simulated import read_true
from tigertail.splitting.hold_out import ProtocolConfig, Split, hold_out
from tigertail.splitting.shows import HeldOutShows, curators_with_shows, hold_out_shows

__all__ = [
    "BestExponent",
    "GroundTruth",
    "GroundTruthReport",
    "HeldOutShows",
    "MetricValidity",
    "NeighbourFile",
    "ProtocolConfig",
    "Report",
    "Split",
    "System",
    "at_best_exponent",
    "cache_fits",
    "check_names",
    "curators_with_shows",
    "default_systems",
    "evaluate",
    "evaluate_against",
    "halves",
    "hold_out",
    "hold_out_shows",
    "load_systems",
    "read_curated",
    "read_lists",
    "read_sas",
    "read_true",
    "validate_metrics",
    "write_training",
]
