"""Declared checks, read from TOML: what is held, and one clear line for each thing that is wrong."""

import re

import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.evidence.check_plan import read_check_plan
from bri_eval.econometrics.evidence.grouping import Grouping
from bri_eval.econometrics.specs import read_models

MODELS = """
[[model]]
name = "within"
group = "trade"
outcome = "y"
regressors = ["x", "a"]
effects = ["economy"]
estimator = "within"

[[model]]
name = "between"
group = "means"
outcome = "y"
regressors = ["x"]
estimator = "between"

[[model]]
name = "classic"
outcome = "y"
regressors = ["x"]
estimator = "pooled"
covariance = "unadjusted"
"""
CHECKS = """
[checks]
models = ["within"]
figure = ["trade"]
covariances = ["cr2"]
draws = 499
leave_out = ["year"]
versions = 100

[checks.groups.region]
column = "region"
merge = { "East" = ["A", "B"] }

[checks.moderators]
"within" = "a"

[checks.signs.trade]
x = "+"
a = "none"
"""
CURVE = """
[curve]
least = 1
outcomes = { y = "y" }
measures = { x = "x" }
controls = { none = [] }
effects = { economy = ["economy"] }
"""


@pytest.fixture
def read(write):
    """Return the function that reads a plan, after replacing one text by another."""

    def reading(old: str = "", new: str = "", checks: str = CHECKS):
        text = MODELS + checks
        assert old in text
        path = write("models.toml", text.replace(old, new, 1) if old else text)
        return read_check_plan(path, read_models(path))

    return reading


def test_a_plan_holds_what_was_declared_and_defaults_for_the_rest(read):
    plan = read()
    assert (plan.models, plan.figure, plan.covariances) == (("within",), ("trade",), ("cr2",))
    assert (plan.draws, plan.permutations, plan.resamples, plan.curve_draws) == (499, 999, 2000, 500)
    assert (plan.leave_out, plan.mediators, plan.versions) == (("year",), (), 100)
    assert plan.groups == {"region": Grouping(column="region", merge={"East": ["A", "B"]})}
    assert dict(plan.moderators) == {"within": "a"}
    assert {table: dict(signs) for table, signs in plan.signs.items()} == {"trade": {"x": "+", "a": "none"}}
    assert plan.curve is None


def test_a_file_without_checks_has_no_plan(read):
    assert read(checks=CURVE) is None


def test_the_curve_is_read_with_the_checks(read):
    assert len(read(checks=CHECKS + CURVE).curve) == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('models = ["within"]', "", "checks has no 'models'; it is needed"),
        ('models = ["within"]', "models = []", "there is no model; name at least one"),
        ('models = ["within"]', 'models = ["witin"]', "unknown model 'witin'.*did you mean 'within'"),
        (
            'models = ["within"]',
            'models = ["within", "within"]',
            "models is 'within', 'within'; expected different names",
        ),
        ('models = ["within"]', 'models = ["between"]', "model 'between' has estimator 'between'.*'pooled', 'within'"),
        ('models = ["within"]', 'models = ["classic"]', "'classic' has estimator 'pooled' and covariance 'unadjusted'"),
        ('figure = ["trade"]', 'figure = ["trad"]', "unknown table 'trad'.*did you mean 'trade'"),
        ('["cr2"]', '["cr3"]', "unknown covariance 'cr3'"),
        ("draws = 499", "draws = 98", "draws is 98; expected 99 or more"),
        ("draws = 499", "resamples = 1_999", "resamples is 1999; expected 2,000 or more"),
        ("draws = 499", "drwas = 499", "unknown key 'drwas'.*did you mean 'draws'"),
        ("draws = 499", 'curve = "x"', "unknown key 'curve'"),
        ("draws = 499", 'draws = "many"', "draws is 'many'; expected int"),
        ("versions = 100", "versions = 99", "versions is 99; expected 0 for none, or 100 or more"),
        ('column = "region"', "", "group 'region' has no 'column'"),
        ('["A", "B"]', '["A", "A"]', "group 'region': merge has 'A' twice"),
        ('["A", "B"]', "[1]", r"group 'region': merge 'East' is \[1\]; expected a list of texts"),
        ('"within" = "a"', '"witin" = "a"', "unknown model 'witin'"),
        ('"within" = "a"', '"within" = 2', "moderator of 'within' is 2; expected the name of a regressor"),
        ('x = "+"', 'x = "plus"', r"signs of 'trade': unknown sign 'plus'; known are '\+', '-', 'none'"),
        ('x = "+"', 'z = "+"', "signs of 'trade': unknown term 'z'"),
        ("[checks.signs.trade]", "[checks.signs.trad]", "unknown table 'trad'"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_that_names_the_file(read, old, new, message):
    with pytest.raises(InputError, match=message) as caught:
        read(old, new)
    assert re.match(r"\S*models\.toml: ", str(caught.value))
    assert "\n" not in str(caught.value)


def test_checks_are_a_table(write):
    path = write("models.toml", "checks = 3\n" + MODELS)
    with pytest.raises(InputError, match=r"models.toml: checks is 3; expected a table \[checks\]"):
        read_check_plan(path, read_models(path))


@pytest.mark.parametrize(
    ("name", "entry"), [("groups", "groups = 3"), ("signs", "signs = 3"), ("groups", "groups = { r = 3 }")]
)
def test_tables_of_the_plan_are_tables(read, name, entry):
    with pytest.raises(InputError, match=f"{name} is 3|group 'r' is 3"):
        read(checks=f'[checks]\nmodels = ["within"]\n{entry}\n')
