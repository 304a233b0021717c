"""The proof that a national share adds nothing: slopes to 1e-10, whatever the shares."""

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.evidence.national_share import national_share

WAVES = (2007, 2010, 2012, 2014, 2018, 2023)


@pytest.mark.parametrize("how", [("within", "economy", "year"), ("within", "year"), ("pooled", "year")])
def test_slopes_and_standard_errors_do_not_move(panel, model, how):
    """ln(trade s) = ln trade + ln s is absorbed by the year effects; also if the share grows a thousandfold."""
    spec = model(*how)
    shares = pd.Series(np.geomspace(1e-4, 0.3, 6), index=WAVES)
    logs = np.log(shares[panel.index.get_level_values("year")].to_numpy())
    plain, scaled = estimate(spec, panel), estimate(spec, panel.assign(y=panel["y"] + logs))
    np.testing.assert_allclose(scaled.params[list("xab")], plain.params[list("xab")], rtol=1e-10)
    np.testing.assert_allclose(scaled.std_errors[list("xab")], plain.std_errors[list("xab")], rtol=1e-10)
    found = national_share(spec, panel, shares)
    np.testing.assert_allclose(found.table["slope"], plain.params[list("xab")], rtol=1e-10)
    np.testing.assert_allclose(found.table["std_error_scaled"], plain.std_errors[list("xab")], rtol=1e-10)
    assert found.difference < 1e-12
    assert "year effects absorb the share" in found.sentence


def test_shares_by_partner_would_move_them(panel, model):
    """The test can fail: were the share one of the partner, slopes would differ."""
    spec = model("within", "economy", "year")
    own = np.random.default_rng(0).normal(size=len(panel))
    assert abs(estimate(spec, panel.assign(y=panel["y"] + own)).params["x"] - estimate(spec, panel).params["x"]) > 1e-3


def test_without_year_effects_or_shares_it_is_refused(panel, model):
    shares = pd.Series(0.1, index=WAVES)
    with pytest.raises(InputError, match="it has no year effects"):
        national_share(model("within", "economy"), panel, shares)
    with pytest.raises(InputError, match="no national share above 0 for the years '2010', '2023'"):
        national_share(model("pooled", "year"), panel, pd.Series({**dict.fromkeys(WAVES, 0.1), 2023: 0}).drop(2010))
