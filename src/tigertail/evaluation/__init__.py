"""Evaluation: protocol, metrics, strata, intervals, systems and the report."""

from tigertail.evaluation.ground_truth.agreement import Agreement, agree
from tigertail.evaluation.ground_truth.best_dial import Reach, fitted_once, reach
from tigertail.evaluation.ground_truth.metric_validity import MetricValidity, validate_metrics
from tigertail.evaluation.report import Report
from tigertail.evaluation.runner import evaluate
from tigertail.evaluation.systems.neighbour_file import NeighbourFile, write_training
from tigertail.evaluation.systems.system import System, check_names, default_systems, load_systems
from tigertail.splitting.ground_truth import GroundTruth, read_curated, read_lists, read_sas, read_true
from tigertail.splitting.hold_out import ProtocolConfig, Split, hold_out

__all__ = [
    "Agreement",
    "GroundTruth",
    "MetricValidity",
    "NeighbourFile",
    "ProtocolConfig",
    "Reach",
    "Report",
    "Split",
    "System",
    "agree",
    "check_names",
    "default_systems",
    "evaluate",
    "fitted_once",
    "hold_out",
    "load_systems",
    "reach",
    "read_curated",
    "read_lists",
    "read_sas",
    "read_true",
    "validate_metrics",
    "write_training",
]
