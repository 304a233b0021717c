"""study.toml: what a study declares, what an alternative takes from the main index, and every kind of mistake."""

from __future__ import annotations

import dataclasses

import pytest
from studies import SHIPPED, edit, write_tiny

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.econometrics.terms import columns_of
from bri_eval.study import Case

RECIPE = {field.name for field in dataclasses.fields(be.Recipe)}
DIFFERS = {
    "ahp": {"weighter"},
    "entropy": {"weighter"},
    "equal": {"weighter"},
    "multiplicative": {"weighter"},
    "moderate": set(),
    "arithmetic": {"aggregator"},
    "geometric": {"aggregator", "range"},
    "by_year": {"scope"},
    "winsorised": {"treatment"},
    "no_tariff": {"exclude"},
    "net": {"exclude"},
    "full": {"screen"},
}


@pytest.fixture(scope="module")
def shipped() -> be.Study:
    return be.read_study(SHIPPED)


@pytest.fixture
def tiny(tmp_path):
    return write_tiny(tmp_path)


def case(study: be.Study, name: str) -> Case:
    return {one.name: one for one in study.cases}[name]


# the shipped file


def test_the_shipped_study(shipped):
    assert [one.name for one in shipped.cases] == ["main", *DIFFERS]
    assert shipped.main is shipped.cases[0]
    assert shipped.years == (2007, 2010, 2012, 2014, 2016, 2018, 2023)
    assert (shipped.headline, shipped.economies, shipped.model_economies) == (2018, "bri_list65", "bri_list64")
    assert len(shipped.framework.codes) == 14
    assert shipped.recipe == be.Recipe(weighter="ahp_entropy", aggregator="topsis")
    assert [one.node for one in shipped.judgements] == ["capability"]
    assert shipped.paper.samefile(SHIPPED.parents[1] / "paper" / "main.typ")
    assert {spec.group for spec in shipped.models} == set(shipped.model_titles)


@pytest.mark.parametrize(("name", "fields"), DIFFERS.items())
def test_each_shipped_alternative_differs_in_its_recipe_as_it_says(shipped, name, fields):
    other = case(shipped, name).recipe
    assert {field for field in RECIPE if getattr(other, field) != getattr(shipped.recipe, field)} == fields
    assert case(shipped, name).note


def test_an_alternative_takes_all_else_from_the_main_index(shipped):
    for one in shipped.cases[1:]:
        assert (one.framework is shipped.framework) == (one.name != "full")
        assert (one.years == shipped.years) == (one.name != "full")
        assert (one.judgements is shipped.judgements) == (one.name != "moderate")
    assert (len(case(shipped, "full").framework.codes), case(shipped, "full").years) == (24, (2018,))


def test_every_score_that_a_shipped_model_names_is_of_a_pooled_alternative(shipped):
    names = {f"_{one.name}" for one in shipped.cases if one.recipe.scope == "pooled"} | {""}
    scores = {f"{code}{name}" for name in names for code in shipped.framework.group_codes}
    variables = {variable.code for variable in shipped.variables}
    for spec in shipped.models:
        named = {column for term in (spec.outcome, *spec.regressors) for column in columns_of(term)}
        assert named <= scores | variables, spec.name


# the file


def test_paths_are_relative_to_the_file_and_years_are_sorted(tiny):
    study = be.read_study(tiny)
    assert study.tables == tiny.parent / "tables"
    assert study.paper == tiny.parent / "paper" / "main.typ"
    assert study.years == (2010, 2012, 2014)
    assert case(study, "late").years == (2012, 2014)


def test_a_sub_table_of_the_recipe_holds_parameters_and_alternatives_inherit_them(tiny):
    study = be.read_study(tiny)
    assert study.recipe.range == (1, 10)
    assert case(study, "equal").recipe == dataclasses.replace(study.recipe, weighter="equal")


def test_an_alternative_may_have_parameters_in_a_sub_table(tiny):
    edit(tiny, 'recipe = { weighter = "equal" }', "recipe = { minmax = { range = [0, 1] } }")
    study = be.read_study(tiny)
    assert case(study, "equal").recipe == dataclasses.replace(study.recipe, range=(0, 1))


def test_economies_may_be_a_list(tiny):
    edit(tiny, 'economies = "member"', 'economies = ["ALB", "AFG"]')
    study = be.read_study(tiny)
    assert study.economies == study.model_economies == ("ALB", "AFG")


def test_what_is_not_declared_has_a_default(tmp_path):
    write_tiny(tmp_path)
    path = tmp_path / "least.toml"
    path.write_text(
        'framework = "framework.toml"\ntables = "tables"\neconomies = "member"\nyears = [2010, 2014]\n'
        '[regressions]\nmodels = "models.toml"\neconomies = ["AFG"]\n',
        encoding="utf-8",
    )
    study = be.read_study(path)
    assert (study.title, study.headline, study.groups, study.paper) == ("least", 2014, "", None)
    assert (study.recipe, study.judgements, study.model_economies) == (be.Recipe(), None, ("AFG",))
    assert [spec.name for spec in study.models] == ["pooled", "two-way"]


def test_without_regressions_there_are_no_models(tiny):
    edit(tiny, '[regressions]\nmodels = "models.toml"', "")
    assert be.read_study(tiny).models == ()


# mistakes

