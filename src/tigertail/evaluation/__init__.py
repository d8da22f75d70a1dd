"""Evaluation: protocol, metrics, strata, intervals, systems and the report."""

from tigertail.data.held_out import ProtocolConfig, Trial, hold_out
from tigertail.data.truths import Truth, read_curated, read_lists, read_sas, read_true
from tigertail.evaluation.agreement import Agreement, agree
from tigertail.evaluation.comparing import evaluate
from tigertail.evaluation.concordance import Concordance, concord
from tigertail.evaluation.neighbour_file import NeighbourFile, write_training
from tigertail.evaluation.reach import Reach, fitted_once, reach
from tigertail.evaluation.report import Report
from tigertail.evaluation.systems import System, check_names, default_systems, load_systems

__all__ = [
    "Agreement",
    "Concordance",
    "NeighbourFile",
    "ProtocolConfig",
    "Reach",
    "Report",
    "System",
    "Trial",
    "Truth",
    "agree",
    "check_names",
    "concord",
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
    "write_training",
]
