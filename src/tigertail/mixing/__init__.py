"""The mixture: every signal on one scale, added with weights that depend on the query."""

from tigertail.mixing.config import MixtureConfig
from tigertail.mixing.learned import Learned
from tigertail.mixing.learning import learn
from tigertail.mixing.lessons import Lessons, lessons_of
from tigertail.mixing.mixture import Mixture

__all__ = ["Learned", "Lessons", "Mixture", "MixtureConfig", "learn", "lessons_of"]
