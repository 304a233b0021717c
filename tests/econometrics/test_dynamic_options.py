"""What a dynamic model may declare."""

from dataclasses import replace

import pytest
from dynamic_oracle import dynamic_model

from bri_eval.checks import InputError
from bri_eval.econometrics.dynamic_options import Options, read_options


def test_defaults_collapse_and_take_two_steps_in_differences():
    assert read_options(dynamic_model()) == Options()
    assert (Options().kind, Options().steps, Options().collapse, Options().instrument_lags) == (
        "difference",
        2,
        True,
        (2, 4),
    )


def test_terms_get_their_one_spelling():
    spec = dynamic_model(gmm_style=["lag(x,1)", "x : w"], instrument_lags=[2, 99])
    assert read_options(spec).gmm_style == ("lag(x, 1)", "x:w")
    assert read_options(spec).instrument_lags == (2, 99)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"step": 2}, r"model 'm': unknown gmm option 'step'; .*; did you mean 'steps'\?"),
        ({"kind": "levels"}, "model 'm': unknown kind 'levels'; known are 'difference', 'system'"),
        ({"outcome_lags": 0}, "option outcome_lags is 0; expected 1 or more"),
        ({"steps": 3}, "option steps is 3; expected 1 or 2"),
        ({"steps": True}, "option steps is True; expected something like 2"),
        ({"collapse": 1}, "option collapse is 1; expected something like True"),
        ({"gmm_style": "x"}, r"option gmm_style is 'x'; expected something like \(\)"),
        ({"gmm_style": [1]}, r"option gmm_style is \[1\]; expected names of regressors"),
        ({"instrument_lags": [2]}, r"option instrument_lags is \[2\]; expected first and last lag, as in \[2, 4\]"),
        ({"instrument_lags": [4, 2]}, r"option instrument_lags is \[4, 2\]; expected first and last lag"),
        ({"instrument_lags": [2, 3.5]}, r"option instrument_lags is \[2, 3.5\]; expected first and last lag"),
        ({"instrument_lags": [1, 3]}, "the outcome one wave before is correlated with the differenced error; start at"),
    ],
)
def test_options_out_of_bounds_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        read_options(dynamic_model(**options))


def test_other_estimators_have_no_such_options():
    with pytest.raises(InputError, match="model 'm': estimator 'within' is not dynamic; use 'gmm'"):
        read_options(replace(dynamic_model(), estimator="within"))
    with pytest.raises(InputError, match="model 'm': covariance 'unadjusted' is not available for estimator 'gmm'"):
        replace(dynamic_model(), covariance="unadjusted")
