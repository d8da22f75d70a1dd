"""Baselines, one per file; each class is the settings of one, with a method to fit it.

A report has those of :func:`tigertail.evaluation.default_systems`; a file of systems may name all.
"""

from tigertail.evaluation.baselines.als import ALS
from tigertail.evaluation.baselines.bm25 import BM25
from tigertail.evaluation.baselines.bpr import BPR
from tigertail.evaluation.baselines.country import CountryPopularity
from tigertail.evaluation.baselines.ease import EASE
from tigertail.evaluation.baselines.item_item import ItemItem
from tigertail.evaluation.baselines.popularity import WorldPopularity
from tigertail.evaluation.baselines.random_ranking import RandomRanking
from tigertail.evaluation.baselines.rp3beta import RP3Beta
from tigertail.evaluation.baselines.sessions import SessionCounts
from tigertail.evaluation.baselines.tf_idf import TfIdf

__all__ = [
    "ALS",
    "BM25",
    "BPR",
    "EASE",
    "CountryPopularity",
    "ItemItem",
    "RP3Beta",
    "RandomRanking",
    "SessionCounts",
    "TfIdf",
    "WorldPopularity",
]
