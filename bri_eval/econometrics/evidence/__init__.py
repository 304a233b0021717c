"""Robustness of a finding: the slope of one declared model, doubted from every side.

Left out and permuted (`leave_one_out`, `placebo`), split (`heterogeneity`, `marginal_effects`, `mediation`), exposed to
what is unobserved (`oster_bounds`) and to the uncertainty of the index (`generated_regressor`), in all models declared
(`specification_curve`), and an outcome that adds nothing (`national_share`). `finding` loads the model; `versions`,
`trajectories` and `family` are the batched storey below. Each result is a frozen record with a table and a sentence.
"""

from __future__ import annotations

from bri_eval.econometrics.evidence.curve import SpecificationCurve, specification_curve
from bri_eval.econometrics.evidence.generated import GeneratedRegressor, generated_regressor
from bri_eval.econometrics.evidence.grid import SpecGrid, read_grid
from bri_eval.econometrics.evidence.heterogeneity import Heterogeneity, heterogeneity
from bri_eval.econometrics.evidence.leave_one_out import LeftOut, leave_one_out
from bri_eval.econometrics.evidence.mediation import Mediation, mediation
from bri_eval.econometrics.evidence.moderation import MarginalEffects, marginal_effects
from bri_eval.econometrics.evidence.national_share import NationalShare, national_share
from bri_eval.econometrics.evidence.oster import OsterBounds, oster_bounds
from bri_eval.econometrics.evidence.placebo import Placebo, placebo

__all__ = [
    "GeneratedRegressor",
    "Heterogeneity",
    "LeftOut",
    "MarginalEffects",
    "Mediation",
    "NationalShare",
    "OsterBounds",
    "Placebo",
    "SpecGrid",
    "SpecificationCurve",
    "generated_regressor",
    "heterogeneity",
    "leave_one_out",
    "marginal_effects",
    "mediation",
    "national_share",
    "oster_bounds",
    "placebo",
    "read_grid",
    "specification_curve",
]
