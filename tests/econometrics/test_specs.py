"""Declared models: what is refused, and how files are read."""

import dataclasses

import pytest

from bri_eval.checks import InputError
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
        ({"estimator": "first_difference"}, "'first_difference' does not go with effects 'economy'; it takes none"),
        ({"estimator": "between", "effects": ("year",)}, "'between' does not go with effects 'year'; it takes none"),
        ({"regressors": ()}, "there is no regressor"),
        ({"regressors": "x"}, "regressors is 'x'; expected a list"),
        ({"regressors": ("x", "")}, "expected a list of names"),
        ({"regressors": ("x", "z", "x")}, "regressors has 'x' twice; name it once"),
        ({"regressors": ("x", "y")}, "outcome 'y' is also a regressor"),
        ({"regressors": ("x", "const")}, "'const' is added where the estimator has one"),
        ({"outcome": ""}, "outcome is ''; expected a text"),
        ({"note": 3}, "note is 3; expected a text"),
    ],
)
def test_spec_refuses(changed, message):
    with pytest.raises(InputError, match=f"^model 'fe': .*{message}"):
        ModelSpec(**{**FE, **changed})


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


def test_read_models_without_file_or_models(tmp_path):
    with pytest.raises(InputError, match=r"absent\.toml: there is no such file"):
        read_models(tmp_path / "absent.toml")
    path = tmp_path / "models.toml"
    path.write_text("[model]\nname = 'fe'\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"no \[\[model\]\] table \(double brackets\)"):
        read_models(path)
