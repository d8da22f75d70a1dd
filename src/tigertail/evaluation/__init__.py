"""Evaluation: protocol, metrics, strata, intervals, systems and the report."""

from tigertail.evaluation.neighbour_file import NeighbourFile, write_training
from tigertail.evaluation.protocol import ProtocolConfig, Trial, hold_out
from tigertail.evaluation.report import Report, evaluate
from tigertail.evaluation.systems import System, check_names, default_systems, load_systems

__all__ = [
    "NeighbourFile",
    "ProtocolConfig",
    "Report",
    "System",
    "Trial",
    "check_names",
    "default_systems",
    "evaluate",
    "hold_out",
    "load_systems",
    "write_training",
]
