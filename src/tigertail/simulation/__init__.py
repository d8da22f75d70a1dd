"""A simulated world: invented listeners and artists, and the true affinity between them.

It stands in for real listening data where there is none, and answers what real data cannot: how far a list of
neighbours is from the truth. Nothing in it is real but the codes of countries and languages.
"""

from tigertail.simulation.config import WorldConfig
from tigertail.simulation.simulate import simulate
from tigertail.simulation.truth import true_affinity

__all__ = ["WorldConfig", "simulate", "true_affinity"]
