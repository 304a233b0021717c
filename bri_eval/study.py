"""A declared study, read from its file."""

from __future__ import annotations

import dataclasses
import os
import tomllib
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bri_eval.checks import InputError, listing, mistakes_of, refuse, tried, unknown
from bri_eval.econometrics.specs import ModelSpec, read_models
from bri_eval.econometrics.variables import Variable, read_variables
from bri_eval.framework import Framework, read_framework
from bri_eval.modes.catalogue import Catalogue, read_modes
from bri_eval.recipe import Recipe
from bri_eval.records import checked_values, read_toml, refuse_unknown, right_values
from bri_eval.robustness.plan import Plan, read_plan
from bri_eval.weights.judgements import Judgement, read_judgements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

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
    """Everything that ``study.toml`` declares, read and checked.

    Examples
    --------
    >>> study = read_study("data/study.toml")
    >>> study.main.name, study.seed
    ('main', 20181122)
    """

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

    Examples
    --------
    >>> study = read_study("data/study.toml")
    >>> study.headline, study.recipe.weighter, study.framework.goal
    (2018, 'ahp_entropy', 'capability')
    """
    path = Path(path)
    document, found = _right_entry(read_toml(path), _KINDS, f"{path}")
    found += _needed(document, path, found)
    main = {"name": MAIN, **{key: document[key] for key in _CASE_KINDS if key in document}}
    first, wrong = _parts(path, main, Recipe())
    found += wrong
    others = [_parts(path, entry, first["recipe"]) for entry in document.get("alternative", [])]
    found += [line for _, lines in others for line in lines]
    names = [parts["name"] for parts, _ in others]
    if len({MAIN, *names}) <= len(names) and all(names):
        found.append(f"{path}: alternatives are named {listing(names)}; names are unique, and not '{MAIN}'")
    plan, wrong = tried(partial(_plan, path, document.get("robustness"), first["recipe"]))
    found += wrong
    file = path.parent / document["modes"] if "modes" in document else None
    modes, wrong = tried(lambda: read_modes(file) if file else None)
    found += wrong
    models, wrong = tried(partial(_models, path, document))
    refuse([*found, *wrong])
    case = Case(**{"judgements": None, **first})
    economies = document["economies"]
    return Study(
        origin=path,
        title=document.get("title", path.stem),
        tables=path.parent / document["tables"],
        economies=economies if isinstance(economies, str) else tuple(economies),
        headline=document.get("headline", max(case.years)),
        groups=document.get("groups", ""),
        seed=document.get("seed", 0),
        cases=(case, *(dataclasses.replace(case, **parts) for parts, _ in others)),
        robustness=plan,
        modes=modes,
        paper=Path(os.path.normpath(path.parent / document["paper"])) if "paper" in document else None,
        **(models or {}),
    )


def _needed(document: Mapping[str, Any], path: Path, found: Iterable[str]) -> Iterator[str]:
    """Find keys that are needed and not there, and a schema or headline that does not fit."""
    if document.get("schema", 1) != 1:
        yield f"{path}: schema is {document['schema']!r}; this version reads schema = 1"
    for key in ("framework", "tables", "economies", "years"):
        if key not in document and not any(f": {key} is " in line or f"mean '{key}'" in line for line in found):
            yield f"{path}: there is no '{key}'; it is needed"
    if "years" in document and document.get("headline", document["years"][0]) not in document["years"]:
        yield f"{path}: headline is {document['headline']}; years are {listing(sorted(document['years']))}"


def with_settings(study: Study, settings: Iterable[str]) -> Study:
    """Change the main recipe by settings such as ``weighter=critic`` or ``exclude=lpi_customs,tariff``.

    Parameters
    ----------
    study
        From ``read_study``.
    settings
        ``field=value``; the value as in TOML, quotes may be left out, commas separate the entries of a list.

    Returns
    -------
    Study
        A copy; its plan of robustness has the new recipe as its base.

    Raises
    ------
    InputError
        For a setting without ``=``, an unknown field or a value that the recipe refuses.

    Examples
    --------
    >>> study = read_study("data/study.toml")
    >>> with_settings(study, ["weighter=critic", "exclude=tariff"]).recipe.exclude
    ('tariff',)
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