MISTAKES = [
    ('framework = "framework.toml"\n', "", "there is no 'framework'; it is needed"),
    ('tables = "tables"\n', "", "there is no 'tables'; it is needed"),
    ('economies = "member"\n', "", "there is no 'economies'; it is needed"),
    ("years = [2014, 2010, 2012]\n", "", "there is no 'years'; it is needed"),
    ("headline", "headlin", "unknown key 'headlin'; known are .*; did you mean 'headline'?"),
    ("headline = 2012", "headline = 2013", "headline is 2013; years are '2010', '2012', '2014'"),
    ("[2014, 2010, 2012]", '"2018"', "years"),
    ("framework.toml", "framwork.toml", "framwork.toml: there is no such file"),
    ("judgements.csv", "judgement.csv", "judgement.csv: there is no judgement file"),
    ("models.toml", "model.toml", "model.toml: there is no such file"),
    ('"topsis"', '"topsi"', "main: recipe: unknown aggregator 'topsi'; .* did you mean 'topsis'?"),
    ("aggregator", "agregator", "main: recipe: unknown key 'agregator'; .* did you mean 'aggregator'?"),
    ('"topsis"', "3", "main: recipe: aggregator is 3; expected str"),
    ("range = [1, 10]", "range = [10, 1]", r"main: recipe: range is \(10, 1\); expected \(low, high\)"),
    ("range = [1, 10]", "rnge = [1, 10]", "main: recipe: unknown key 'rnge'; .* did you mean 'range'?"),
    ('weighter = "equal"', 'weighter = "equl"', "equal: recipe: unknown weighter 'equl'; .* did you mean 'equal'?"),
    ('name = "late"\n', "", r"an \[\[alternative\]\] has no name; give it one"),
    ('name = "late"', 'name = "net"', "alternatives are named 'equal', 'by_year', 'net', 'net'; names are unique"),
    ('name = "late"', 'name = "main"', "names are unique, and not 'main'"),
    ('note = "without speed"', "nte = 3", "net: unknown key 'nte'; .* did you mean 'note'?"),
    ('models = "models.toml"', "", r"\[regressions\] names no models; give it a file"),
    ("models =", "modles =", "regressions: unknown key 'modles'; .* did you mean 'models'?"),
    ("schema = 1", "schema =", "not readable as TOML: .* line 1"),
]


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES)
def test_a_mistake_is_named_with_file_and_entry(tiny, old, new, message):
    edit(tiny, old, new)
    with pytest.raises(InputError, match=message) as caught:
        be.read_study(tiny)
    assert str(caught.value).startswith(str(tiny.parent))
    assert "\n" not in str(caught.value)


def test_a_missing_study_is_named(tmp_path):
    with pytest.raises(InputError, match=r"absent.toml: there is no such file; give the path of a TOML file"):
        be.read_study(tmp_path / "absent.toml")


WRONG_TYPES = {
    "years": ("[2014, 2010, 2012]", ["2018", '[2014, "2010", 2012]', "[2014, 2010.5, 2012]", "[]"]),
    "framework": ('"framework.toml"', ["3"]),
    "tables": ('"tables"', ["3"]),
    "economies": ('"member"', ["3", "[3]", "[]"]),
    "title": ('"A tiny study"', ["3"]),
    "groups": ('"region"', ["3"]),
    "judgements": ('"judgements.csv"', ["3"]),
    "paper": ('"paper/main.typ"', ["3"]),
    "schema": ("1", ["2", '"1"']),
    "name": ('"late"', ["3"]),
    "recipe": ('{ weighter = "equal" }', ['"equal"', "3"]),
    "models": ('"models.toml"', ["3"]),
}


@pytest.mark.parametrize(
    ("key", "old", "new"), [(key, old, new) for key, (old, news) in WRONG_TYPES.items() for new in news]
)
def test_a_value_of_the_wrong_type_is_refused_with_its_key(tiny, key, old, new):
    edit(tiny, f"{key} = {old}", f"{key} = {new}")
    with pytest.raises(InputError, match=f"study.toml: .*{key}"):
        be.read_study(tiny)


@pytest.mark.parametrize("name", ["minmx", "zscore"])
def test_parameters_of_a_method_that_the_recipe_does_not_use_are_refused(tiny, name):
    edit(tiny, "[recipe.minmax]", f"[recipe.{name}]")
    with pytest.raises(InputError, match=name):
        be.read_study(tiny)


def test_settings_change_the_main_recipe_alone(shipped_study):
    changed = be.with_settings(
        shipped_study, ["weighter=critic", "exclude=lpi_customs, tariff", "range=1,100", "prior_share=0.3"]
    )
    assert changed.recipe.weighter == "critic"
    assert changed.recipe.exclude == ("lpi_customs", "tariff")
    assert changed.recipe.range == (1, 100)
    assert changed.recipe.prior_share == 0.3
    assert changed.cases[1:] == shipped_study.cases[1:]
    assert be.with_settings(shipped_study, []) is shipped_study


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("weighter", "expected field=value"),
        ("weigter=critic", "unknown key 'weigter'.*did you mean 'weighter'"),
        ("weighter=critics", "unknown weighter 'critics'.*did you mean 'critic'"),
        ("prior_share=much", "prior_share is 'much'; expected float"),
    ],
)
def test_settings_that_are_wrong_are_named(shipped_study, setting, message):
    with pytest.raises(InputError, match=message):
        be.with_settings(shipped_study, [setting])


@pytest.fixture(scope="module")
def shipped_study(data):
    return be.read_study(data / "study.toml")
