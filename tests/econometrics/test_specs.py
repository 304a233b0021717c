"""Declared models: what is refused, and how files are read."""

import dataclasses
import pickle
import textwrap
import tomllib

import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.specs import ModelSpec, read_models

FE = {"name": "fe", "outcome": "y", "regressors": ("x", "z"), "effects": ("economy",), "estimator": "within"}

FILE = """
[variables]
ln_gdp = "log(development.csv:gdp)"

[[model]]
name = "fe"
outcome = "ln_exports"
regressors = ["capability", "ln_gdp"]
effects = ["year", "economy"]
estimator = "within"
group = "main"

[[model]]
name = "pooled"
outcome = "ln_exports"
regressors = ["capability"]
estimator = "pooled"
covariance = "unadjusted"
"""


def test_spec_is_a_frozen_value():
    spec = ModelSpec(**FE)
    assert spec == ModelSpec(**{**FE, "regressors": ["x", "z"]})
    assert hash(spec) == hash(ModelSpec(**FE))
    assert dataclasses.replace(spec, effects=["year", "economy"]).effects == ("economy", "year")
    with pytest.raises(dataclasses.FrozenInstanceError):
        spec.name = "other"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"estimator": "withn"}, "unknown estimator 'withn'.*did you mean 'within'"),
        ({"covariance": "cluster"}, "unknown covariance 'cluster'.*did you mean 'clustered'"),
        ({"effects": ("years",)}, "unknown effect 'years'; known are 'economy', 'year'; did you mean 'year'"),
        ({"effects": ("year", "year")}, "effects has 'year' twice"),
        ({"effects": ()}, "'within' does not go with effects none; name 'economy', 'year' or both"),
        ({"effects": "economy"}, "effects is 'economy'; expected a list of names"),
        ({"estimator": "pooled"}, "'pooled' does not go with effects 'economy'; it takes 'year'"),
        ({"estimator": "random"}, "'random' does not go with effects 'economy'.*are random and are not named"),
        ({"estimator": "first_difference"}, "'first_difference' does not go with effects 'economy'; it takes 'year'"),
        ({"estimator": "between", "effects": ("year",)}, "'between' does not go with effects 'year'; it takes none"),
        ({"regressors": ()}, "there is no regressor"),
        ({"regressors": "x"}, "regressors is 'x'; expected a list"),
        ({"regressors": ("x", "")}, "expected a list of names"),
        ({"regressors": ("x", "z", "x")}, "regressors has 'x' twice; name it once"),
        ({"regressors": ("x", "y")}, "outcome 'y' is also among the regressors; leave it out there"),
        ({"regressors": ("x", "const")}, "'const' is added where the estimator has one"),
        ({"outcome": ""}, "outcome is ''; expected a text"),
        ({"note": 3}, "note is 3; expected a text"),
    ],
)
def test_spec_refuses(changed, message):
    with pytest.raises(InputError, match=f"^model 'fe': .*{message}"):
        ModelSpec(**{**FE, **changed})


def test_a_spec_with_tables_is_a_frozen_value():
    given = {**FE, "sample": {"year": {"min": 2010}, "region": ["CIS"]}, "covariance": "driscoll_kraay"}
    spec, other = (ModelSpec(**given, options={"lag": lag}) for lag in (2, 3))
    assert spec == ModelSpec(**given, options={"lag": 2}) != other
    assert hash(spec) == hash(ModelSpec(**given, options={"lag": 2}))
    assert len({spec, other, ModelSpec(**FE)}) == 3
    assert spec.sample["region"] == ("CIS",)
    assert dataclasses.replace(spec, sample={}).sample == {}
    assert pickle.loads(pickle.dumps(spec)) == spec


def test_terms_are_kept_in_one_spelling():
    spec = ModelSpec(
        name="iv", outcome="y", regressors=["lag(x,1)", "x : z"], endogenous=["lag( x, 1)"], instruments=["lag(w ,2)"],
        lag_by="wave", estimator="iv",
    )  # fmt: skip
    assert (spec.regressors, spec.endogenous, spec.instruments) == (
        ("lag(x, 1)", "x:z"),
        ("lag(x, 1)",),
        ("lag(w, 2)",),
    )


def test_every_coefficient_has_degrees_of_freedom(grunfeld, declare):
    fit = estimate(declare("within", "economy"), grunfeld)
    assert fit.dfs.to_dict() == {"value": 9, "capital": 9}
    assert fit.extra == {}
    own = dataclasses.replace(fit, dfs=fit.params, extra={"gamma": 0.2})
    assert own.dfs is fit.params


