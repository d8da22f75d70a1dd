"""Confidence intervals and significance tests over listeners."""

from tigertail.evaluation.statistics.intervals import ClusterBootstrap, Estimate, dominated, holm

__all__ = ["ClusterBootstrap", "Estimate", "dominated", "holm"]
