"""Tuning: a search for model settings, on listeners that no evaluation reports on."""

from tigertail.errors import ConfigError

try:
    from tigertail.tuning.budget import Budget
    from tigertail.tuning.config_file import write_config
    from tigertail.tuning.objective import FRONTIER
    from tigertail.tuning.search import Tuning, tune
    from tigertail.tuning.search_space import PLAIN, STUDIES, StudySpec
except ModuleNotFoundError as error:
    if error.name not in ("optuna", "tomli_w"):
        raise
    raise ConfigError(
        f"tuning needs {error.name}, which is not installed", remedy="pip install 'tigertail[tune]'"
    ) from error

__all__ = ["FRONTIER", "PLAIN", "STUDIES", "Budget", "StudySpec", "Tuning", "tune", "write_config"]
