"""The messages of the page: every language has every message in every form, and the page no text beside it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tigertail.model.registry import SIGNALS
from tigertail.signals.audio.explain import DESCRIPTORS
from tigertail.signals.evidence import CODED_FACETS, KINDS, PLACE_FACETS, PLAIN_FACETS, PREPOSITIONS
from tigertail.simulation.sound import SCALES

Json = dict[str, Any]
ROOT = Path(__file__).parents[3]
EXPLORER = ROOT / "src/tigertail/service/explorer"
LANGUAGES = sorted(path.stem for path in (EXPLORER / "js/messages").glob("*.js"))
PLACEHOLDER = re.compile(r"\{(\w+)\}")
READ = """
import { ESLint } from "eslint";
const [folder, ...codes] = process.argv.slice(1);
const read = async (code) => (await import(`file://${folder}/${code}.js`)).default;
const formsOf = (code) => new Intl.PluralRules(code).resolvedOptions().pluralCategories;
const all = codes.map(async (code) => [code, { messages: await read(code), forms: formsOf(code) }]);
const example = `export const x = (a) => h("p", { title: a ? "Some words" : "" }, "more", h("code", {}, "make test"));`;
const [{ messages }] = await new ESLint().lintText(example, { filePath: `${folder}/../example.js` });
const found = messages.filter(({ ruleId }) => ruleId === "page/texts").length;
console.log(JSON.stringify({ languages: Object.fromEntries(await Promise.all(all)), found }));
"""


@pytest.fixture(scope="module")
def read() -> Json:
    """The messages and the plural forms of each language, and how many texts of an example eslint finds."""
    node = shutil.which("node")
    if node is None or not (ROOT / "node_modules").is_dir():
        reason = "Node.js or its packages are not here: make lint installs them"
        pytest.fail(reason) if os.environ.get("TIGERTAIL_REQUIRE_SERVERS") == "1" else pytest.skip(reason)
    command = [node, "--input-type=module", "-e", READ, "--", str(EXPLORER / "js/messages"), *LANGUAGES]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


@pytest.fixture(scope="module")
def english(read: Json) -> Json:
    return read["languages"]["en"]["messages"]


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def test_the_page_names_every_language_there_is() -> None:
    named = re.search(r'data-languages="(.*?)"', (EXPLORER / "index.html").read_text("utf-8"))
    assert named is not None
    assert named[1].split() == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_message_in_every_form(read: Json, english: Json, language: str) -> None:
    messages, forms = read["languages"][language].values()
    assert list(messages) == list(english)  # in one order, so that files can be read side by side
    for key, message in messages.items():
        if isinstance(english[key], str):
            assert placeholders(message) == placeholders(english[key]), key
            continue
        assert set(message) - {"=0"} == set(forms), key
        whole = placeholders(english[key]["other"])
        assert placeholders(message["other"]) == whole, key
        # A form of one number may say it in words.
        assert all(placeholders(form) in (whole, whole - {"n"}) for form in message.values()), key


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_no_sentence_is_left_in_english(read: Json, english: Json, language: str) -> None:
    messages = read["languages"][language]["messages"]
    same = [key for key, message in messages.items() if message == english[key]]
    assert [
        key for key in same if len(re.findall(r"[a-z]{2,}", PLACEHOLDER.sub("", str(english[key])))) > 2
    ] == []


def test_french_lets_no_line_begin_with_a_mark(read: Json) -> None:
    messages = read["languages"]["fr"]["messages"]
    texts = {key: json.dumps(message, ensure_ascii=False) for key, message in messages.items()}
    assert [key for key, text in texts.items() if re.search(r"\w [:;?!»]|« ", text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_space_that_looks_like_another_is_written_as_its_code(language: str) -> None:
    lines = (EXPLORER / f"js/messages/{language}.js").read_text("utf-8").split("\n")
    assert [line for line in lines if re.search("[\u00a0\u202f]", line)] == []


def test_english_names_the_signals_as_the_registry_does(english: Json) -> None:
    parts = {name: spec for name, spec in SIGNALS.items() if spec.in_mixture}
    words = {f"signal.{name}": name for name in parts}
    words |= {f"signal.{name}.title": spec.title for name, spec in parts.items()}
    assert {key: english.get(key) for key in words} == words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_evidence_has_a_message_with_its_values(read: Json, language: str) -> None:
    messages = read["languages"][language]["messages"]
    of = {
        group: {
            key.partition(".")[2]: message for key, message in messages.items() if key.startswith(f"{group}.")
        }
        for group in ("evidence", "label", "sound", "descriptor")
    }
    assert set(of["evidence"]) == set(KINDS)
    counted = {kind for kind, message in of["evidence"].items() if not isinstance(message, str)}
    assert counted == {"common_listeners", "mentioned_together"}
    naming = {kind for kind, message in of["evidence"].items() if "{names}" in message}
    assert naming == {"most_in", "all_in", "shared_labels", "leading_labels", "similar_descriptors"}
    assert set(of["label"]) == {*PLAIN_FACETS, *PREPOSITIONS, "place", "other"}
    assert set(of["sound"]) == {"high", "low"}
    named = {name for name in DESCRIPTORS.values() if name}
    assert set(of["descriptor"]) >= named | {name for name in SCALES if not name.startswith("timbre")}


def test_the_page_has_the_same_places() -> None:
    script = (EXPLORER / "js/evidence.js").read_text("utf-8")
    sets = {name: json.loads(there) for name, there in re.findall(r"const (\w+) = new Set\((.*?)\);", script)}
    assert {name: set(facets) for name, facets in sets.items()} == {
        "PLACES": PLACE_FACETS,
        "CODED": CODED_FACETS,
    }


def test_every_message_is_used(english: Json) -> None:
    sources = "".join(
        path.read_text("utf-8")
        for path in [EXPLORER / "index.html", *(EXPLORER / "js").rglob("*.js")]
        if path.parent.name != "messages"
    )
    # A key may have a part that the API or the state names: `stratum.${stratum}.title`.
    made = [re.escape(key) for key in re.findall(r"`(\w+\.\$\{.*?\}[\w.]*)`", sources)]
    patterns = [re.compile(re.sub(r"\\\$\\\{.*?\\\}", r"[\\w -]+", key)) for key in made]
    unused = [
        key
        for key in english
        if f'"{key}"' not in sources and not any(pattern.fullmatch(key) for pattern in patterns)
    ]
    assert unused == []


def test_eslint_finds_a_text_outside_the_catalogue(read: Json) -> None:
    assert read["found"] == 2  # a title and a child, but not code


def test_the_document_has_no_text_of_its_own() -> None:
    document = Document()
    document.feed((EXPLORER / "index.html").read_text("utf-8"))
    assert document.texts == ["Tigertail", "Tigertail"]  # its title before the first view, and its mark


class Document(HTMLParser):
    """The texts and labels of a document that a visitor with JavaScript meets."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._without_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._without_script |= tag == "noscript"
        self.texts += [value or "" for name, value in attrs if name in ("aria-label", "title", "placeholder")]

    def handle_endtag(self, tag: str) -> None:
        self._without_script &= tag != "noscript"

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._without_script:
            self.texts.append(data.strip())


@pytest.mark.parametrize("language", ["ar", "es", "fr", "pt"])
def test_an_item_that_nobody_plays_is_not_called_new_or_unpublished(read: Json, language: str) -> None:
    messages = read["languages"][language]["messages"]
    without = messages["start.cold"].lower()  # as "sem ouvintes"; what is "inédito" was never published
    assert messages["stratum.cold"] == without
    assert without in messages["summary.tail.title"]
