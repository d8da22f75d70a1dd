"""Metrics of ranked lists: accuracy, beyond accuracy, and country cohesion."""

from tigertail.evaluation.metrics.beyond_accuracy import list_figures
from tigertail.evaluation.metrics.country_cohesion import CountryCohesion, LocalAffinity, compare_cohesion
from tigertail.evaluation.metrics.locality import item_countries, listener_countries, local_by_listening
from tigertail.evaluation.metrics.ranking import METRICS, score_lists

__all__ = [
    "METRICS",
    "CountryCohesion",
    "LocalAffinity",
    "compare_cohesion",
    "item_countries",
    "list_figures",
    "listener_countries",
    "local_by_listening",
    "score_lists",
]
