"""A model: configuration, fitting, adding to, asking, saving and loading."""

from tigertail.model.add import add
from tigertail.model.beside import beside
from tigertail.model.config import ModelConfig
from tigertail.model.deployment import deploy, roll_back
from tigertail.model.drift import Drift, drift
from tigertail.model.fit import fit
from tigertail.model.model import Answers, Model
from tigertail.model.question import Dials
from tigertail.model.store import check_target, load, save

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
