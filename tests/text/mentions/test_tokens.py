from collections.abc import Callable

import pytest

from tigertail.text.mentions.tokens import Sign, Words

Cut = Callable[[str], Words]


def test_words_know_where_they_stand_without_their_signs(words: Cut) -> None:
    text = ' "Kent,"\n(AC/DC) sang…'
    found = words(text)
    spans = zip(found.begins, found.ends, strict=True)
    assert [text[begin:end] for begin, end in spans] == ["Kent", "AC/DC", "sang"]
    assert found.folded == " kent  ac  dc  sang "
    assert found.places.tolist() == [0, 6, 14]
    assert found.new_line.tolist() == [True, True, False]


@pytest.mark.parametrize("word", ["राही", "ได้", "e\u0301te\u0301"])
def test_a_vowel_sign_or_accent_at_the_end_is_of_the_word(word: str, words: Cut) -> None:
    found = words(f"{word}, Live")
    assert (found.begins[0], found.ends[0]) == (0, len(word))
    assert not Sign(int(words(f"{word} Live").signs[0])) & Sign.AFTER


@pytest.mark.parametrize(
    ("word", "sign"),
    [
        ("Kent", Sign.UPPER),
        ("kent", Sign.LOWER),
        ("Ärzte", Sign.UPPER),
        ("Кино", Sign.UPPER),
        ("311", Sign.NUMBER),
        ("end.", Sign.STOP),
        ("Kent,", Sign.COMMA),
        ("“Kent", Sign.OPENS),
        ("Kent”", Sign.CLOSES),
        ("KISS", Sign.ALL_CAPITALS),
        ("band", Sign.ROLE_CUE),
        ("with", Sign.INTRODUCES),
        ("album", Sign.WORK),
        ("The", Sign.THE),
        ("&", Sign.AND),
    ],
)
def test_what_a_word_shows(word: str, sign: Sign, words: Cut) -> None:
    assert words(word).signs[0] & sign


@pytest.mark.parametrize(
    ("word", "sign"),
    [("Dr.", Sign.STOP), ("東京", Sign.LOWER), ("Kent's", Sign.AFTER), ("K", Sign.ALL_CAPITALS)],
)
def test_what_a_word_does_not_show(word: str, sign: Sign, words: Cut) -> None:
    assert not words(word).signs[0] & sign


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_has_no_words(text: str, words: Cut) -> None:
    assert len(words(text).begins) == 0


def test_words_of_nothing_but_signs_fold_to_nothing(words: Cut) -> None:
    assert words("Kent – !!! ... Sade").folded == " kent  sade "
