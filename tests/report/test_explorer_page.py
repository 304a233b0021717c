"""The page in a browser without a head: what a reader does, what the page asks of the world, who can use it.

``make browser`` installs what this needs. Without a browser, or without what drives it, every test here is skipped.
"""

from __future__ import annotations

import csv
import importlib.util
import io
import shutil
from pathlib import Path
from urllib.parse import parse_qs

import decided
import explorer_made as made
import numpy as np
import pytest

import bri_eval as be
from bri_eval.tables import read_groups

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 400, "height": 800}
PRINTED = 0.5005e-3
"""Scores are printed with three decimals."""


@pytest.fixture(scope="module")
def browser():
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"there is no browser ({', '.join(BROWSERS)}); make browser installs one")
    driver = pytest.importorskip("playwright.sync_api", reason="there is no playwright; make browser installs it")
    with driver.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=path, args=list(OPTIONS))
        yield opened
        opened.close()


class Page:
    """A page that keeps what it said and asked for."""

    def __init__(self, browser, path: Path, viewport, fragment: str = "") -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        self.at = browser.new_page(viewport=viewport)
        self.at.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.at.on("pageerror", lambda error: self.said.append(str(error)))
        self.at.on("request", lambda request: self.asked.append(request.url))
        self.at.goto(path.as_uri() + fragment)
        self.at.wait_for_selector("html[data-ready=yes]", state="attached")

    def rows(self) -> list[list[str]]:
        """Read the cells of the ranking."""
        return self.at.eval_on_selector_all(
            "#table tbody tr", "rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))"
        )

    def text(self, selector: str) -> str:
        return self.at.inner_text(selector)

    def wait_value(self, selector: str, value: str) -> None:
        from playwright.sync_api import expect

        expect(self.at.locator(selector)).to_have_value(value)

    def outputs(self, family: int = 0) -> list[float]:
        texts = self.at.eval_on_selector_all(
            f"#families fieldset >> nth={family} >> output", "all => all.map(one => one.textContent)"
        )
        return [float(text.removesuffix(" %")) for text in texts]

    def settings(self) -> dict[str, str]:
        """Wait until the page rests, and read its link."""
        self.at.wait_for_timeout(600)
        link = self.at.evaluate("location.hash").removeprefix("#")
        return {key: values[0] for key, values in parse_qs(link).items()}

    def violations(self) -> list[str]:
        """Ask the accessibility rules that audits of pages use."""
        found = importlib.util.find_spec("axe_playwright_python")
        if found is None or found.origin is None:
            pytest.skip("there are no accessibility rules (axe-playwright-python); make browser installs them")
        self.at.evaluate((Path(found.origin).parent / "axe.min.js").read_text(encoding="utf-8"))
        results = self.at.evaluate("axe.run()")
        assert len(results["passes"]) > 20
        return [f"{one['id']}: {one['nodes'][0]['html']}" for one in results["violations"]]


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "explore.html"
    path.write_text(made.page(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def opened(browser, file):
    return Page(browser, file, WIDE)


@pytest.fixture
def page(opened):
    """Set the one page back to where it starts."""
    opened.at.uncheck("#pillars")
    opened.at.evaluate("history.replaceState(null, '', '#edition=2018'); dispatchEvent(new Event('hashchange'))")
    opened.at.wait_for_selector("#table thead th.study")
    opened.at.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return opened


def _ranked(ready, evaluation, year):
    """List names in the order of the page, with ranks and scores."""
    ranks = evaluation.ranks_in(year)
    scores = evaluation.scores[evaluation.framework.goal].xs(year, level="year")
    order = sorted(ranks.index, key=lambda code: (ranks[code], ready.names[code]))
    return [(str(ranks[code]), ready.names[code], scores[code]) for code in order]


def _agree(rows, expected):
    assert [row[0] for row in rows] == [rank for rank, _, _ in expected]
    assert [row[2] for row in rows] == [name for _, name, _ in expected]
    np.testing.assert_allclose([float(row[3]) for row in rows], [score for *_, score in expected], atol=PRINTED, rtol=0)


def test_the_page_opens_as_the_study_has_it(page):
    """The published ranking, the study's intervals, no change."""
    ready = made.shipped()
    rows = page.rows()
    _agree(rows, _ranked(ready, ready.main, 2018))
    assert {row[1] for row in rows} == {"unchanged"}
    ends = {ready.names[code]: (int(row["lower"]), int(row["upper"])) for code, row in ready.cloud.table.iterrows()}
    printed = {name: str(low) if low == high else f"{low} to {high}" for name, (low, high) in ends.items()}
    assert {row[2]: row[5] for row in rows} == printed
    assert page.at.eval_on_selector_all(".chart svg", "all => all.length") == 5
    assert page.settings()["method"] == "topsis"
    assert "All ranks are the study\u2019s own." in page.text("#summary")


def test_a_key_moves_a_weight_and_ranks_follow_at_once(page):
    """Twenty steps to the right; the engine agrees with the table under the shares that the link names."""
    ready = made.shipped()
    before = page.rows()
    page.at.focus("#share-0-0")
    for _ in range(20):
        page.at.keyboard.press("ArrowRight")
    page.wait_value("#share-0-0", "35")
    page.at.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    after = page.rows()
    assert [row[2] for row in after] != [row[2] for row in before]
    assert page.outputs()[0] == 35.0
    assert sum(page.outputs()) == pytest.approx(100, abs=0.25)  # five printed shares
    shares = [float(word) for word in page.settings()["shares.capability"].split(",")]
    local = ready.main.local_weights.copy()
    local[ready.main.framework.pillars] = shares
    tree = made.data(ready)
    weights = made.given(tree, [local[one["code"]] for one in (*tree["groups"][1:], *tree["indicators"])])
    groups = read_groups(ready.study.tables, ready.study.groups)
    panel, framework = ready.main.panel, ready.study.framework
    found = be.evaluate(panel, framework, ready.study.recipe, groups=groups, weights=weights)
    _agree(after, _ranked(ready, found, 2018))
    shifts = {row[2]: row[1].split("\n")[-1] for row in after}
    old = ready.main.ranks_in(2018)
    for code, rank in found.ranks_in(2018).items():
        way = old[code] - rank
        assert shifts[ready.names[code]] == ("unchanged" if not way else f"{'up' if way > 0 else 'down'} {abs(way)}")
    assert "ranks differ from the study\u2019s" in page.text("#summary")
    assert page.at.get_attribute("#share-0-0", "aria-valuetext") == "35.0 %"
    assert page.at.eval_on_selector("#weights", "one => one.selectedOptions[0].textContent") == "as moved here"


def test_the_link_restores_the_page(browser, file, page):
    page.at.focus("#share-0-1")
    page.at.keyboard.press("PageUp")
    page.at.select_option("#method", "arithmetic")
    page.at.select_option("#edition", "2014")
    page.at.select_option("#economy", "POL")
    link = page.settings()
    assert "shares.capability" in link
    again = Page(browser, file, WIDE, page.at.evaluate("location.hash"))
    assert again.rows() == page.rows()
    assert again.settings() == link
    assert again.outputs() == page.outputs()
    assert again.at.input_value("#edition") == "2014"
    assert again.text("#profile-words").startswith("Poland is ")
    assert again.at.is_hidden("#problem")
    again.at.evaluate("location.hash = 'edition=1066&method=topsis'")
    again.at.wait_for_selector("#problem:not([hidden])")
    assert "edition=1066" in again.text("#problem")
    assert again.rows()[0][2] == page_leader()
    assert again.said == []
    again.at.close()


def page_leader() -> str:
    ready = made.shipped()
    return _ranked(ready, ready.main, 2018)[0][1]


def test_the_file_is_the_table(page):
    page.at.check("#pillars")
    page.at.select_option("#method", "arithmetic")
    page.at.select_option("#edition", "2014")
    page.at.wait_for_selector("#table thead th.pillar:nth-child(6)")
    with page.at.expect_download() as waiting:
        page.at.click("#download")
    rows = list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8"))))
    shown = page.rows()
    assert waiting.value.suggested_filename == "ranking-2014-arithmetic-minmax.csv"
    assert [row["name"] for row in rows] == [row[2] for row in shown]
    assert [row["rank"] for row in rows] == [row[0] for row in shown]
    pillars = made.shipped().study.framework.pillars
    numbers = [[float(row[key]) for key in ("score", *pillars)] for row in rows]
    np.testing.assert_allclose(numbers, [[float(cell) for cell in (row[3], *row[5:])] for row in shown], atol=PRINTED)
    intervals = [row["lower"] if row["lower"] == row["upper"] else f"{row['lower']} to {row['upper']}" for row in rows]
    assert intervals == [row[4] for row in shown]


def test_a_column_sorts_the_table(page):
    page.at.click("#table thead th.name button")
    page.at.wait_for_selector("th.name[aria-sort=ascending]")
    names = [row[2] for row in page.rows()]
    assert names[0] == "Afghanistan"
    assert names != [row[2] for row in sorted(page.rows(), key=lambda row: int(row[0]))]
    page.at.click("#table thead th:first-child button")
    page.at.wait_for_selector("th:first-child[aria-sort=ascending]")


def test_a_method_that_cannot_use_the_scale_takes_another_and_says_so(page):
    page.at.select_option("#method", "geometric")
    page.wait_value("#scaling", "minmax_100")
    assert page.text("#problem") == "Geometric mean needs values above 0: the scale is now Min-max, 1 to 100."
    assert page.at.eval_on_selector("#scaling option[value=minmax]", "one => one.disabled")
    page.at.click("#reset")
    page.wait_value("#scaling", "minmax")
    assert page.at.is_hidden("#problem")


def test_the_recommended_modes_are_the_studys(page):
    decisions = decided.small()
    page.at.select_option("#segment", "apparel")
    page.at.select_option("#merchant", decisions.largest)
    page.at.select_option("#economy", "POL")
    page.at.wait_for_timeout(600)
    found = decisions.choices[decisions.largest].recommended
    modes = {mode.code: mode.name for mode in decisions.catalogue.modes} | {"": "none can serve"}
    cells = "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    goods = page.at.eval_on_selector_all("#goods-table tbody tr", cells)
    own = found.xs("POL", level="economy")
    names = {segment.code: segment.name for segment in decisions.catalogue.segments}
    assert {row[0]: row[1] for row in goods} == {names[code]: modes[row["mode"]] for code, row in own.iterrows()}
    counts = found.xs("apparel", level="segment")["mode"].map(modes).value_counts()
    listed = {row[0]: int(row[1]) for row in page.at.eval_on_selector_all("#mode-table tbody tr", cells)}
    assert {mode: number for mode, number in listed.items() if number} == counts.to_dict()
    assert page.text("#modes-label").startswith("Illustrative")


def test_everyone_can_use_it(page):
    page.at.evaluate("document.querySelectorAll('details').forEach(one => (one.open = true))")
    page.at.check("#pillars")
    page.at.wait_for_timeout(100)
    assert page.violations() == []


def test_nothing_was_said_or_asked_for(page, file):
    """After all of the above, on the same page."""
    assert page.said == []
    assert [url.partition("#")[0] for url in page.asked if not url.startswith("blob:")] == [file.as_uri()]


def test_it_fits_a_telephone(browser, file):
    page = Page(browser, file, NARROW)
    assert page.at.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert page.violations() == []
    assert page.said == []
    page.at.close()


def test_odd_names_are_text_and_absent_parts_are_gone(browser, tmp_path):
    ready = made.odd(tmp_path / "odd")
    path = tmp_path / "odd.html"
    path.write_text(made.html(ready), encoding="utf-8")
    page = Page(browser, path, WIDE)
    page.at.on("dialog", lambda _: page.said.append("dialog"))
    assert {row[2] for row in page.rows()} == {ready.names[code] for code in ready.main.ranks_in(2012).index}
    assert page.text("h1") == ready.study.title
    assert not page.at.query_selector("#map")
    assert not page.at.query_selector("#modes")
    assert page.violations() == []
    assert page.said == []
    page.at.close()
