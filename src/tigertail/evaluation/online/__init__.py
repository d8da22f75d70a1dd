"""Online evaluation: what a log of shown lists and listeners' actions says about the models behind them."""

from tigertail.evaluation.online.counterfactual import Judged, judge_rankings
from tigertail.evaluation.online.interleaving import Duel, duels, listener_scores, seed_of, team_draft
from tigertail.evaluation.online.log import Log
from tigertail.evaluation.online.position_bias import Examination, examination
from tigertail.evaluation.online.report import OnlineReport, online_report
from tigertail.evaluation.online.sequential import Verdict, examine

__all__ = [
    "Duel",
    "Examination",
    "Judged",
    "Log",
    "OnlineReport",
    "Verdict",
    "duels",
    "examination",
    "examine",
    "judge_rankings",
    "listener_scores",
    "online_report",
    "seed_of",
    "team_draft",
]
