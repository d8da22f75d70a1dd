"""Evaluation: protocol, metrics, strata, intervals, systems and the report."""

from tigertail.evaluation.protocol import ProtocolConfig, Trial, hold_out
from tigertail.evaluation.report import Report, evaluate
from tigertail.evaluation.systems import System, default_systems

__all__ = ["ProtocolConfig", "Report", "System", "Trial", "default_systems", "evaluate", "hold_out"]
