"""Systems that an evaluation compares: own signals, baselines, and neighbour lists of other programs."""

from tigertail.evaluation.systems.neighbour_file import NeighbourFile, write_training
from tigertail.evaluation.systems.own import ListeningSignal, OwnSignal
from tigertail.evaluation.systems.system import (
    PLAIN_ALS,
    TYPES,
    System,
    check_names,
    default_systems,
    load_systems,
)

__all__ = [
    "PLAIN_ALS",
    "TYPES",
    "ListeningSignal",
    "NeighbourFile",
    "OwnSignal",
    "System",
    "check_names",
    "default_systems",
    "load_systems",
    "write_training",
]
