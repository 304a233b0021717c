"""Country indices of logistics capability: built, doubted, and put to work in panel regressions."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bri_eval import aggregate, analysis, modes, normalise, weights
    from bri_eval.adapters import from_decision_matrix, to_decision_matrix
    from bri_eval.analysis.compare import compare
    from bri_eval.checks import InputError
    from bri_eval.econometrics import diagnostics
    from bri_eval.econometrics.estimate import estimate
    from bri_eval.econometrics.specs import Estimates, ModelSpec, read_models
    from bri_eval.evaluation import Evaluation, evaluate, evaluate_matrix, freeze_goalposts
    from bri_eval.framework import Framework, Group, Indicator, read_framework
    from bri_eval.hierarchy import global_weights
    from bri_eval.modes.catalogue import read_modes
    from bri_eval.modes.choice import ModeChoice, mode_choice
    from bri_eval.modes.mix import ModeMix, mode_mix
    from bri_eval.pipeline import run
    from bri_eval.recipe import Recipe
    from bri_eval.robustness import agreement, leave_out, sobol, stability
    from bri_eval.robustness.choices import Choices, choices
    from bri_eval.robustness.cloud import RankCloud
    from bri_eval.robustness.noise import CellError, Noise, read_bounds
    from bri_eval.robustness.sensitivity import Sensitivity, sensitivity, sensitivity_matrix
    from bri_eval.robustness.uncertainty import uncertainty, uncertainty_matrix
    from bri_eval.study import Study, read_study, with_settings
    from bri_eval.tables import coverage_table, read_groups, read_panel, read_vintages
    from bri_eval.weights import ahp
    from bri_eval.weights.judgements import Judgement, read_judgements

__version__ = "0.1.0"

_HOMES = {
    "InputError": "checks",
    "Framework": "framework",
    "Group": "framework",
    "Indicator": "framework",
    "read_framework": "framework",
    "global_weights": "hierarchy",
    "read_panel": "tables",
    "read_vintages": "tables",
    "read_groups": "tables",
    "coverage_table": "tables",
    "Judgement": "weights.judgements",
    "read_judgements": "weights.judgements",
    "Recipe": "recipe",
    "Evaluation": "evaluation",
    "evaluate": "evaluation",
    "evaluate_matrix": "evaluation",
    "freeze_goalposts": "evaluation",
    "to_decision_matrix": "adapters",
    "from_decision_matrix": "adapters",
    "compare": "analysis.compare",
    "read_modes": "modes.catalogue",
    "mode_choice": "modes.choice",
    "ModeChoice": "modes.choice",
    "mode_mix": "modes.mix",
    "ModeMix": "modes.mix",
    "choices": "robustness.choices",
    "Choices": "robustness.choices",
    "Noise": "robustness.noise",
    "CellError": "robustness.noise",
    "read_bounds": "robustness.noise",
    "uncertainty": "robustness.uncertainty",
    "uncertainty_matrix": "robustness.uncertainty",
    "RankCloud": "robustness.cloud",
    "sensitivity": "robustness.sensitivity",
    "sensitivity_matrix": "robustness.sensitivity",
    "Sensitivity": "robustness.sensitivity",
    "with_settings": "study",
    "ModelSpec": "econometrics.specs",
    "read_models": "econometrics.specs",
    "Estimates": "econometrics.specs",
    "estimate": "econometrics.estimate",
    "Study": "study",
    "read_study": "study",
    "run": "pipeline",
}
_ROOMS = {
    "ahp": "weights.ahp",
    "weights": "weights",
    "aggregate": "aggregate",
    "normalise": "normalise",
    "diagnostics": "econometrics.diagnostics",
    "analysis": "analysis",
    "agreement": "robustness.agreement",
    "modes": "modes",
    "sobol": "robustness.sobol",
    "stability": "robustness.stability",
    "leave_out": "robustness.leave_out",
}

__all__ = sorted([*_HOMES, *_ROOMS])


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that ``import bri_eval`` costs nothing."""
    if name in _ROOMS:
        return importlib.import_module(f"bri_eval.{_ROOMS[name]}")
    if name in _HOMES:
        value = getattr(importlib.import_module(f"bri_eval.{_HOMES[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'bri_eval' has no attribute '{name}'")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