def _parts(path: Path, entry: Mapping[str, Any], base: Recipe | None) -> tuple[dict[str, Any], list[str]]:
    """Read what the main index or an alternative names, around the main recipe if it is right; list the mistakes."""
    where = f"{path}: {entry.get('name', 'alternative')}"
    known, found = _right_entry(entry, _CASE_KINDS, where)
    given: dict[str, Any] = {"name": known.get("name", ""), "note": known.get("note", ""), "recipe": None}
    if "name" not in entry or entry["name"] == "":
        found.append(f"{path}: an [[alternative]] has no name; give it one")
    for key, read in _READERS.items():
        if key in known:
            given[key], wrong = tried(partial(read, path.parent / known[key]))
            found += wrong
    if "years" in known:
        given["years"] = tuple(sorted(known["years"]))
    if base is not None:
        given["recipe"], wrong = tried(partial(_recipe, known.get("recipe", {}), where, base))
        found += wrong
    return given, found


_READERS: dict[str, Callable[[Path], Any]] = {"framework": read_framework, "judgements": read_judgements}


def _right_entry(entry: Mapping[str, Any], kinds: Mapping[str, str], where: str) -> tuple[dict[str, Any], list[str]]:
    """Keep what has a known key and a value of its kind; list keys that nothing would read, and the other values."""
    found = mistakes_of(partial(refuse_unknown, entry, kinds, where))
    known = {key: value for key, value in entry.items() if key in kinds and _FITS[kinds[key]][0](value)}
    wrong = [key for key in entry if key in kinds and key not in known]
    return known, [*found, *(f"{where}: {key} is {entry[key]!r}; expected {_FITS[kinds[key]][1]}" for key in wrong)]


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
    found = mistakes_of(lambda: checked_values(Recipe, flat, f"{where}: recipe"))
    kept = right_values(Recipe, flat, where).items()
    right: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in kept}
    wrong = _recipe_mistakes(right, base)
    refuse([*found, *(line if line.startswith(where) else f"{where}: recipe: {line}" for line in wrong)])
    return dataclasses.replace(base, **right)


def _recipe_mistakes(fields: dict[str, Any], base: Recipe) -> list[str]:
    """List what a recipe refuses: again and again, each time without the field that it refused."""
    wrong = mistakes_of(lambda: dataclasses.replace(base, **fields))
    alone = {key: mistakes_of(partial(dataclasses.replace, base, **{key: value})) for key, value in fields.items()}
    culprit = next((key for key in alone if wrong and alone[key] == wrong), None)
    if culprit is None:
        return wrong
    return [*wrong, *_recipe_mistakes({key: value for key, value in fields.items() if key != culprit}, base)]


_METHODS = ("imputer", "treatment", "normaliser", "weighter", "aggregator")


def _plan(path: Path, entry: Mapping[str, Any] | None, recipe: Recipe | None) -> Plan | None:
    """Read the robustness analysis, if one is declared and the main recipe is right."""
    return None if entry is None or recipe is None else read_plan(entry, recipe, path.parent, f"{path}: robustness")


def _models(path: Path, document: Mapping[str, Any]) -> dict[str, Any]:
    """Read the models that a study declares, if any."""
    if "regressions" not in document:
        return {}
    entry, found = _right_entry(document["regressions"], _MODEL_KINDS, f"{path}: regressions")
    if "models" not in entry:
        refuse(found or [f"{path}: [regressions] names no models; give it a file"])
    file = path.parent / entry["models"]
    models, wrong = tried(partial(read_models, file))
    variables, more = tried(partial(read_variables, file))
    refuse([*found, *wrong, *more])
    economies = entry.get("economies", document.get("economies", ""))
    return {
        "models": models,
        "model_file": file,
        "variables": variables,
        "model_titles": read_toml(file).get("tables", {}),
        "model_economies": economies if isinstance(economies, str) else tuple(economies),
    }
