"""Confidence intervals and significance tests over listeners."""

from tigertail.evaluation.statistics.intervals import (
    ClusterBootstrap,
    Estimate,
    clusters_needed,
    dominated_area,
    holm,
)

__all__ = ["ClusterBootstrap", "Estimate", "clusters_needed", "dominated_area", "holm"]
