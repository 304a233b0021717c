"""The reference: everything public has a docstring in numpydoc's sections, with an example that runs."""

from __future__ import annotations

import dataclasses
import doctest
import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from types import ModuleType

import pytest

import bri_eval as be

ROOT = Path(__file__).parents[1]
MODULES = [module.name for module in pkgutil.walk_packages(be.__path__, "bri_eval.")]
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "api").glob("*.md")}
REFERENCE = {name for page in PAGES.values() for name in re.findall(r"^::: (\S+)$", page, flags=re.MULTILINE)}
REFERENCE = (REFERENCE - {"bri_eval.weights"}) | {"bri_eval.weights.combine"}
"""Everything that the pages of the reference show; combine is a module as well, and shown by its package."""

ROOMS = [*(f"bri_eval.{home}" for home in be._ROOMS.values()), *(f"bri_eval.analysis.{r}" for r in be.analysis._ROOMS)]

BELOW = {
    "aggregate": "score_arrays",
    "analysis.claims": "claim_figures",
    "analysis.convergence": "balanced",
    "analysis.coordination": "coupling_degrees tagged_codes",
    "analysis.inequality": "gini_value group_labels",
    "analysis.influence": "leave_out_shifts",
    "analysis.mobility": "by_edition check_comparable check_scores",
    "analysis.network": "membership",
    "analysis.obstacles": "unit_matrix weights_by_row",
    "analysis.routes": "corridors_of has_places link_of network_of",
    "analysis.stages": "home_notes listing_of",
    "analysis.traceability": "check_exhibits problem_paths",
    "normalise": "bounds_of direct direction_signs normalise_indicators",
    "robustness.leave_out": "leave_out_economy_shifts",
    "robustness.sobol": "SobolSums indices_of intervals_of sobol_rows sobol_sums",
    "weights": "weigh_table",
}
"""What modules of a room have for each other: not private to a module, not for users, and not in the reference."""

ROOMLESS = {"Group", "Indicator", "Framework", "Catalogue", "Segment", "Merchant", "Demand", "Preference"}
ROOMLESS |= {"Interpolation", "Study", "Results"}
"""Records without room for a section on every field: their files are as long as a file may be, and pages say more."""

UNSHOWN = {"Catalogue", "Segment", "Demand", "Preference", "Interpolation", "Results"}
"""Those of them that nobody makes by hand; what gives them has the example."""


def found(name):
    home, _, last = name.rpartition(".")
    return getattr(importlib.import_module(home), last)


def own(module):
    """Yield the functions and records that a module offers."""
    for name in getattr(module, "__all__", vars(module)):
        value = getattr(module, name)
        if inspect.isroutine(value) or inspect.isclass(value):
            here = value.__module__ == module.__name__ or hasattr(module, "__all__")
            if not name.startswith("_") and here and value.__module__.startswith("bri_eval"):
                yield value


def sections(value):
    return re.findall(r"^([A-Z]\w+)\n-+$", inspect.cleandoc(value.__doc__ or ""), flags=re.MULTILINE)


def lacking(value):
    """List the sections that the docstring of a public function or record should have and does not have."""
    have, text, record = sections(value), value.__doc__ or "", inspect.isclass(value)
    wanted = set() if value.__name__ in UNSHOWN else {"Examples"}
    fields = [field.name for field in dataclasses.fields(value)] if dataclasses.is_dataclass(value) else []
    told = value.__name__ in ROOMLESS or (fields and all(f"``{name}``" in text for name in fields))
    if not record and "see ``" not in text:
        wanted |= {"Parameters"} if inspect.signature(value).parameters else set()
        wanted |= set() if "Yields" in have else {"Returns"}
    if record and fields and not told:
        wanted |= {"Parameters"}
    return sorted(wanted - set(have))


@pytest.fixture(autouse=True)
def _from_the_root(monkeypatch):
    """Examples read ``data/``, as a reader does who starts at the root of the repository."""
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("name", ["bri_eval", *(name for name in MODULES if name != "bri_eval.__main__")])
def test_the_examples_of_a_module_hold(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", sorted(REFERENCE))
def test_everything_in_the_reference_has_its_sections(name):
    assert lacking(found(name)) == []
    examples = doctest.DocTestParser().get_examples(found(name).__doc__)
    assert found(name).__name__ in UNSHOWN or any(one.want for one in examples)


def test_everything_public_is_in_the_reference():
    shown = {id(found(name)) for name in REFERENCE}
    named = [getattr(be, name) for name in be.__all__ if not isinstance(getattr(be, name), ModuleType)]
    below = {f"bri_eval.{room}.{name}" for room, names in BELOW.items() for name in names.split()}
    offered = [value for room in ROOMS for value in own(importlib.import_module(room))]
    names = {f"{value.__module__}.{value.__qualname__}" for value in [*named, *offered] if id(value) not in shown}
    kernels = {name for name in names if re.fullmatch(r"bri_eval\.normalise\.\w+_values", name)}
    assert names - kernels == below


@pytest.mark.parametrize("text", ["Give x.", "Give x.\n\nParameters\n----------\na\n    b"])
def test_a_docstring_without_its_sections_is_found_out(text):
    def bare(a):
        return a

    bare.__doc__ = text
    assert "Examples" in lacking(bare)
    assert "Returns" in lacking(bare)
