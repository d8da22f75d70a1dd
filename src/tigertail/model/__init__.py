"""A model: configuration, fitting, adding to, querying, saving and loading."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tigertail.model.answers import Answers, BulkAnswers
    from tigertail.model.comparison import Comparison, compare
    from tigertail.model.config import ModelConfig
    from tigertail.model.fit_model import fit
    from tigertail.model.list_changes import Changes, changes
    from tigertail.model.model import Model
    from tigertail.model.query_options import QueryOptions
    from tigertail.model.store.deployment import deploy, roll_back
    from tigertail.model.store.folder import check_target, load, save
    from tigertail.model.update.add import add
    from tigertail.model.update.drift import Drift, drift

__all__ = [
    "Answers",
    "BulkAnswers",
    "Changes",
    "Comparison",
    "Drift",
    "Model",
    "ModelConfig",
    "QueryOptions",
    "add",
    "changes",
    "check_target",
    "compare",
    "deploy",
    "drift",
    "fit",
    "load",
    "roll_back",
    "save",
]

_MODULES: Final = {
    "Answers": "answers",
    "BulkAnswers": "answers",
    "Changes": "list_changes",
    "Comparison": "comparison",
    "Drift": "update.drift",
    "Model": "model",
    "ModelConfig": "config",
    "QueryOptions": "query_options",
    "add": "update.add",
    "changes": "list_changes",
    "check_target": "store.folder",
    "compare": "comparison",
    "deploy": "store.deployment",
    "drift": "update.drift",
    "fit": "fit_model",
    "load": "store.folder",
    "roll_back": "store.deployment",
    "save": "store.folder",
}


def __getattr__(name: str) -> Any:
    # The command line reads the options to print its help: that must not load the numerical libraries.
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
