"""Evidence as facts, and in words."""

from __future__ import annotations

import pytest

from tigertail.signals.evidence import KINDS, NO_EVIDENCE, Evidence, Fact, Name

POLAND, GERMANY = Name("PL", "Poland"), Name("DE", "Germany")
EXAMPLES = {
    "common_listeners": (Fact("common_listeners", 1), "1 listener in common"),
    "most_in": (Fact("most_in", None, (POLAND, GERMANY)), "most in Poland and Germany"),
    "all_in": (Fact("all_in", 5, (POLAND,)), "all in Poland"),
    "mentioned_together": (Fact("mentioned_together", 4), "mentioned together on 4 pages"),
    "shared_labels": (
        Fact("shared_labels", None, (Name("label", "4AD"), Name("home", "PL"))),
        "both on 4AD, from Poland",
    ),
    "similar_descriptors": (
        Fact("similar_descriptors", None, (Name("low", "energy"),)),
        "similar sound: low energy",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_words(kind: str) -> None:
    fact, words = EXAMPLES.get(kind, (Fact(kind), None))
    assert words in (fact.words, None)
    assert fact.words.isascii()
    assert not fact.words.endswith(".")


def test_facts_are_told_one_after_the_other() -> None:
    facts = [EXAMPLES[kind][0] for kind in ("common_listeners", "most_in")]
    evidence = Evidence(tuple(facts))
    assert evidence.words == "1 listener in common, most in Poland and Germany"
    assert [fact.record() for fact in evidence.facts] == [
        {"kind": "common_listeners", "n": 1},
        {
            "kind": "most_in",
            "names": [{"key": "PL", "name": "Poland"}, {"key": "DE", "name": "Germany"}],
        },
    ]


def test_of_several_seeds_one_is_named() -> None:
    assert Evidence.of("paired").about("Kult").words == "Kult: often paired in the pair counts"
    assert NO_EVIDENCE.about("Kult").words == ""


def test_a_kind_of_another_maker_brings_its_words() -> None:
    evidence = Evidence.of("next_in_catalogue", text="next in the catalogue")
    assert evidence.words == "next in the catalogue"
    assert [fact.record() for fact in evidence.facts] == [
        {"kind": "next_in_catalogue", "text": "next in the catalogue"}
    ]
    with pytest.raises(ValueError, match="give its text"):
        Evidence.of("next_in_catalogue")
