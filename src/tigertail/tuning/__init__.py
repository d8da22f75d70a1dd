"""Tuning: a search for model settings, on listeners that no evaluation reports on."""

from tigertail.errors import missing_extra

with missing_extra("tune", "tuning"):
    from tigertail.tuning.budget import Budget
    from tigertail.tuning.config_file import write_config
    from tigertail.tuning.objective import FRONTIER
    from tigertail.tuning.search import Tuning, tune
    from tigertail.tuning.search_space import PLAIN, STUDIES, StudySpec

__all__ = ["FRONTIER", "PLAIN", "STUDIES", "Budget", "StudySpec", "Tuning", "tune", "write_config"]
