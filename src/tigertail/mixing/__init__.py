"""The mixture: every signal on one scale, added with weights that depend on the query."""

from tigertail.mixing.config import MixtureConfig
from tigertail.mixing.mixture import Mixture
from tigertail.mixing.parameters import MixtureParameters
from tigertail.mixing.trainer import learn
from tigertail.mixing.training_set import TrainingQueries, training_set

__all__ = ["Mixture", "MixtureConfig", "MixtureParameters", "TrainingQueries", "learn", "training_set"]
