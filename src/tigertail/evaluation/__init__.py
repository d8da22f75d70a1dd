"""Evaluation: protocol, metrics, strata, intervals, systems and the report."""
