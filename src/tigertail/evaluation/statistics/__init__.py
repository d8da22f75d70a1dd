"""Confidence intervals and significance tests over listeners."""

from tigertail.evaluation.statistics.intervals import ClusterBootstrap, Estimate, dominated_area, holm

__all__ = ["ClusterBootstrap", "Estimate", "dominated_area", "holm"]
