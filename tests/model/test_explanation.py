"""Why an item is listed: in data, and in words."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tigertail.mixing import Mixture
from tigertail.model import Model
from tigertail.model.explanation import explain, format_reasons
from tigertail.signals.audio.signal import AudioAffinity
from tigertail.signals.evidence import Evidence
from tigertail.signals.listening import GroupedCoListening


@pytest.fixture
def signal(local_model: Model) -> GroupedCoListening:
    listening = local_model.signals["listening"]
    assert isinstance(listening, GroupedCoListening)
    return listening


def codes(model: Model, *items: str) -> np.ndarray:
    return np.array([model.index.match(item).code for item in items], np.int32)


def test_the_groups_that_carry_an_answer_the_largest_share_first(
    local_model: Model, signal: GroupedCoListening
) -> None:
    why = explain("listening", signal, codes(local_model, "star"), codes(local_model, "p2", "b2")).column()
    assert why.name == "why"
    assert [carriers[0]["name"] for carriers in why] == ["Poland", "Brazil"]
    for carriers in why.to_list():
        shares = [carrier["share"] for carrier in carriers]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) == pytest.approx(1, abs=0.02)
    assert why[0].to_list()[0]["group"] == "PL"


def test_a_group_that_has_nothing_to_say_goes_unmentioned(
    local_model: Model, signal: GroupedCoListening
) -> None:
    [carriers] = explain("listening", signal, codes(local_model, "p2"), codes(local_model, "p3")).rows
    assert carriers == [{"group": "PL", "name": "Poland", "share": pytest.approx(1)}]


def test_a_group_with_few_listeners_of_the_query_is_not_named(
    local_model: Model, signal: GroupedCoListening
) -> None:
    every = np.arange(len(local_model.items), dtype=np.int32)
    hidden = 0
    for query in every:
        counts = dict(zip(signal.keys, signal.listeners_by_group(int(query)).tolist(), strict=False))
        shares = signal.shares(int(query), every)
        hidden += sum(shares[place].any() and 0 < count < 5 for place, count in enumerate(counts.values()))
        for carriers in explain("listening", signal, every[[query]], every).rows:
            assert all(
                carrier["group"] == "elsewhere" or counts[carrier["group"]] >= 5 for carrier in carriers
            )
    assert hidden  # there was something to keep


def test_no_answer_needs_no_reason(local_model: Model, signal: GroupedCoListening) -> None:
    why = explain("listening", signal, codes(local_model, "star"), codes(local_model)).column()
    assert len(why) == 0
    assert why.dtype == pl.List(pl.Struct({"group": pl.String, "name": pl.String, "share": pl.Float64}))


def test_signals_multiply_an_affinity() -> None:
    listening = {"signal": "listening", "factor": 1234.0, "share": 0.6, "has_data": True, "evidence": ""}
    web = {"signal": "web", "factor": 3.21, "share": 0.4, "has_data": True, "evidence": "similar text"}
    silent = {"signal": "audio", "factor": 1.0, "share": 0.0, "has_data": False, "evidence": ""}
    prior = {"signal": "prior", "factor": 1e-5, "share": 0.0, "has_data": True, "evidence": "popularity"}
    assert format_reasons([listening, web, silent, prior]).splitlines() == [
        "listening x 1,234: listeners in common",
        "web x 3.2: similar text",
    ]


def test_every_reason_has_words_and_weight() -> None:
    texts = {"signal": "annotation", "factor": 9.0, "share": 0.8, "has_data": True, "evidence": "both mpb"}
    tracks = {"signal": "back-off", "factor": 4.0, "share": 0.4, "has_data": True, "evidence": ""}
    theirs = {
        "signal": "weather",
        "factor": 2.0,
        "share": 0.2,
        "has_data": True,
        "evidence": "",
    }  # of another maker
    idle = {"signal": "listening", "factor": 1.01, "share": 0.01, "has_data": True, "evidence": "alike"}
    assert format_reasons([texts, tracks, idle, theirs]).splitlines() == [
        "annotation x 9.0: both mpb",
        "back-off x 4.0: listeners in common, or those of their artists",
        "weather x 2.0",
    ]


def test_the_lens_is_named_where_it_changes_something() -> None:
    listening = {"signal": "listening", "factor": 618.0, "lens": 56.2, "share": 0.6, "has_data": True}
    listening |= {"evidence": "74 listeners in common"}
    assert format_reasons([listening]) == "listening x 618 (lens x 56): 74 listeners in common"
    assert format_reasons([listening | {"lens": 1.04}]) == "listening x 618: 74 listeners in common"
    assert format_reasons([listening | {"lens": None}]) == "listening x 618: 74 listeners in common"


@pytest.mark.parametrize("exact", [False, True])
def test_what_the_lens_multiplies_is_what_listening_lacks_without_it(local_model: Model, exact: bool) -> None:
    [query] = codes(local_model, "star")

    def factors(column: str, **options: str) -> dict[str, float]:
        answers = local_model.answer(np.array([query]), why=True, exact=exact, **options)
        assert answers.why is not None
        listed = local_model.items["item_id"].gather(answers.items).to_list()
        return {
            item: carrier[column]
            for item, carriers in zip(listed, answers.why.rows, strict=True)
            for carrier in carriers
            if carrier["signal"] == "listening"
        }

    lens, here, anywhere = factors("lens", country="PL"), factors("factor", country="PL"), factors("factor")
    assert lens["p2"] > 1 > lens["b2"], "Poles play p2, Brazilians b2"
    for item in ("p2", "b2"):
        assert lens[item] == pytest.approx(here[item] / anywhere[item], rel=1e-4)


def test_signals_without_a_lens_have_none_to_name(local_model: Model) -> None:
    seeds = codes(local_model, "star")
    through = local_model.answer(seeds, why=True, country="PL").why
    plain = local_model.answer(seeds, why=True).why
    assert through is not None
    assert plain is not None
    assert {one["signal"] for one in through.rows[0] if one["lens"] is not None} == {"listening"}
    assert not any("lens" in one for one in plain.rows[0])
    assert through.column()[0].to_list() == through.rows[0]


def test_reasons_are_formatted_in_words() -> None:
    names = ("Poland", "Brazil", "elsewhere", "Sweden")
    carriers = [
        {"name": name, "share": share} for name, share in zip(names, (0.5, 0.3, 0.15, 0.05), strict=True)
    ]
    assert format_reasons(carriers) == "Poland 50 %, Brazil 30 %, elsewhere 15 %"
    assert format_reasons(carriers, max_lines=1) == "Poland 50 %"
    assert format_reasons([]) == ""


def test_after_several_items_groups_carry_what_they_carry_of_the_sum(
    local_model: Model, signal: GroupedCoListening
) -> None:
    seeds, answers = codes(local_model, "star", "p2"), codes(local_model, "p3")
    [carriers] = explain("listening", signal, seeds, answers).rows
    assert sum(one["share"] for one in carriers) == pytest.approx(1, abs=0.02)
    [alone] = explain("listening", signal, seeds[:1], answers).rows
    assert carriers[0]["name"] == alone[0]["name"] == "Poland"
    assert carriers[0]["share"] > alone[0]["share"], "all of what p2 adds is Polish"


def test_of_several_items_it_is_said_which_one_an_answer_goes_with(local_model: Model) -> None:
    seeds = codes(local_model, "b1", "p2")
    co_listening = local_model.signals["co-listening"]
    reasons = explain("co-listening", co_listening, seeds, codes(local_model, "p3"), ["b", "p"])
    [[why]] = reasons.rows
    assert why["contribution"] == pytest.approx(
        co_listening.affinity(seeds[1:])[0, codes(local_model, "p3")[0]] / 2, rel=1e-5
    )
    assert why["evidence"] == "p: played by the same listeners"
    assert reasons.evidence == [Evidence.of("same_listeners").about("p")]


def test_what_was_worked_out_with_the_affinity_is_not_worked_out_again(local_model: Model) -> None:
    mixture = local_model.signals["mixture"]
    assert isinstance(mixture, Mixture)
    seeds, answers = codes(local_model, "b1", "p2"), codes(local_model, "star", "p3")
    affinity, contributions = mixture.affinity_with_contributions(seeds)
    np.testing.assert_array_equal(affinity, mixture.affinity(seeds))
    again = explain("mixture", mixture, seeds, answers, contributions=contributions)
    assert again.rows == explain("mixture", mixture, seeds, answers).rows


def test_evidence_is_from_an_item_that_the_signal_has_data_about() -> None:
    # The signal does not know the second item. The cosine of the first and the third is below 0, and above the usual.
    vectors = np.array([[1, 0], [0, 1], [-1, 0.3], [-1, 0]], np.float32)
    known = np.array([True, False, True, True])
    sound = AudioAffinity(vectors, known, "cosine", np.empty((0, 0), np.float32))
    seeds, answers = np.array([0, 1], np.int32), np.array([2], np.int32)
    [[why]] = explain("audio", sound, seeds, answers, ["known", "unknown"]).rows
    assert why["contribution"] < 0
    assert why["evidence"] == "known: similar sound"
