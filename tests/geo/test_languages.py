import pytest

from tigertail.errors import DataError
from tigertail.geo.countries import countries
from tigertail.geo.languages import countries_speaking, language_code, language_name, official_languages


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("pt", "pt"),
        ("pt-BR", "pt"),
        ("pt_BR.UTF-8", "pt"),
        ("POR", "pt"),
        ("zh-Hant-TW", "zh"),
        ("es-419", "es"),
        ("haw", "haw"),
    ],
)
def test_tags_and_codes(text: str, code: str) -> None:
    assert language_code(text) == code


def test_a_short_text_is_a_code_and_no_name() -> None:
    assert language_code("Mon") == language_code("Mongolian")
    assert language_code("AU") is None, (
        "a country; that a language is called Au is no reason to take it for that"
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [("iw", "he"), ("sh", "sr"), ("ger", "de"), ("cmn", "zh"), ("nb", "no"), ("nn", "nn"), ("mo", "ro")],
)
def test_a_language_has_one_code(text: str, code: str) -> None:
    assert language_code(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Portuguese", "pt"),
        ("brazilian portuguese", "pt"),
        ("Norwegian Bokmål", "no"),
        ("Flemish", "nl"),
        ("Mandarin", "zh"),
        ("Tok-Pisin", "tpi"),  # "tok" is a code too, and "Pisin" might be a variant
    ],
)
def test_english_names(text: str, code: str) -> None:
    assert language_code(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("português", "pt"),
        ("Polski", "pl"),
        ("日本語", "ja"),
        ("РУССКИЙ", "ru"),
        ("العربية", "ar"),
        ("cymraeg", "cy"),
    ],
)
def test_what_languages_call_themselves(text: str, code: str) -> None:
    assert language_code(text) == code


@pytest.mark.parametrize(
    "text",
    [None, "", " ", "Elvish", "xx", "xx-XX", "mul", "und", "zxx", "isiNdebele", "Bari", "pt-", "!!!", "jp"],
)
def test_nothing_is_guessed(text: str | None) -> None:
    assert language_code(text) is None


def test_languages_are_named_in_english() -> None:
    assert [language_name(code) for code in ("pt", "nb", "gsw", "apc")] == [
        "Portuguese",
        "Norwegian",
        "Swiss German",
        "Levantine Arabic",
    ]


@pytest.mark.parametrize(
    ("country", "languages"),
    [
        ("PL", ("pl",)),
        ("BR", ("pt",)),
        ("US", ("en",)),  # in fact, not by law
        ("ES", ("es",)),  # the others are official in their regions
        ("CH", ("de", "gsw", "fr", "it")),
        ("NO", ("no", "nn")),
        ("RS", ("sr",)),  # one language in two scripts
        ("SD", ("ar", "en")),  # as many speak each; fewer countries have Arabic
        ("SU", ("ru",)),
        ("AQ", ()),
    ],
)
def test_official_languages(country: str, languages: tuple[str, ...]) -> None:
    assert official_languages(country) == languages


def test_languages_lead_back_to_their_countries() -> None:
    assert countries_speaking("sv") == ("AX", "SE", "FI")
    assert countries_speaking("nb") == countries_speaking("no") == ("NO", "SJ")
    assert countries_speaking("ms") == ("BN", "MY", "SG"), (
        "in Brunei written in two scripts: the more common counts"
    )
    assert countries_speaking("eo") == ()
    for country in countries():
        for language in official_languages(country):
            assert country in countries_speaking(language)
            assert language_code(language) == language


def test_unknown_codes_are_errors_with_a_remedy() -> None:
    with pytest.raises(DataError, match="no country has the code 'pl'\n  -> give"):
        official_languages("pl")
    with pytest.raises(DataError, match="no language has the code 'Polish'\n  -> give"):
        countries_speaking("Polish")
    with pytest.raises(DataError, match="no language has the code 'xx'"):
        language_name("xx")
