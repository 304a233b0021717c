"""What a declared model may combine. What the first estimators refuse is in `test_specs`."""

import itertools
import re

import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.rules import COVARIANCES, COVARIANCES_TAKEN, EFFECTS_TAKEN, REASONS, REMEDIES
from bri_eval.econometrics.specs import ModelSpec

ALL_EFFECTS = ((), ("economy",), ("year",), ("economy", "year"))
IV = {
    "name": "m", "outcome": "y", "regressors": ("x", "z"), "estimator": "iv", "endogenous": ("x",),
    "instruments": ("w",),
}  # fmt: skip


def declare(estimator: str, **more) -> ModelSpec:
    given = {"name": "m", "outcome": "y", "regressors": ("x", "z"), "estimator": estimator, **more}
    return ModelSpec(**(IV | given if estimator == "iv" else given))


@pytest.mark.parametrize(("estimator", "effects"), list(itertools.product(EFFECTS_TAKEN, ALL_EFFECTS)))
def test_effects_are_taken_or_refused_with_a_remedy(estimator, effects):
    if effects in EFFECTS_TAKEN[estimator]:
        assert declare(estimator, effects=effects).effects == effects
    else:
        with pytest.raises(
            InputError, match=f"estimator '{estimator}' does not go with effects .*{re.escape(REMEDIES[estimator])}"
        ):
            declare(estimator, effects=effects)


@pytest.mark.parametrize("estimator", EFFECTS_TAKEN)
def test_covariances_are_taken_or_refused_with_a_reason(estimator):
    effects = EFFECTS_TAKEN[estimator][0]
    for covariance in COVARIANCES:
        if covariance in COVARIANCES_TAKEN.get(estimator, COVARIANCES):
            assert declare(estimator, effects=effects, covariance=covariance).covariance == covariance
        else:
            with pytest.raises(InputError, match=f"covariance '{covariance}' {REASONS[estimator]}; use 'clustered'"):
                declare(estimator, effects=effects, covariance=covariance)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"estimator": "within", "effects": ("economy",)}, "estimator 'within' takes no endogenous; use 'iv', or"),
        ({"estimator": "pooled", "endogenous": ()}, "estimator 'pooled' takes no instruments; use 'iv', or"),
        ({"endogenous": ("w",)}, "endogenous: unknown regressor 'w'; known are 'x', 'z'"),
        ({"endogenous": ()}, "no regressor is endogenous; name one, or use estimator 'within' or 'pooled'"),
        ({"instruments": ("w", "z")}, "'z' is a regressor and an instrument; exogenous regressors go unnamed"),
        ({"instruments": ("y",)}, "outcome 'y' is also among the instruments"),
        ({"instruments": ()}, "0 instruments for 1 endogenous regressors; expected at least as many"),
        ({"endogenous": ("x", "z")}, "1 instruments for 2 endogenous regressors"),
        ({"endogenous": "x"}, "endogenous is 'x'; expected a list of names"),
        ({"instruments": ("lag(w)",)}, r"instruments: term 'lag\(w\)': .* is not readable"),
        (
            {"instruments": ("lag(w, 1)",)},
            r"'lag\(w, 1\)' needs lag_by: 'wave' \(the year of the data before\) or 'year'",
        ),
        ({"regressors": ("x", "lag(z, 1)")}, r"'lag\(z, 1\)' needs lag_by"),
        ({"lag_by": "waves"}, "unknown lag_by 'waves'; known are 'wave', 'year'; did you mean 'wave'"),
        ({"lag_by": 1}, "lag_by is 1; expected a text"),
        ({"regressors": ("x", "lag(z,1)", "lag(z, 1)")}, r"regressors has 'lag\(z, 1\)' twice; name it once"),
        ({"regressors": ("x", "x:z", "z:x")}, "regressors has 'x:z' and 'z:x', which are equal; name one"),
        ({"outcome": "x:z"}, "outcome 'x:z' is a term; it must be a column of the data"),
        ({"outcome": "lead(y, 1)"}, r"outcome 'lead\(y, 1\)' is a term"),
        ({"sample": ["CIS"]}, r"sample is \['CIS'\]; expected a table of names and values"),
        ({"options": {1: 2}}, r"options is {1: 2}; expected a table of names and values"),
    ],
)
def test_a_model_is_refused_before_any_data_are_read(changed, message):
    with pytest.raises(InputError, match=f"^model 'm': {message}"):
        ModelSpec(**{**IV, **changed})


def test_a_lagged_outcome_is_a_regressor_like_any_other():
    spec = declare("within", effects=("economy",), regressors=("lag(y, 1)", "x"), lag_by="wave")
    assert spec.regressors == ("lag(y, 1)", "x")
