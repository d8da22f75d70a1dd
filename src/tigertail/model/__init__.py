"""A model: configuration, fitting, adding to, asking, saving and loading."""

from tigertail.model.comparison import beside
from tigertail.model.config import ModelConfig
from tigertail.model.fit import fit
from tigertail.model.model import Answers, Model
from tigertail.model.query_options import Dials
from tigertail.model.store.deployment import deploy, roll_back
from tigertail.model.store.folder import check_target, load, save
from tigertail.model.update.add import add
from tigertail.model.update.drift import Drift, drift

__all__ = [
    "Answers",
    "Dials",
    "Drift",
    "Model",
    "ModelConfig",
    "add",
    "beside",
    "check_target",
    "deploy",
    "drift",
    "fit",
    "load",
    "roll_back",
    "save",
]
