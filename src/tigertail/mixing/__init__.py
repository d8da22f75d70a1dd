"""The mixture: every signal on one scale, added with weights that depend on the query."""

from tigertail.mixing.config import MixtureConfig
from tigertail.mixing.mixture import Mixture
from tigertail.mixing.parameters import Learned
from tigertail.mixing.trainer import learn
from tigertail.mixing.training_set import Lessons, lessons_of

__all__ = ["Learned", "Lessons", "Mixture", "MixtureConfig", "learn", "lessons_of"]
