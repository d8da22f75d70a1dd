"""The mixture: the log affinities of every signal, added with coefficients that depend on the query."""

from tigertail.mixing.config import MixtureConfig
from tigertail.mixing.mixture import Mixture
from tigertail.mixing.parameters import MixtureParameters
from tigertail.mixing.retrieve import with_candidates
from tigertail.mixing.terms import least_listeners
from tigertail.mixing.trainer import fit_kinship, fit_parameters, likelihood_of_each
from tigertail.mixing.training_set import TrainingQueries, listed_queries, training_set

__all__ = [
    "Mixture",
    "MixtureConfig",
    "MixtureParameters",
    "TrainingQueries",
    "fit_kinship",
    "fit_parameters",
    "least_listeners",
    "likelihood_of_each",
    "listed_queries",
    "training_set",
    "with_candidates",
]
