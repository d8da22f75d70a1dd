"""The panel: readers who do not see which system an answer is from mark the answers to a few queries.

``choice`` chooses the queries by a rule, ``lists`` asks the systems, ``sheet`` makes the blinded sheet and its key,
and ``scoring`` counts the marks.
"""

from tigertail.evaluation.panel.choice import SLOTS, choose
from tigertail.evaluation.panel.lists import (
    PLAIN_ALS_NAME,
    answer_lists,
    baseline_lists,
    file_lists,
    model_lists,
)
from tigertail.evaluation.panel.scoring import PanelRow, PanelScores, read_marks, score_marks
from tigertail.evaluation.panel.sheet import Sheet, make_sheet, read_key

__all__ = [
    "PLAIN_ALS_NAME",
    "SLOTS",
    "PanelRow",
    "PanelScores",
    "Sheet",
    "answer_lists",
    "baseline_lists",
    "choose",
    "file_lists",
    "make_sheet",
    "model_lists",
    "read_key",
    "read_marks",
    "score_marks",
]
