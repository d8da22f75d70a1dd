"""A simulated world: invented listeners and artists, and the true affinity between them.

It replaces real listening data in demos and tests, and gives what real data cannot: the distance of a neighbour
list from the truth. Only the codes of countries and languages are real.
"""

from tigertail.simulation.config import WorldConfig
from tigertail.simulation.simulate import simulate
from tigertail.simulation.truth import true_affinity

__all__ = ["WorldConfig", "simulate", "true_affinity"]
