"""A declared study, read from its file."""

from __future__ import annotations

import dataclasses
import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bri_eval.checks import InputError, listing, unknown
from bri_eval.econometrics.specs import ModelSpec, read_models
from bri_eval.econometrics.variables import Variable, read_variables
from bri_eval.framework import Framework, read_framework
from bri_eval.modes.catalogue import Catalogue, read_modes
from bri_eval.recipe import Recipe
from bri_eval.records import checked_values, read_toml, refuse_unknown
from bri_eval.robustness.plan import Plan, read_plan
from bri_eval.weights.judgements import Judgement, read_judgements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MAIN = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One index of a study: the main one, or an alternative that names only what differs."""

    name: str
    framework: Framework
    years: tuple[int, ...]
    judgements: tuple[Judgement, ...] | None
    recipe: Recipe
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Everything that ``study.toml`` declares, read and checked."""

    origin: Path
    title: str
    tables: Path
    economies: str | tuple[str, ...]
    headline: int
    groups: str
    seed: int
    cases: tuple[Case, ...]
    models: tuple[ModelSpec, ...] = ()
    variables: tuple[Variable, ...] = ()
    model_economies: str | tuple[str, ...] = ""
    model_titles: Mapping[str, str] = field(default_factory=dict)
    paper: Path | None = None
    model_file: Path | None = None
    robustness: Plan | None = None
    modes: Catalogue | None = None

    @property
    def main(self) -> Case:
        """The index that the study reports."""
        return self.cases[0]

    @property
    def framework(self) -> Framework:
        """Framework of the main index."""
        return self.main.framework

    @property
    def years(self) -> tuple[int, ...]:
        """Years of the main index."""
        return self.main.years

    @property
    def judgements(self) -> tuple[Judgement, ...] | None:
        """Judgements of the main index."""
        return self.main.judgements

    @property
    def recipe(self) -> Recipe:
        """Recipe of the main index."""
        return self.main.recipe


_CASE_KINDS = {
    **dict.fromkeys(("name", "note", "framework", "judgements"), "text"),
    "years": "years",
    "recipe": "table",
}
_KINDS = {
    **{key: _CASE_KINDS[key] for key in ("framework", "judgements", "years", "recipe")},
    **dict.fromkeys(("title", "tables", "groups", "paper", "modes"), "text"),
    **dict.fromkeys(("schema", "headline", "seed"), "number"),
    "economies": "economies",
    "alternative": "tables",
    "regressions": "table",
    "robustness": "table",
}
_MODEL_KINDS = {"models": "text", "economies": "economies"}


def read_study(path: str | Path) -> Study:
    """Read a study from a TOML file.

    Parameters
    ----------
    path
        See ``data/study.toml``; paths inside are relative to it.

    Returns
    -------
    Study
        With framework, judgements and models read; tables are read when an index is evaluated.

    Raises
    ------
    InputError
        Naming the file and the entry.
    """
    path = Path(path)
    document = read_toml(path)
    _check_entry(document, _KINDS, f"{path}")
    if document.get("schema", 1) != 1:
        raise InputError(f"{path}: schema is {document['schema']!r}; this version reads schema = 1")
    for key in ("framework", "tables", "economies", "years"):
        if key not in document:
            raise InputError(f"{path}: there is no '{key}'; it is needed")
    main = _case(path, {"name": MAIN, **{k: document[k] for k in _CASE_KINDS if k in document}}, None)
    cases = (main, *(_case(path, entry, main) for entry in document.get("alternative", [])))
    names = [case.name for case in cases]
    if len(set(names)) < len(names):
        raise InputError(f"{path}: alternatives are named {listing(names[1:])}; names are unique, and not '{MAIN}'")
    headline = document.get("headline", max(main.years))
    if headline not in main.years:
        raise InputError(f"{path}: headline is {headline}; years are {listing(main.years)}")
    economies = document["economies"]
    study = Study(
        origin=path,
        title=document.get("title", path.stem),
        tables=path.parent / document["tables"],
        economies=economies if isinstance(economies, str) else tuple(economies),
        headline=headline,
        groups=document.get("groups", ""),
        seed=document.get("seed", 0),
        cases=cases,
        robustness=_plan(path, document, main),
        modes=read_modes(path.parent / document["modes"]) if "modes" in document else None,
        paper=Path(os.path.normpath(path.parent / document["paper"])) if "paper" in document else None,
    )
    return _with_models(study, document.get("regressions"))


