"""Diagnosis of a fitted model by country: cohesion, capacity, and the lists that local models change."""

from tigertail.evaluation.diagnosis.capacity import GroupCapacity, group_capacity
from tigertail.evaluation.diagnosis.diagnosis import Diagnosis, diagnose, without_groups
from tigertail.evaluation.diagnosis.list_changes import (
    ListChange,
    ListChanges,
    average_overlap,
    compare_lists,
)
from tigertail.evaluation.diagnosis.plot import plot_diagnosis

__all__ = [
    "Diagnosis",
    "GroupCapacity",
    "ListChange",
    "ListChanges",
    "average_overlap",
    "compare_lists",
    "diagnose",
    "group_capacity",
    "plot_diagnosis",
    "without_groups",
]
