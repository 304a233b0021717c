"""The declared set of a specification curve."""

import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.evidence.grid import SpecGrid, read_grid

CHOICES = {
    "outcomes": {"exports": "ln_exports", "parcels": "ln_parcel"},
    "measures": {"index": "capability", "LPI": "lpi_overall"},
    "controls": {"none": [], "size": ["ln_gdp", "ln_population"]},
    "effects": {"year": ["year"], "two-way": ["economy", "year"]},
    "samples": {"all": {}, "to 2018": {"year": {"max": 2018}}},
}

TOML = """
schema = 1

[curve]
sign = -1
least = 12
[curve.outcomes]
exports = "ln_exports"
[curve.measures]
index = "capability"
"LPI, lagged" = "lag(lpi_overall, 1)"
[curve.controls]
none = []
size = ["ln_gdp", "ln_population"]
[curve.effects]
none = []
year = ["year"]
"two-way" = ["economy", "year"]
[curve.also]
year = ["ln_distance"]
[curve.samples]
all = {}
"""


def test_the_set_is_the_product_of_the_choices():
    grid = SpecGrid(**CHOICES, also={"year": ["ln_distance"]}, least=32)
    declared = grid.declared()
    assert len(declared) == len(grid) == 32
    assert len({one.choices for one in declared}) == 32
    assert [one.spec.estimator for one in declared[:4]] == ["pooled", "pooled", "within", "within"]
    last, pooled = declared[-1].spec, declared[4].spec
    assert last.name == "parcels / LPI / size / two-way / to 2018"
    assert (last.outcome, last.regressors) == ("ln_parcel", ("lpi_overall", "ln_gdp", "ln_population"))
    assert (last.effects, last.sample) == (("economy", "year"), {"year": {"max": 2018}})
    assert pooled.regressors == ("capability", "ln_gdp", "ln_population", "ln_distance")


def test_a_model_that_cannot_be_declared_stays_with_its_reason():
    measures = {"index": "capability", "GDP": "ln_gdp", "bad": "lag(capability, 1)"}
    declared = SpecGrid(**{**CHOICES, "measures": measures}, least=1).declared()
    reasons = [one.reason for one in declared if one.spec is None]
    assert len(declared) == 48
    assert len([reason for reason in reasons if "regressors has 'ln_gdp' twice" in reason]) == 8
    assert len([reason for reason in reasons if "needs lag_by" in reason]) == 16
    assert len(reasons) == 24


def test_a_set_of_fewer_than_500_models_is_refused_unless_said():
    with pytest.raises(
        InputError, match="32 models are declared; expected at least 500: add choices, or lower `least`"
    ):
        SpecGrid(**CHOICES)


def test_the_grid_reads_from_toml(tmp_path):
    path = tmp_path / "models.toml"
    path.write_text(TOML.replace("least = 12", 'least = 12\nlag_by = "wave"'), encoding="utf-8")
    grid = read_grid(path)
    assert (len(grid), grid.sign, grid.samples) == (12, -1, {"all": {}})
    assert grid.declared()[1].spec.regressors == ("capability", "ln_distance")
    assert grid.declared()[-1].spec.regressors == ("lag(lpi_overall, 1)", "ln_gdp", "ln_population")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[curve.also]", "[curve.with]", r"curve: unknown key 'with'"),
        ('exports = "ln_exports"', "exports = 3", "outcomes 'exports' is 3; expected the name of one column"),
        ("none = []\nsize", 'none = ""\nsize', "controls 'none' is ''; expected a list of names"),
        ('year = ["year"]', 'year = ["yeer"]', "effects 'year': unknown effect 'yeer'"),
        ('year = ["ln_distance"]', "yeer = []", "also: unknown effects 'yeer'"),
        ("all = {}", "all = 3", "samples 'all' is 3; expected a table"),
        ("all = {}", "", "samples is {}; expected a table of choices"),
        ("all = {}", "all = {}\nevery = {}", "samples 'all', 'every' are the same choice"),
        (
            'size = ["ln_gdp", "ln_population"]',
            'a = ["p", "q"]\nb = ["q", "p"]',
            "controls 'a', 'b' are the same choice",
        ),
        ("sign = -1", "sign = 2", "sign is 2; expected 1 or -1"),
        ('index = "capability"', "", "6 models are declared; expected at least 12"),
        ("[curve.measures]", "[curve.mesures]", "unknown key 'mesures'"),
        ("[curve.outcomes]", "[outcomes]", "curve has no 'outcomes'; it is needed"),
    ],
)
def test_errors_name_the_file_and_the_choice(tmp_path, old, new, told):
    path = tmp_path / "curve.toml"
    path.write_text(TOML.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=rf"curve\.toml: .*{told}"):
        read_grid(path)


def test_a_file_without_a_curve_is_refused(tmp_path):
    path = tmp_path / "models.toml"
    path.write_text("schema = 1", encoding="utf-8")
    with pytest.raises(InputError, match=r"models\.toml: there is no \[curve\] table"):
        read_grid(path)
