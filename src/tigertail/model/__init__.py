"""A model: configuration, fitting, asking, saving and loading."""

from tigertail.model.config import ModelConfig
from tigertail.model.fit import fit
from tigertail.model.model import Model
from tigertail.model.store import check_target, load, save

__all__ = ["Model", "ModelConfig", "check_target", "fit", "load", "save"]
