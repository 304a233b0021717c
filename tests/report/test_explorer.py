"""The page as a text: complete in itself, the same each time, safe against odd names."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from html.parser import HTMLParser

import explorer_made as made
import pytest

import bri_eval as be
from bri_eval.manifest import stamp
from bri_eval.report import explorer as module


class Elements(HTMLParser):
    """Collects elements with their attributes, and the text of scripts, styles and the title."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag in ("script", "style", "title"):
            self.texts.append((tag, ""))

    def handle_data(self, data):
        if self.found and self.found[-1][0] in ("script", "style", "title") and self.texts:
            self.texts[-1] = (self.texts[-1][0], self.texts[-1][1] + data)

    def handle_endtag(self, tag):
        self.found.append((f"/{tag}", {}))

    def of(self, tag):
        return [text for kind, text in self.texts if kind == tag]


@pytest.fixture(scope="module")
def elements():
    return Elements(made.page())


def test_the_page_needs_nothing_but_itself(elements):
    linked = [
        value
        for tag, attributes in elements.found
        for name, value in attributes.items()
        if name in ("src", "srcset", "data", "action", "poster", "background") or (name == "href" and tag != "a")
    ]
    assert linked == ["data:,"]  # no icon
    assert all(attributes["href"].startswith("#") for tag, attributes in elements.found if tag == "a")
    assert not re.search(r"url\(|@import", elements.of("style")[0])
    assert len(made.page().encode()) < 3_000_000


def test_the_policy_allows_these_scripts_and_no_request(elements):
    policy = next(a["content"] for t, a in elements.found if a.get("http-equiv") == "Content-Security-Policy")
    run = [t for t, (_, a) in zip(elements.of("script"), _scripts(elements), strict=True) if "type" not in a]
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in run]
    assert len(run) == 1 + len(module.SCRIPTS)
    assert re.findall(r"'sha256-([^']+)'", policy) == hashes
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy


def _scripts(elements):
    return [one for one in elements.found if one[0] == "script"]


def test_the_page_is_titled_and_stamped(elements):
    study = made.shipped().study
    assert elements.of("title") == [f"{study.title}: explorer"]
    assert made.page().count(stamp(study)) == 2
    assert "Vega-Lite 6" in made.page()
    assert "Redistribution and use in source and binary forms" in made.page()


def test_the_same_run_gives_the_same_bytes(tmp_path):
    first, second = (made.html(made.tiny(tmp_path / name)) for name in ("a", "b"))
    assert first == second


def test_odd_names_stay_text(tmp_path):
    ready = made.odd(tmp_path)
    found = Elements(made.html(ready))
    assert len(_scripts(found)) == len(module.SCRIPTS) + 2
    data = json.loads(next(t for t in found.of("script") if t.startswith("{")))
    names = {one["code"]: one["name"] for one in data["economies"]}
    assert names == {code: ready.names[code] for code in names}
    assert names["AFG"].startswith("</script>")
    assert data["title"] == ready.study.title
    assert '<h1>A "tiny" <study>' not in made.html(ready)
    assert "<h1>A &quot;tiny&quot; &lt;study&gt; &amp; more {{data}}</h1>" in made.html(ready)


def test_a_script_cannot_end_its_element():
    assert module._inline('"</script>" + "</SCRIPT>" + "</b>"\r\n') == r'"<\/script>" + "<\/SCRIPT>" + "</b>"' + "\n"
    assert all("</script" not in text.lower() for text in (module._library()[0], *map(module._part, module.SCRIPTS)))


def test_no_part_of_the_page_is_left_open(elements):
    assert not re.search(r"\{\{\w+\}\}", re.sub(r"<script.*?</script>", "", made.page(), flags=re.DOTALL))


def test_an_aggregator_of_the_engine_alone_is_refused():
    ready = made.shipped()
    main = dataclasses.replace(ready.main, recipe=dataclasses.replace(ready.study.recipe, aggregator="codas"))
    with pytest.raises(
        be.InputError, match=r"study.toml: the page cannot compute aggregator 'codas'; it knows 'topsis'"
    ):
        made.html(ready._replace(evaluations={"main": main}))
