"""The bibliography: complete, checked and said how far, cited, in order, and in letters that every font has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typst

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "paper" / "refs.bib").read_text(encoding="utf-8")
ENTRY = re.compile(r"^@(\w+)\{(\w+),\n((?:  \w+ = \{.*\},\n)+)\}\n", flags=re.M)
ENTRIES = {
    key: {"kind": kind, **dict(re.findall(r"^  (\w+) = \{(.*)\},$", body, flags=re.M))}
    for kind, key, body in ENTRY.findall(TEXT)
}
REQUIRED = {
    "article": "title author journal year",
    "book": "title author publisher year",
    "incollection": "title author booktitle editor publisher pages year",
    "inproceedings": "title author booktitle year",
    "misc": "title author year",
    "techreport": "title author institution type year",
}
SPOKEN = {"handbook2008", "lpi2023", "wgi2024", "seed"}
"""Keys that name a body's work, not a person's."""

each_entry = pytest.mark.parametrize("key", ENTRIES)


def plain(text: str) -> str:
    """Drop braces and accents, so that a name can be compared with a key."""
    return re.sub(r"[^A-Za-z, -]", "", re.sub(r"\\[a-z'\"~](?=[a-z])|\\(?=[lO]\b)", "", text))


def surname(author: str) -> str:
    """Give the first author's surname in small letters, nothing else."""
    return re.sub(r"[^a-z]", "", plain(author.split(" and ")[0].split(",")[0]).lower())


def test_the_file_holds_entries_and_nothing_else():
    assert ENTRY.sub("", TEXT) == ""
    assert len(ENTRIES) == TEXT.count("\n@") + 1 > 100


def test_entries_stand_in_the_order_of_their_keys():
    assert list(ENTRIES) == sorted(ENTRIES)


def test_the_text_is_plain_ascii():
    assert TEXT.isascii()


@each_entry
def test_an_entry_has_what_its_type_needs(key):
    entry = ENTRIES[key]
    assert set(REQUIRED[entry["kind"]].split()) <= {field for field, value in entry.items() if value}


@each_entry
def test_nothing_is_left_that_typst_would_print_as_code(key):
    for value in (value for field, value in ENTRIES[key].items() if field not in {"doi", "url"}):
        accents = r"\{\\['\"~]\w\}|\{\\[lO]\}|\\&"
        assert not re.search(r"[$\\`\"]|''|  ", re.sub(accents, "x", value)), value
        assert value.count("{") == value.count("}")


@each_entry
def test_a_key_is_the_surname_and_the_year(key):
    if key in SPOKEN:
        assert ENTRIES[key]["author"].startswith("{")
        return
    name, year = re.fullmatch(r"([a-z]+)(\d{4})[a-z]?", key).groups()
    assert ENTRIES[key]["year"] == year
    assert surname(ENTRIES[key]["author"]).startswith(name)


@each_entry
def test_year_and_pages_are_plausible(key):
    entry = ENTRIES[key]
    assert 1900 < int(entry["year"]) <= 2026
    if "pages" in entry:
        first, _, last = entry["pages"].partition("--")
        assert int(first) < int(last or "99999")


@each_entry
def test_a_doi_is_one(key):
    assert re.fullmatch(r"10\.\d{4,5}/[\w.()/-]+", ENTRIES[key].get("doi", "10.1000/182"))


def test_no_work_stands_twice():
    dois = [entry["doi"].lower() for entry in ENTRIES.values() if "doi" in entry]
    works = [(surname(entry["author"]), plain(entry["title"]).lower()) for entry in ENTRIES.values()]
    assert len(dois) == len(set(dois)) > 80
    assert len(works) == len(set(works))


@each_entry
def test_an_entry_says_what_of_it_was_found_in_a_public_record(key):
    """Either all fields, or all but those named, or nothing: the bare truth, for whoever checks next."""
    entry = ENTRIES[key]
    excepted = re.fullmatch(r"nothing|all(?: but ([a-z, ]+))?", entry["verified"])
    assert excepted, entry["verified"]
    assert set((excepted[1] or "title").split(", ")) <= set(entry)


def test_every_entry_is_cited():
    folders = {"bri_eval": "*.py", "tests": "*.py", "data": "*.toml", "paper": "*.typ"}
    files = {path for folder, ending in folders.items() for path in (ROOT / folder).rglob(ending)} - {Path(__file__)}
    texts = [path.read_text(encoding="utf-8") for path in files]
    words = {word for text in texts for word in re.findall(r"[a-z]+\d{4}[a-z]?|@seed\b", text)}
    assert [key for key in ENTRIES if not {key, f"@{key}"} & words] == []


def test_every_key_of_the_paper_is_an_entry():
    text = (ROOT / "paper" / "main.typ").read_text(encoding="utf-8")
    cited = set(re.findall(r"(?:@|cite\(<)([a-z]+\d{4}[a-z]?|seed)\b", text))
    assert len(cited) > 30
    assert cited <= set(ENTRIES)


def test_a_font_that_comes_with_the_library_has_every_letter(tmp_path):
    """PDF/A-2u, unlike plain PDF, is refused where a glyph is missing."""
    (tmp_path / "refs.bib").write_text(TEXT, encoding="utf-8")
    keys = " ".join(f"@{key}" for key in ENTRIES)
    source = f'{keys}\n#bibliography("refs.bib", style: "chicago-author-date")'
    (tmp_path / "all.typ").write_text(source, encoding="utf-8")
    made = typst.compile(tmp_path / "all.typ", root=tmp_path, ignore_system_fonts=True, pdf_standards="a-2u")
    assert made[:5] == b"%PDF-"
