"""Tests of panel models, one function each; the variation that models rest on is in ``variation``."""

from __future__ import annotations

from bri_eval.econometrics.diagnostics.balanced_roots import hadri, llc
from bri_eval.econometrics.diagnostics.causality import granger
from bri_eval.econometrics.diagnostics.cross_roots import cips
from bri_eval.econometrics.diagnostics.effects import (
    breusch_pagan_lm,
    gourieroux,
    honda,
    king_wu,
    wooldridge_effects,
)
from bri_eval.econometrics.diagnostics.residuals import lm_dependence, modified_wald, pesaran_cd
from bri_eval.econometrics.diagnostics.result import TestResult
from bri_eval.econometrics.diagnostics.serial import (
    breusch_godfrey,
    wooldridge_difference,
    wooldridge_serial,
    wooldridge_within,
)
from bri_eval.econometrics.diagnostics.serial_effects import baltagi_li, bera_sosa_yoon
from bri_eval.econometrics.diagnostics.specification import f_effects, hausman, mundlak, poolability
from bri_eval.econometrics.diagnostics.suite import panel_tests
from bri_eval.econometrics.diagnostics.unit_roots import fisher, ips
from bri_eval.econometrics.variation import condition_number, minimum_detectable_effect, variation, vif

__all__ = [
    "TestResult",
    "baltagi_li",
    "bera_sosa_yoon",
    "breusch_godfrey",
    "breusch_pagan_lm",
    "cips",
    "condition_number",
    "f_effects",
    "fisher",
    "gourieroux",
    "granger",
    "hadri",
    "hausman",
    "honda",
    "ips",
    "king_wu",
    "llc",
    "lm_dependence",
    "minimum_detectable_effect",
    "modified_wald",
    "mundlak",
    "panel_tests",
    "pesaran_cd",
    "poolability",
    "variation",
    "vif",
    "wooldridge_difference",
    "wooldridge_effects",
    "wooldridge_serial",
    "wooldridge_within",
]
