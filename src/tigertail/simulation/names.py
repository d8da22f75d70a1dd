"""Invented names of artists, in the sounds and scripts of their languages.

Every name has two words put together from two or three syllables, and more where it is taken. That a real artist has it
is unlikely, not excluded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from tigertail.dataset.folding import fold


class Sounds(NamedTuple):
    """How a language sounds: the syllables that begin and end its words, and how two words make a name."""

    first: tuple[str, ...]
    later: tuple[str, ...]
    patterns: tuple[str, ...]


def _sounds(first: str, later: str, *patterns: str) -> Sounds:
    return Sounds(tuple(first.split()), tuple(later.split()), patterns)


SOUNDS: Final = {
    "en": _sounds(
        "bram cros dun fen gal har ket lor mar nev pell quil ras shel tam thorn vel wil yar hol",
        "ber dle fax gin ker low mond nor pet ridge shaw ster ton vane wick zie ley dock mer thy",
        "{} {}",
        "The {} {}",
        "{} & {}",
        "{} of {}",
    ),
    "de": _sounds(
        "blau dör fels grün hei jä klu lön mür nach öst pfal quer schü stei tan üb vol wei zwi",
        "bach derg feld gart haum kel lich mutz nau rer sheim stöck tal ungen wark zeug leth burst fing",
        "{} {}",
        "{} und {}",
        "Die {} {}",
    ),
    "fr": _sounds(
        "beau char dé éto fleu gué hau jo lé mar noué oré pré qué ré sau tri vé cla mi",
        "bert çon dier fleau gny lette mond neau pelle queur rière sseau teuil vèle zac loux ché ras",
        "{} {}",
        "Les {} {}",
        "{} et {}",
    ),
    "es": _sounds(
        "ba cue dor es fuen gui hor la mo ña or pe que ri so tru va zar lu ce",
        "bro cón dero fiel goza juela lón miento nado ñera pista quez rrín sura tilla vera zuma dal",
        "{} {}",
        "Los {} {}",
        "{} y {}",
    ),
    "pt": _sounds(
        "al bra co dou es fi gua im jo la mou no or pe qui ri são tre va xi",
        "beira ção dinha fão gueira lha meiro nhão peta quim rão seco teiro vela zinho dor çal",
        "{} {}",
        "Os {} {}",
        "{} e {}",
    ),
    "it": _sounds(
        "al be cor do es fio gra in lu mo ne or pie que ro sa tre va zu gi",
        "bello cchi dino fazza gnola lucca metto nuzzi perla quata rino stella tumo vento zarà dò",
        "{} {}",
        "I {} {}",
        "{} e {}",
    ),
    "nl": _sounds(
        "aal blij dui ee grij hoe ij kla lui mui noor oo pij rui schaa tui uil vee wij zee",
        "berg daal feer gaart hout kade laan meer noek poort rijk stroe tuin voort wouter zijn ë",
        "{} {}",
        "De {} {}",
        "{} en {}",
    ),
    "pl": _sounds(
        "brzo czę dzi gó jał krzy łą mę nie ość prze ró ską szczu trze wą zię żu ćwi pło",
        "bka czyk dło gród jka łek misz nica pień rząb ska szek twa wąs źba żec cierz nów",
        "{} {}",
        "{} i {}",
    ),
    "sv": _sounds(
        "björ då äl fjä grö hå ind källa lö mör nå ös pär rö sjö trä upp våg ång yx",
        "backe dal fors gård holm kvist lund mark näs parv rand sten torp vik ström måne",
        "{} {}",
        "{} och {}",
    ),
    "fi": _sounds(
        "aa hä jy kui lö mää nuo öy pyö rai sää tuu va yö hii kau lei mu su vii",
        "jokki kanto lainen mäki niemi pelto ranta sillä tähti vuono hovi kko lla syvä yttö",
        "{} {}",
        "{} ja {}",
    ),
    "tr": _sounds(
        "ay bü çı dö eğ gü hı il kı lö mı nü öz pı rü sı şü tı ün yı",
        "ban çık dağı gül kaş lım mez naz pınar rük sın şen tepe vuş yol zan ğız dür",
        "{} {}",
        "{} ve {}",
    ),
    "ru": _sounds(
        "бре ве гро ду жи за кру лё мо не ор пе ры све ту фо хо чу ша эл",
        "бень ватка гора дник жень зов кала лица мята нежь пуха рёв стра тень фина цвет щина юр",
        "{} {}",
        "{} и {}",
    ),
    "uk": _sounds(
        "бі ве гру ді є жу зі їж кви лі мо ні ор пі ре сві ту хо ці ша",
        "бія варта горі день жанка зір кіт ляда мінь ниця пір рута стріч тайка хвіст цень щик їна",
        "{} {}",
        "{} та {}",
    ),
    "el": _sounds(
        "αν βρα γλυ δρο ευ ζω η θα κλε λου με νε ξα ο πλα ρι σκο τρε φω χρυ",
        "βός γιά δάκι ζής θόρι κλάς λιώτη μένα νάρι ξίδα πούλι ράκη σία τήρι φώνη χάδι ψά",
        "{} {}",
        "{} και {}",
    ),
    "ja": _sounds(
        "あお かぜ さよ たに なぎ はる まど やま らく わた きり しお つゆ のぞ ふゆ みね ゆめ よい コル リタ",
        "かげ さと つき なみ の はし みち ゆき らん いろ うみ こえ しま とり ほし もり ラン ネル トカ",
        "{}{}",
        "{}と{}",
        "{}・{}",
    ),
    "ko": _sounds(
        "가 나 다 라 마 바 새 아 하 노 달 별 숲 강 구 은 초 푸 해 여",
        "람 루 비 결 울 늘 래 솔 온 담 빛 린 실 흔 름 돌 미 찬 벼 율",
        "{} {}",
        "{}와 {}",
    ),
    "ar": _sounds(
        "بد تر جم حر خل در رم زه سر شم صف ضي طر عم غد فر قم كر لو نو",
        "ان يد ور ال يم اس ير وف اد ين ار وس ام يل ون اق يب وح",
        "{} {}",
        "{} و{}",
    ),
}

_THIRD_SYLLABLE: Final = 0.35  # share of words that have one


def invent_names(languages: Sequence[str], rng: np.random.Generator) -> list[str]:
    """Invent a name for each artist; no two names have the same folded form.

    Parameters
    ----------
    languages
        The language each name is in, a key of :data:`SOUNDS`.
    rng
        Random generator.

    Returns
    -------
    list[str]
        The names, in the order of ``languages``.
    """
    taken: set[str] = set()
    names: list[str] = []
    for language in languages:
        name = _name(SOUNDS[language], rng)
        while fold(name) in taken:
            name = f"{name} {invent_word(SOUNDS[language], rng)}"
        taken.add(fold(name))
        names.append(name)
    return names


def invent_word(sounds: Sounds, rng: np.random.Generator) -> str:
    """Invent a word, with a capital."""
    word = sounds.first[rng.integers(len(sounds.first))]
    if rng.random() < _THIRD_SYLLABLE:
        word += sounds.first[rng.integers(len(sounds.first))]
    return (word + sounds.later[rng.integers(len(sounds.later))]).capitalize()


def _name(sounds: Sounds, rng: np.random.Generator) -> str:
    pattern = sounds.patterns[rng.integers(len(sounds.patterns))]
    return pattern.format(invent_word(sounds, rng), invent_word(sounds, rng))
