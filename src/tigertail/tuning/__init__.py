"""Tuning: a search for model settings on listeners that no evaluation reports on."""

from tigertail.tuning.budget import Budget
from tigertail.tuning.search import FRONTIER, Outcome, Tuning, inner_trial, tune
from tigertail.tuning.space import BASE, CO_LISTENING, FAMILIES, PLAIN, Family
from tigertail.tuning.toml import write_config

__all__ = [
    "BASE",
    "CO_LISTENING",
    "FAMILIES",
    "FRONTIER",
    "PLAIN",
    "Budget",
    "Family",
    "Outcome",
    "Tuning",
    "inner_trial",
    "tune",
    "write_config",
]
