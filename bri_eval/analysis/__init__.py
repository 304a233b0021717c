"""What a finished index says: tables made from an evaluation, or from plain labelled tables.

`coordination` and `obstacles` read the normalised table; `inequality`, `convergence` and `mobility` the scores; `audit`
and `reliability` the indicators as a set; `profile` one economy; `influence` and `compare` evaluate again under other
choices. `claims` settles what the paper states, `stages`, `routes` and `capabilities` view the index by its tags,
`network` is that of the corridors, `traceability` says where each item of the paper went. Each is imported when it is
first used.
"""

from __future__ import annotations

import importlib
from typing import Any

_ROOMS = (
    "audit", "capabilities", "claims", "compare", "convergence", "coordination", "inequality", "influence", "mobility",
    "network", "obstacles", "profile", "reliability", "routes", "stages", "traceability",
)  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a module of this folder when it is first used."""
    if name in _ROOMS:
        return importlib.import_module(f"bri_eval.analysis.{name}")
    raise AttributeError(f"module 'bri_eval.analysis' has no attribute '{name}'")
