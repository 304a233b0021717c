"""Every statement of the paper stands once, is used by what exists, or is left out with a reason."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from bri_eval.analysis.claims import CLAIMS
from bri_eval.analysis.traceability import (
    ANSWERS,
    IDS,
    OUT,
    Trace,
    check_exhibits,
    problem_paths,
    read_traces,
    traceability_table,
)
from bri_eval.checks import InputError

EXHIBITS = {
    "ranking", "indicators", "dispersion", "gravity_cho_lee", "gravity_wang", "claims", "coordination", "stages",
    "links", "hierarchy", "problem_path", "three_networks", "channels", "map", "mode_cards", "mode_criteria",
    "mode_map", "goods_segments", "mix_plans", "mix_trade_off", "mix_single",
}  # fmt: skip
"""Tables and figures that statements name."""

TRACES = read_traces(Path(__file__).parents[2] / "data" / "traceability.toml")
NAMED = sorted({name for trace in TRACES for name in trace.functions})
COMING = ("bri_eval.modes.mix",)


@pytest.fixture(scope="module")
def traces() -> tuple[Trace, ...]:
    return TRACES


def test_every_statement_stands_once_and_in_order(traces):
    assert [trace.id for trace in traces] == list(IDS)
    assert IDS[0] == "01"
    assert IDS[-1] == "49"


@pytest.mark.parametrize("name", NAMED)
def test_every_function_exists(name):
    module, _, function = name.rpartition(".")
    if module in COMING and importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is being built")
    assert callable(getattr(importlib.import_module(module), function))


def test_every_claim_exists_and_every_claim_of_the_study_is_named(traces):
    named = {claim for trace in traces for claim in trace.claims}
    assert named <= set(CLAIMS)
    assert set(CLAIMS) <= named


def test_every_exhibit_is_known(traces):
    check_exhibits(traces, EXHIBITS)
    assert {code for trace in traces for code in trace.exhibits} == EXHIBITS


def test_an_exhibit_that_no_report_has_is_named(traces):
    with pytest.raises(InputError, match=r"item '14': unknown exhibit 'map'; known are 'channels'"):
        check_exhibits(traces, EXHIBITS - {"map"})


def test_few_statements_are_context_only(traces):
    assert [trace.id for trace in traces if trace.reason] == ["13", "20", "30", "41"]


def test_the_table_has_a_row_for_each(traces):
    table = traceability_table(traces)
    assert table["id"].tolist() == list(IDS)
    assert ((table["reason"] != "") == (table["made"] == "")).all()
    row = table.set_index("id").loc["12"]
    assert row["made"].startswith("closer_trade; trade only")
    assert row["exhibits"] == "claims, C17"


def written(traces, **changes) -> str:
    """Write the statements as TOML, the first of them changed."""
    texts = []
    for trace in (replace(traces[0], **changes), *traces[1:]):
        fields = {name: getattr(trace, name) for name in ("id", "section", "content", "reason")}
        lines = [f'{name} = "{value}"' for name, value in fields.items()]
        texts.append("\n".join(["[[item]]", *lines, f"functions = {list(trace.functions)}"]))
    return "schema = 1\n" + "\n".join(texts)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "50"}, "unknown id '50'"),
        ({"id": "02"}, "id '02' stands 2 times; every statement stands once"),
        ({"functions": ()}, f"item '01' is used nowhere; name a function, or give a reason = '{OUT}"),
        ({"functions": (), "reason": OUT}, "item '01' is used nowhere"),
        ({"functions": (), "reason": "no time"}, "item '01' is used nowhere"),
        ({"reason": f"{OUT}no"}, "item '01' is used and has a reason for leaving it out; keep one of them"),
        ({"section": " "}, "item '01' has a blank section"),
    ],
)
def test_what_a_file_of_statements_may_not_be(traces, write, changes, message):
    with pytest.raises(InputError, match=message):
        read_traces(write("traces.toml", written(traces, **changes)))


def test_an_absent_statement_is_named(traces, write):
    with pytest.raises(InputError, match="there is no item '49'; every statement of the paper stands once"):
        read_traces(write("traces.toml", written(traces[:-1])))


def test_an_unknown_key_and_another_schema_are_named(write):
    with pytest.raises(InputError, match=r"item '01': unknown key 'sections'.*did you mean 'section'"):
        read_traces(write("a.toml", 'schema = 1\n[[item]]\nid = "01"\nsections = "1"'))
    with pytest.raises(InputError, match="schema is 2; this version reads schema = 1"):
        read_traces(write("b.toml", "schema = 2"))


def test_each_problem_has_a_path_a_pillar_and_two_indicators(framework, full_framework):
    """study.md, item 01."""
    for tree in (framework, full_framework):
        table = problem_paths(tree)
        assert [answer.pillar for answer in ANSWERS] == tree.pillars
        assert table["pillar"].is_unique
        assert (table["indicators"].map(len) >= 2).all()
        assert sum(table["indicators"].map(len)) == len(tree.codes)
    assert table["problem_section"].tolist() == ["3.1", "3.2", "3.3", "3.4", "3.5"]
    assert table["path_section"].tolist() == ["4.1", "4.2", "4.3", "4.4", "4.5"]


def test_a_framework_without_a_pillar_is_refused(tree):
    with pytest.raises(InputError, match="framework: unknown pillar 'network'; known are 'a', 'b'"):
        problem_paths(tree)
