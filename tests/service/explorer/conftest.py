"""A browser that visits the page of a real server, on a small simulated world."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

import numpy as np
import polars as pl
import pytest
from tests.support import serving

from tigertail.evaluation import System, evaluate
from tigertail.evaluation.baselines import ItemItem, WorldPopularity
from tigertail.feedback.store import FeedbackStore
from tigertail.model import Model, ModelConfig, fit, load, save
from tigertail.model.maps.map import save_map
from tigertail.service.app import create_app
from tigertail.service.http.settings import Settings
from tigertail.simulation import WorldConfig, simulate

Json = dict[str, Any]
REQUIRED = os.environ.get("TIGERTAIL_REQUIRE_SERVERS") == "1"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP elsewhere.test 127.0.0.1",  # a name that is not loopback
)
REPORT_VIOLATIONS = """addEventListener("securitypolicyviolation",
    (event) => console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI}`));"""


STORED = """async () => [
    ...Object.keys(localStorage), ...Object.keys(sessionStorage), ...document.cookie.split("; ").filter(Boolean),
    ...(await indexedDB.databases()).map(({ name }) => name), ...("caches" in window ? await caches.keys() : []),
]"""


@dataclass(frozen=True)
class Town:
    """A small simulated world, fitted, mapped and evaluated."""

    model: Model
    folder: Path
    report: Path


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """250 artists, a few without listeners, and 300 listeners in many countries."""
    folder = tmp_path_factory.mktemp("town")
    world = WorldConfig(listeners=300, artists=250, cold=0.06, audio=0.8, facts=0.5)
    dataset = simulate(folder / "world", world)
    few = {"base": {"factors": 8, "iterations": 3}, "listening": {"min_group_size": 20}}
    save(fit(dataset, ModelConfig.model_validate(few)), folder / "model")
    model = load(folder / "model")
    save_map(_drawn(model), model, folder / "model")
    systems = [
        System("popularity", WorldPopularity().fit),
        System("item-item", ItemItem().fit),
    ]
    report = evaluate(dataset, systems)
    (folder / "report.json").write_text(json.dumps(report.to_dict()), encoding="utf-8")
    return Town(model, folder / "model", folder / "report.json")


def _drawn(model: Model) -> pl.DataFrame:
    """Return a map that is easy to check: before on a circle (artists with listeners only), after on a spiral."""
    angle = np.linspace(0, 40, len(model.items))
    played = model.items["listeners"].to_numpy() > 0
    before = [np.where(played, wave(angle), np.nan) for wave in (np.cos, np.sin)]
    after = [wave(angle) * angle / 40 for wave in (np.cos, np.sin)]
    names = ("before_x", "before_y", "after_x", "after_y")
    return pl.DataFrame(
        {"item_id": model.items["item_id"]}
        | {
            name: pl.Series(axis, dtype=pl.Float32, nan_to_null=True)
            for name, axis in zip(names, before + after, strict=True)
        }
    )


@dataclass(frozen=True)
class Running:
    """A service that can be reached over the network of this machine."""

    url: str
    store: Path


Run = Callable[..., Running]


@pytest.fixture(scope="session")
def run(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Start a real server on the town, stopped at the end."""
    with ExitStack() as stack:

        def started(**settings: Any) -> Running:
            store = tmp_path_factory.mktemp("feedback") / "feedback.sqlite"
            given = {
                "model": town.folder,
                "reload_interval": 3600,
                "evaluation": town.report,
                "feedback": {"store": str(store)} | settings.pop("feedback", {}),
            }
            app = create_app(Settings.model_validate(given | settings))
            return Running(stack.enter_context(serving(app)), store)

        yield started


@pytest.fixture(scope="session")
def served(run: Run) -> Running:
    """The town's service."""
    return run()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium, found by TIGERTAIL_CHROMIUM or on the path.

    It lives as long as one module: while it is open an event loop runs in this thread, and no test can have its own.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _unavailable("playwright is not installed")
    found = os.environ.get("TIGERTAIL_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        _unavailable("no Chromium is installed; TIGERTAIL_CHROMIUM may name one")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield opened
        opened.close()


def _unavailable(reason: str) -> NoReturn:
    if REQUIRED:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for screenshots: TIGERTAIL_ARTEFACTS, or a temporary one."""
    named = os.environ.get("TIGERTAIL_ARTEFACTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("artefacts")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Person:
    """A person at the page. Records what must not happen: errors, policy violations, requests to other servers.

    Parameters
    ----------
    context
        A browser context of their own.
    running
        The service.
    artefacts
        Folder for screenshots.
    """

    def __init__(self, context: Any, running: Running, artefacts: Path) -> None:
        self.running = running
        self.expected_statuses: set[int] = set()  # errors that the test provokes
        self.problems: list[str] = []
        self._artefacts = artefacts
        self.page = context.new_page()
        self.page.add_init_script(REPORT_VIOLATIONS)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        self.page.on("request", self._on_request)

    def open(self, **state: str | list[str]) -> None:
        """Go to the page, with a query in the address."""
        query = urlencode(state, doseq=True)
        self.page.goto(f"{self.running.url}/{'?' * bool(query)}{query}")

    def screenshot(self, name: str) -> None:
        """Save a picture of the page."""
        self.page.screenshot(path=self._artefacts / f"explorer-{name}.png")

    def rows(self, column: str = "tigertail") -> Any:
        """Locate the rows of a list."""
        return self.page.locator(f"#column-{column} .row[data-id]")

    def item_ids(self, column: str = "tigertail") -> list[str]:
        """Return the items of a list, in order."""
        return self.rows(column).evaluate_all("rows => rows.map((row) => row.dataset.id)")

    @property
    def address(self) -> dict[str, list[str]]:
        """The query in the address."""
        return parse_qs(urlsplit(self.page.url).query)

    @property
    def events(self) -> pl.DataFrame:
        """The events of this person in the store."""
        listener = self.page.evaluate("localStorage.getItem('tigertail.listener') ?? ''")
        with FeedbackStore.open(self.running.store) as store:
            return store.read().filter(pl.col("listener") == listener)

    @property
    def queued_events(self) -> list[Json]:
        """The events that the browser has yet to send."""
        return json.loads(self.page.evaluate("localStorage.getItem('tigertail.feedback')"))

    @property
    def stored(self) -> list[str]:
        """The names of all that the browser keeps of the page."""
        return self.page.evaluate(STORED)

    def wait_until_sent(self) -> None:
        """Wait until the server has acknowledged every event."""
        self.page.wait_for_function("() => localStorage.getItem('tigertail.feedback') === '[]'")

    def get(self, path: str, **params: Any) -> Any:
        """Call the API without the page."""
        with urlopen(f"{self.running.url}/v1/{path}?{urlencode(params, doseq=True)}") as answer:
            return json.load(answer)

    def similar(self, **params: Any) -> list[str]:
        """Return the ids of the list that the API gives."""
        return [item["id"] for item in self.get("similar", **params)["items"]]

    def _on_console(self, message: Any) -> None:
        if message.type == "error" and not any(
            f"status of {status}" in message.text for status in self.expected_statuses
        ):
            self.problems.append(f"console: {message.text}")

    def _on_request(self, request: Any) -> None:
        if not request.url.startswith((f"{self.running.url}/", "data:", "blob:")):
            self.problems.append(f"request to another server: {request.url}")


Visit = Callable[..., Person]


@pytest.fixture
def visit(browser: Any, served: Running, artefacts: Path) -> Iterator[Visit]:
    """Open the page for a person; the test fails if that person met a problem."""
    visitors: list[Person] = []
    with ExitStack() as stack:

        def visited(
            running: Running = served, *, width: int = 1440, height: int = 900, **options: Any
        ) -> Person:
            context = browser.new_context(viewport={"width": width, "height": height}, **options)
            context.set_default_timeout(20_000)  # the machine may be busy with other tests
            stack.callback(context.close)
            visitors.append(Person(context, running, artefacts))
            return visitors[-1]

        yield visited
    assert [problem for visitor in visitors for problem in visitor.problems] == []


@pytest.fixture
def person(visit: Visit) -> Person:
    """A person at a wide screen."""
    return visit()


@pytest.fixture(scope="module")
def expect() -> Callable[..., Any]:
    """Playwright's assertion, which waits until it holds."""
    made = pytest.importorskip("playwright.sync_api").expect
    made.set_options(timeout=20_000)
    return made


@pytest.fixture(scope="session")
def star(town: Town) -> Json:
    """The most popular artist whose name a test can mistype."""
    latin = town.model.items.filter(pl.col("name").str.contains(r"^[A-Za-z ]{9,}$"))
    return latin.row(0, named=True)


@pytest.fixture(scope="session")
def cold(town: Town) -> Json:
    """An artist without listeners that has a list."""
    for row in town.model.items.filter(pl.col("listeners") == 0).iter_rows(named=True):
        if len(town.model.similar(row["item_id"], 5)):
            return row
    raise AssertionError("no artist without listeners has a list")
