"""Tables of an appendix: every indicator of every framework, every convention of the main recipe, every source."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.aggregate import AGGREGATORS
from bri_eval.checks import InputError
from bri_eval.impute import IMPUTERS
from bri_eval.normalise import NORMALISERS
from bri_eval.recipe import SCOPES, WEIGH_ON
from bri_eval.report.exhibits import Exhibit
from bri_eval.sources import PACKAGE
from bri_eval.treat import TREATMENTS
from bri_eval.weights import COMBINED, WEIGHTERS
from bri_eval.weights.ahp import GROUPS, RANDOM_INDEX
from bri_eval.weights.estimators import ESTIMATORS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from typing import Any

    from bri_eval.evaluation import Evaluation
    from bri_eval.framework import Framework, Indicator
    from bri_eval.study import Study


def appendix_exhibits(study: Study, evaluation: Evaluation) -> list[Exhibit]:
    """Make the tables of the appendix.

    Parameters
    ----------
    study
        Its frameworks; ``datapackage.json`` beside the folder of its tables, if there is one.
    evaluation
        The main index.
    """
    package = study.tables.parent / PACKAGE
    exhibits = [all_indicators([case.framework for case in study.cases]), conventions(evaluation)]
    return [*exhibits, sources(package)] if package.is_file() else exhibits


def all_indicators(frameworks: Iterable[Framework]) -> Exhibit:
    """List the indicators of all frameworks, each once, with source, what is done to it, grounds and frameworks.

    Parameters
    ----------
    frameworks
        Those that share a file count once; they are named by the stem of their file.

    Examples
    --------
    >>> from bri_eval.framework import Framework, Group, Indicator
    >>> leaves = (Indicator(code="a", parent="goal", source="t.csv:a"), Indicator(code="b", parent="goal", cap=9.0))
    >>> small = Framework(groups=(Group(code="goal"),), indicators=leaves[:1], origin="small.toml")
    >>> large = Framework(groups=(Group(code="goal"),), indicators=leaves, origin="large.toml")
    >>> all_indicators([small, large]).table[["indicator", "source", "steps", "frameworks"]].to_numpy().tolist()
    [['a', 't: a', '', 'small, large'], ['b', '', 'cap 9', 'large']]
    """
    listed = {_stem(framework): framework for framework in frameworks}
    found: dict[str, Indicator] = {}
    for framework in sorted(listed.values(), key=lambda one: -len(one.indicators)):
        found |= {indicator.code: indicator for indicator in framework.indicators if indicator.code not in found}
    within = {code: [name for name, one in listed.items() if code in one.codes] for code in found}
    return Exhibit(
        code="all_indicators",
        title="Every indicator, its source and its grounds",
        table=pd.DataFrame(
            [_indicator_row(one) | {"frameworks": ", ".join(within[code])} for code, one in found.items()]
        ),
        notes=(
            "The assignment to pillars is the authors' judgement; the paper: the text that the study starts from. "
            f"{' '.join(_reading(name, one) for name, one in listed.items())}",
        ),
        keys=("indicator", "pillar", "direction", "unit", "source", "steps", "grounds", "frameworks"),
    )


def conventions(evaluation: Evaluation) -> Exhibit:
    """List every choice of a recipe, and what could be chosen instead.

    Parameters
    ----------
    evaluation
        The index whose recipe and sentences are listed.
    """
    said = [sentence.partition(": ")[::2] for sentence in evaluation.conventions]
    said += [(step, str(getattr(evaluation.recipe, name))) for step, name in _FIELDS.items()]
    rows = [(step, _worded(words.removesuffix(".")), _others(step, evaluation)) for step, words in said]
    return Exhibit(
        code="conventions",
        title="Every choice of the main recipe, and what could be chosen instead",
        table=pd.DataFrame(rows, columns=["step", "choice", "instead"]),
        notes=(
            "Instead: names that a recipe may have in the same place; AHP may be combined with every data-based method "
            "in the ways listed.",
        ),
        keys=("step", "choice", "instead"),
    )


def sources(package: Path) -> Exhibit:
    """List who published every column of the tables, in which vintage and under which terms.

    Parameters
    ----------
    package
        A ``datapackage.json`` whose resources have ``sources`` with publisher, columns, vintage and licence.

    Raises
    ------
    InputError
        For a file that is no such description, naming what is missing.
    """
    resources = _package(package)
    rows = [row for resource in resources for row in _source_rows(resource)]
    return Exhibit(
        code="sources",
        title="Sources of the data: publisher, columns, vintage, terms",
        table=pd.DataFrame(rows, columns=["table", *_SOURCE]).rename(columns={"licence": "terms"}),
        notes=("Each column keeps the terms of its publisher. Series and remarks are in the CSV file of this table.",),
        keys=("table", "publisher", "columns", "vintage", "terms"),
        hidden=("series", "notes"),
    )


def _stem(framework: Framework) -> str:
    """Name a framework by its file."""
    return framework.origin.replace("\\", "/").rpartition("/")[2].removesuffix(".toml")


def _indicator_row(indicator: Indicator) -> dict[str, str]:
    """Describe one indicator."""
    return {
        "indicator": indicator.name or indicator.code,
        "pillar": indicator.parent,
        "direction": indicator.direction,
        "unit": indicator.unit,
        "source": indicator.source.replace(".csv:", ": "),
        "steps": _steps(indicator),
        "grounds": indicator.cite,
    }


def _steps(indicator: Indicator) -> str:
    """Say what is done to the published values."""
    words = [
        f"over {indicator.denominator.partition(':')[2]}" if indicator.denominator else "",
        indicator.transform if indicator.transform != "none" else "",
        f"cap {indicator.cap:g}" if indicator.cap is not None else "",
        f"0 if {indicator.structural_zero}" if indicator.structural_zero else "",
    ]
    return ", ".join(filter(None, words))


def _reading(name: str, framework: Framework) -> str:
    """Say of which years a framework takes its values."""
    count: dict[str, int] = {}
    for one in framework.indicators:
        around = f"the nearest year within {one.look_around}" if one.look_around else ""
        back = f"the last of the year and the {one.look_back} before" if one.look_back else ""
        count[around or back or "the year itself"] = count.get(around or back or "the year itself", 0) + 1
    return f"{name.capitalize()}: " + ", ".join(f"{number} from {rule}" for rule, number in count.items()) + "."


_FIELDS = {
    "Scope of bounds": "scope",
    "Data-based weights see": "weigh_on",
    "Priorities by": "estimator",
    "Random index": "random_index",
    "Experts joined by": "group",
}

_INSTEAD: dict[str, tuple[str, Iterable[str]]] = {
    "Normalisation": ("normaliser", NORMALISERS),
    "Weights": ("weighter", WEIGHTERS),
    "Aggregation": ("aggregator", AGGREGATORS),
    "Imputation": ("imputer", IMPUTERS),
    "Outlier treatment": ("treatment", TREATMENTS),
    "Scope of bounds": ("scope", SCOPES),
    "Data-based weights see": ("weigh_on", WEIGH_ON),
    "Priorities by": ("estimator", ESTIMATORS),
    "Random index": ("random_index", RANDOM_INDEX),
    "Experts joined by": ("group", GROUPS),
}

_SOURCE = ("publisher", "columns", "series", "vintage", "licence", "notes")


def _others(step: str, evaluation: Evaluation) -> str:
    """Name what could stand in the place of a choice; of combinations, those with the same data-based part."""
    if step not in _INSTEAD:
        return ""
    field, names = _INSTEAD[step]
    chosen = getattr(evaluation.recipe, field)
    part = COMBINED[chosen][1] if step == "Weights" and chosen in COMBINED else ""
    combined = [name for name, (_, objective) in COMBINED.items() if objective == part]
    return ", ".join(_worded(name) for name in (*names, *combined) if name != chosen)


def _worded(name: str) -> str:
    """Say that nothing is done in words."""
    return "nothing done" if name == "none" else name


def _source_rows(resource: Mapping[str, Any]) -> list[dict[str, str]]:
    """Describe the sources of one table; terms "as above" are those of the row above, or of the table."""
    terms = "; ".join(licence["title"] for licence in resource.get("licenses", ()))
    rows = []
    for source in resource["sources"]:
        row = {"table": resource["name"]} | {key: source.get(key, "") for key in _SOURCE}
        if row["licence"] == "as above":
            row["licence"] = terms
        if "," not in row["columns"]:
            row["columns"] = ", ".join(row["columns"].split())
        terms = row["licence"]
        rows.append(row)
    return rows


def _package(path: Path) -> list[Mapping[str, Any]]:
    """Read the resources of a description of tables."""
    try:
        resources = json.loads(path.read_text(encoding="utf-8"))["resources"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: expected JSON with resources, found {type(error).__name__}: {error}") from None
    for number, resource in enumerate(resources):
        for key in ("name", "sources"):
            if key not in resource:
                named = resource.get("name", f"number {number + 1}")
                raise InputError(f"{path}: resource {named} has no {key}; say who published it")
    return list(resources)
