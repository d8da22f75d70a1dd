"""Online evaluation: compare models by a log of shown lists and the actions of listeners.

With it come the interleaved lists that the service shows for it (:func:`team_draft`), and the training pairs that a fit
takes from such a log (:func:`feedback_ground_truth`).
"""

from tigertail.evaluation.online.counterfactual import RankingEstimate, estimate_ndcg
from tigertail.evaluation.online.interleaving import Duel, duels, listener_scores, team_draft
from tigertail.evaluation.online.log import Log
from tigertail.evaluation.online.position_bias import Examination, examination
from tigertail.evaluation.online.ranking_inputs import read_rankings
from tigertail.evaluation.online.report import OnlineReport, online_report
from tigertail.evaluation.online.sequential import TestResult, sequential_test
from tigertail.evaluation.online.training_pairs import feedback_ground_truth

__all__ = [
    "Duel",
    "Examination",
    "Log",
    "OnlineReport",
    "RankingEstimate",
    "TestResult",
    "duels",
    "estimate_ndcg",
    "examination",
    "feedback_ground_truth",
    "listener_scores",
    "online_report",
    "read_rankings",
    "sequential_test",
    "team_draft",
]
