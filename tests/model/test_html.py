"""Models and answers show themselves in a notebook."""

from __future__ import annotations

import re

import numpy as np
import polars as pl

from tigertail.model import Model
from tigertail.model.answers import Answers, BulkAnswers
from tigertail.model.html import table_html
from tigertail.model.recommend import History


def test_answers_are_a_table_with_names_escaped(model: Model) -> None:
    seeds = model.index.match_all(["Sigur Rós"])[0]
    shown = model.answer(seeds, 2)._repr_html_()
    assert "<caption>After Sigur Rós</caption>" in shown
    assert shown.count("<td>") == 2 * model.answer(seeds, 2).table().width


def test_a_caption_says_what_was_asked(model: Model) -> None:
    def caption(answers: Answers | BulkAnswers) -> str:
        return re.findall("<caption>(.*)</caption>", answers._repr_html_())[0]

    seeds = model.index.match_all(["n1", "n2", "n3", "n4"])[0]
    assert caption(model.answer(seeds[:3], 2)) == "After Кино, Sigur Rós and The Cure"
    assert caption(model.answer(seeds, 2)) == "After Кино, Sigur Rós and 2 others"
    history = History(np.sort(seeds), np.ones(4, np.float32))
    assert caption(model.answer_history(history, 2)).endswith(" and 2 others")
    assert caption(model.answer_history(history, 2)).startswith("For a listener of ")
    assert caption(model.answer_path(int(seeds[0]), int(seeds[1]))) == "Path between Кино and Sigur Rós"
    assert caption(model.answer_many(["n1", "n2"], 2)) == "Answers after 2 items"
    assert caption(model.answer_many(["n1"], 2)) == "Answers after 1 item"


def test_reasons_are_shown_in_words(model: Model) -> None:
    shown = model.answer(model.index.match_all(["Sigur Rós"])[0], 2, why=True)._repr_html_()
    assert "<th>why</th>" in shown
    assert "<td>listening x 16: 6 listeners in common</td>" in shown


def test_names_cannot_be_markup() -> None:
    assert "<script>" not in table_html(pl.DataFrame({"<script>": ["<script>"]}), "<script>")


def test_a_long_table_says_what_is_not_shown() -> None:
    assert "and 1,975 more" in table_html(pl.DataFrame({"n": range(2000)}), "many")


def test_a_model_says_what_it_is(model: Model) -> None:
    shown = model._repr_html_()
    assert "Model of scenes" in shown
    assert "<th>listeners</th><td>20</td>" in shown
    assert "listening" in shown
