"""Options by the keyword-only arguments of estimator and covariance."""

import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.options import option_kinds
from bri_eval.econometrics.specs import ModelSpec


def declare(estimator: str, covariance: str = "clustered", **options) -> ModelSpec:
    effects = ("economy",) if estimator in ("within", "gmm", "threshold", "quantile") else ()
    return ModelSpec(
        name="m", outcome="y", regressors=("x",), effects=effects, estimator=estimator, covariance=covariance,
        options=options,
    )  # fmt: skip


def test_options_are_those_of_estimator_and_covariance():
    assert option_kinds(declare("within")) == {}
    assert set(option_kinds(declare("within", "driscoll_kraay"))) == {"lag"}
    assert set(option_kinds(declare("first_difference", "driscoll_kraay"))) == {"constant", "lag"}
    assert declare("first_difference", "driscoll_kraay", constant=True, lag=2).options == {"constant": True, "lag": 2}
    assert declare("long_difference", span=4).options["span"] == 4


@pytest.mark.parametrize(
    ("estimator", "covariance", "options", "message"),
    [
        (
            "within",
            "clustered",
            {"lag": 2},
            "estimator 'within' with covariance 'clustered': there is no option, found 'lag'",
        ),
        (
            "long_difference",
            "clustered",
            {"spam": 4},
            "unknown option 'spam'; known are 'span', 'constant'; did you mean",
        ),
        ("within", "driscoll_kraay", {"lag": 2.0}, "option lag is 2.0; expected a whole number"),
        ("within", "driscoll_kraay", {"lag": True}, "option lag is True; expected a whole number"),
        ("within", "driscoll_kraay", {"lag": "2"}, "option lag is '2'; expected a whole number"),
        ("first_difference", "clustered", {"constant": 1}, "option constant is 1; expected a true or false"),
        ("long_difference", "clustered", {"span": [2, 4]}, r"option span is \(2, 4\); expected a whole number"),
        ("long_difference", "unadjusted", {"span": 4}, "option span makes differences that overlap"),
    ],
)
def test_an_option_that_nothing_would_read_is_refused(estimator, covariance, options, message):
    with pytest.raises(InputError, match=f"^model 'm': .*{message}"):
        declare(estimator, covariance, **options)


def test_options_of_other_estimators_are_known_by_name():
    assert declare("gmm", steps=2, collapse=True).options == {"steps": 2, "collapse": True}
    with pytest.raises(InputError, match=r"model 'm': unknown gmm option 'step'; known are .*did you mean 'steps'"):
        declare("gmm", step=2)
    with pytest.raises(InputError, match="model 'm': unknown ppml option 'steps'"):
        declare("ppml", steps=2)
    with pytest.raises(InputError, match=r"model 'm': unknown threshold option 'regims'.*did you mean 'regimes'"):
        declare("threshold", regims=2)
    with pytest.raises(InputError, match=r"model 'm': unknown quantile option 'quantil'.*did you mean 'quantile'"):
        declare("quantile", quantil=0.5)