def test_read_models(tmp_path):
    path = tmp_path / "models.toml"
    path.write_text(FILE, encoding="utf-8")
    fe, pooled = read_models(path)
    assert fe == ModelSpec(
        name="fe",
        outcome="ln_exports",
        regressors=("capability", "ln_gdp"),
        effects=("economy", "year"),
        estimator="within",
        covariance="clustered",
        group="main",
    )
    assert (pooled.name, pooled.effects, pooled.covariance) == ("pooled", (), "unadjusted")
    assert read_models(str(path)) == (fe, pooled)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('["capability"]\n', '["capability"]\ngruop = "main"\n', "model 'pooled': unknown key 'gruop'.*mean 'group'"),
        ('outcome = "ln_exports"\nregressors = ["capability"]\n', "", "model 'pooled' has no 'outcome', 'regressors'"),
        ('name = "pooled"\n', "", r"\[\[model\]\] number 2 has no 'name'"),
        ('name = "pooled"', 'name = "fe"', "model 'fe' is declared twice"),
        ('estimator = "pooled"', 'estimator = "poled"', "model 'pooled': unknown estimator 'poled'"),
        ("[variables]", "[varables]", "unknown key 'varables'.*did you mean 'variables'"),
        ("[variables]", "[variables", "not readable as TOML"),
    ],
)
def test_read_models_names_file_and_model(tmp_path, old, new, message):
    path = tmp_path / "models.toml"
    assert old in FILE
    path.write_text(FILE.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=rf"models\.toml: {message}"):
        read_models(path)


def test_the_documented_model_is_read(tmp_path):
    """The example in the docstring of `read_models`, as it stands."""
    text = textwrap.dedent(read_models.__doc__.partition("uses every key::")[2].partition("Examples\n")[0])
    path = tmp_path / "models.toml"
    path.write_text(text, encoding="utf-8")
    (model,) = read_models(path)
    assert model.sample == {
        "year": {"min": 2010, "not": (2023,)},
        "bri_region": ("Central Asia", "CIS"),
        "economy": {"not": ("MNG",)},
    }
    assert model.instruments == ("lag(ln_phones, 2)", "lag(ln_phones, 2):landlocked")
    assert (model.lag_by, model.estimator, model.options, model.effects) == ("wave", "iv", {}, ("economy", "year"))
    assert {field.name for field in dataclasses.fields(model)} == set(tomllib.loads(text)["model"][0])


NEW_MISTAKES = [
    ('regressors = ["lag(capability)"]', r"regressors: term 'lag\(capability\)': .* is not readable"),
    ('regressors = ["lag(capability, 1)"]', r"'lag\(capability, 1\)' needs lag_by: 'wave' .* or 'year'"),
    ('regressors = ["lag(capability, 1)"]\nlag_by = "edition"', "unknown lag_by 'edition'; known are 'wave', 'year'"),
    ('regressors = ["x"]\nsample = { year = { from = 2010 } }', "sample: 'year': unknown condition 'from'"),
    ('regressors = ["x"]\nsample = "CIS"', "sample is 'CIS'; expected Mapping"),
    ('regressors = ["x"]\noptions = { lags = 2 }', "there is no option, found 'lags'"),
    ('regressors = ["x"]\ncovariance = "driscoll_kraay"\noptions = { lags = 2 }', "unknown option 'lags'.*mean 'lag'"),
    ('regressors = ["x"]\ninstruments = ["z"]', "estimator 'pooled' takes no instruments; use 'iv'"),
]


@pytest.mark.parametrize(("keys", "message"), NEW_MISTAKES, ids=[keys[:60] for keys, _ in NEW_MISTAKES])
def test_read_models_finds_mistakes_before_any_data_are_read(tmp_path, keys, message):
    path = tmp_path / "models.toml"
    path.write_text(f'[[model]]\nname = "m"\noutcome = "y"\nestimator = "pooled"\n{keys}\n', encoding="utf-8")
    with pytest.raises(InputError, match=rf"models\.toml: model 'm'.*{message}") as caught:
        read_models(path)
    assert "\n" not in str(caught.value)


def test_the_shipped_models_are_read(data):
    models = read_models(data / "models.toml")
    assert len(models) > 20
    assert {model.estimator for model in models} >= {"pooled", "within", "random", "first_difference"}


def test_read_models_without_file_or_models(tmp_path):
    with pytest.raises(InputError, match=r"absent\.toml: there is no such file"):
        read_models(tmp_path / "absent.toml")
    path = tmp_path / "models.toml"
    path.write_text("[model]\nname = 'fe'\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"no \[\[model\]\] table \(double brackets\)"):
        read_models(path)