def with_settings(study: Study, settings: Iterable[str]) -> Study:
    """Change the main recipe by settings such as ``weighter=critic`` or ``exclude=lpi_customs,tariff``.

    Parameters
    ----------
    study
        From ``read_study``.
    settings
        ``field=value``; the value as in TOML, quotes may be left out, commas separate the entries of a list.

    Raises
    ------
    InputError
        For a setting without ``=``, an unknown field or a value that the recipe refuses.
    """
    entry: dict[str, Any] = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals:
            raise InputError(f"--set {setting}: expected field=value, such as weighter=critic")
        entry[key.strip()] = _value(key.strip(), text.strip())
    if not entry:
        return study
    main = dataclasses.replace(study.main, recipe=_recipe(entry, "--set", study.recipe))
    plan = study.robustness
    if plan is not None:
        plan = dataclasses.replace(plan, choices=dataclasses.replace(plan.choices, base=main.recipe))
    return dataclasses.replace(study, cases=(main, *study.cases[1:]), robustness=plan)


def _value(key: str, text: str) -> Any:
    """Read the value of a setting."""
    if key in ("exclude", "range") and not text.startswith("["):
        return [_value("", part.strip()) for part in text.split(",") if part.strip()]
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _case(path: Path, entry: Mapping[str, Any], main: Case | None) -> Case:
    """Read the main index or an alternative; what it does not name it takes from the main one."""
    where = f"{path}: {entry.get('name', 'alternative')}"
    _check_entry(entry, _CASE_KINDS, where)
    given: dict[str, Any] = {"name": entry.get("name", ""), "note": entry.get("note", "")}
    if not given["name"]:
        raise InputError(f"{path}: an [[alternative]] has no name; give it one")
    if "framework" in entry:
        given["framework"] = read_framework(path.parent / entry["framework"])
    if "years" in entry:
        given["years"] = tuple(sorted(entry["years"]))
    if "judgements" in entry:
        given["judgements"] = read_judgements(path.parent / entry["judgements"])
    given["recipe"] = _recipe(entry.get("recipe", {}), where, main.recipe if main else Recipe())
    if main is None:
        return Case(**{"judgements": None, **given})
    return dataclasses.replace(main, **given)


def _check_entry(entry: Mapping[str, Any], kinds: Mapping[str, str], where: str) -> None:
    """Refuse keys that nothing would read, and values that are not of the kind of their key."""
    refuse_unknown(entry, kinds, where)
    for key, value in entry.items():
        fits, expected = _FITS[kinds[key]]
        if not fits(value):
            raise InputError(f"{where}: {key} is {value!r}; expected {expected}")


def _are(kind: type, value: object) -> bool:
    """Tell whether a value is a list of at least one value of a kind."""
    return isinstance(value, list) and bool(value) and all(type(one) is kind for one in value)


_FITS: dict[str, tuple[Callable[[object], bool], str]] = {
    "text": (lambda v: isinstance(v, str), "a text"),
    "number": (lambda v: type(v) is int, "a whole number"),
    "years": (lambda v: _are(int, v), "a list of years, such as [2016, 2018]"),
    "economies": (lambda v: isinstance(v, str) or _are(str, v), "a column of economies.csv or a list of ISO-3 codes"),
    "table": (lambda v: isinstance(v, dict), "a table"),
    "tables": (lambda v: _are(dict, v), "tables in double brackets"),
}


def _recipe(entry: Mapping[str, Any], where: str, base: Recipe) -> Recipe:
    """Read a recipe; a sub-table, such as [recipe.minmax], holds parameters of the method it is named after."""
    flat = {key: value for key, value in entry.items() if not isinstance(value, dict)}
    used = [name for name in (flat.get(key, getattr(base, key)) for key in _METHODS) if isinstance(name, str)]
    for name, value in entry.items():
        if isinstance(value, dict) and name not in used:
            raise InputError(f"{where}: recipe: {unknown('sub-table', name, used)}")
        flat |= value if isinstance(value, dict) else {}
    try:
        return dataclasses.replace(base, **checked_values(Recipe, flat, f"{where}: recipe"))
    except InputError as error:
        message = str(error)
        raise InputError(message if message.startswith(where) else f"{where}: recipe: {message}") from None


_METHODS = ("imputer", "treatment", "normaliser", "weighter", "aggregator")


def _plan(path: Path, document: Mapping[str, Any], main: Case) -> Plan | None:
    """Read the robustness analysis, if one is declared."""
    entry = document.get("robustness")
    return None if entry is None else read_plan(entry, main.recipe, path.parent, f"{path}: robustness")


def _with_models(study: Study, entry: Mapping[str, Any] | None) -> Study:
    """Read the models that a study declares, if any."""
    if entry is None:
        return study
    _check_entry(entry, _MODEL_KINDS, f"{study.origin}: regressions")
    if "models" not in entry:
        raise InputError(f"{study.origin}: [regressions] names no models; give it a file")
    path = study.origin.parent / entry["models"]
    economies = entry.get("economies", study.economies)
    return dataclasses.replace(
        study,
        models=read_models(path),
        model_file=path,
        variables=read_variables(path),
        model_titles=read_toml(path).get("tables", {}),
        model_economies=economies if isinstance(economies, str) else tuple(economies),
    )
