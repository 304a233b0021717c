"""Every verb on the tiny study: what it prints, what it writes, its exit code."""

from __future__ import annotations

import json

import pytest
import studies
from studies import edit

from bri_eval.replication.expected import as_json, expected_of

STEPS = ["Evaluating the index and its alternatives", "Estimating the models", "Making tables and figures"]

# the verbs


def test_check_prints_coverage_and_writes_nothing(call, tiny):
    code, out, err = call("check")
    assert (code, err) == (0, [])
    assert out[-1].startswith(f"{tiny}: framework, tables, judgements and recipes fit each other")
    assert not (tiny.parent / "out").exists()


def test_evaluate_prints_the_whole_ranking(call, tiny):
    code, out, err = call("evaluate")
    assert code == 0
    assert err == STEPS[::2]
    assert out[0].startswith("index made in ")
    assert out[2] == "Capability, 2012: rank, score and pillar scores"
    assert [line.split()[0] for line in out[3:]] == [str(rank) for rank in range(1, 9)]
    assert " ".join(line.split()[1] for line in out[3:]) == "EGY BIH ALB ARE GEO AFG ARM CIV"
    assert not (tiny.parent / "out" / "regressions").exists()


def test_regress_prints_the_first_coefficients_and_the_proxy(call, tiny):
    code, out, err = call("regress")
    assert (code, err) == (0, STEPS)
    assert [line.split()[:2] for line in out[3:5]] == [["pooled", "capability"], ["two-way", "capability_net"]]
    assert all(line.endswith("n 24, 8 economies") for line in out[3:5])
    assert out[-1] == "ln exports: all goods, a proxy"
    assert not (tiny.parent / "out" / "paper.pdf").exists()


def test_regress_prints_the_checks_in_plain_lines(call, tiny):
    path = tiny.parent / "models.toml"
    text = '\n[checks]\nmodels = ["pooled"]\ndraws = 99\npermutations = 99\nstep = "wave"\nshort_pairs = "omit"\n'
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    code, out, _ = call("regress")
    start = out.index("What doubts the finding, and what is left of it")
    assert code == 0
    assert [line.split("  ")[0] for line in out[start + 3 : start + 7]] == [
        "Estimate", "Wild cluster bootstrap", "Randomisation", "Placebo",
    ]  # fmt: skip
    assert out[-1] == "ln exports: all goods, a proxy"


def test_regress_on_a_study_without_models_says_so(call, tiny):
    edit(tiny, '[regressions]\nmodels = "models.toml"', "")
    code, out, _ = call("regress")
    assert (code, out[-1]) == (0, f"{tiny}: declares no models")


@pytest.mark.parametrize("verb", ["reproduce", "paper"])
def test_reproduce_and_paper_make_everything(call, tiny, verb):
    code, out, err = call(verb)
    assert (code, err) == (0, [*STEPS, "Setting the paper"])
    assert out[0].startswith("everything made in ")
    assert "Capability, 2012: rank, score and pillar scores (first 10)" in out
    assert (tiny.parent / "out" / "paper.pdf").read_bytes().startswith(b"%PDF")


def test_verify_compares_and_reports(call, tiny, tmp_path_factory):
    expected = tiny.parent / "paper" / "expected.json"
    published = expected_of(studies.tiny(tmp_path_factory.getbasetemp()).results)
    expected.write_text(as_json(published), encoding="utf-8")
    code, out, _ = call("verify")
    assert code == 0
    assert out[-1].startswith(f"equal to {expected}: {len(published['exhibits'])} tables (")
    edit(expected, '"linear in time"', '"guessed"')
    code, out, _ = call("verify")
    assert code == 1
    assert out[1] == f"{expected}: edited by hand since it was published; its seal does not fit"
    assert any("row 1 (AFG 2012 speed), rule: expected guessed, found linear in time" in line for line in out)
    assert out[-1].endswith("edited by hand; no input, code, environment or platform has changed")
    assert not (tiny.parent / "out").exists()


def test_verify_publishes_where_it_is_told(call, tiny, tmp_path, tmp_path_factory):
    edit(tiny, 'paper = "paper/main.typ"', "")
    other = tmp_path / "published.json"
    code, out, _ = call("verify", "--expected", str(other), "--accept")
    assert (code, out[-1]) == (0, f"{other}: now holds the numbers of this run")
    published = json.loads(other.read_text(encoding="utf-8"))
    whole = expected_of(studies.tiny(tmp_path_factory.getbasetemp()).results)
    assert published["numbers"] == whole["numbers"]
    assert published["exhibits"].keys() <= whole["exhibits"].keys()
    assert published["manifest"]["inputs"].keys() < whole["manifest"]["inputs"].keys()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ('paper = "paper/main.typ"', "expected.json: there is no such file; bri-eval verify --accept writes it"),
        ("", "study.toml: there is no paper beside which expected.json could be; give --expected FILE"),
    ],
)
def test_verify_without_published_numbers_is_bad_input(call, tiny, setting, message):
    edit(tiny, 'paper = "paper/main.typ"', setting)
    code, out, err = call("verify")
    assert (code, out, len(err)) == (2, [], 1)
    assert message in err[0]


# ranks under uncertainty


DRAWN = "Drawing recipes, weights, judgements and errors"


def doubt(tiny):
    tiny.write_text(tiny.read_text(encoding="utf-8") + studies.ROBUSTNESS, encoding="utf-8")


def test_robustness_prints_every_interval_and_what_moves_ranks(call, tiny):
    doubt(tiny)
    code, out, err = call("robustness", "--workers", "1")
    assert code == 0
    assert [line for line in err if not line.startswith(" ")] == [STEPS[0], DRAWN, STEPS[2]]
    start = out.index("Ranks 2012: base recipe, median, 5 to 95 % of 300 draws")
    rows = [line.split() for line in out[start + 1 : start + 9]]
    assert sorted(row[0] for row in rows) == list("12345678")
    assert all(int(row[2]) <= int(row[1]) <= int(row[4]) for row in rows)
    start = out.index("What moves ranks: total Sobol' index of the mean shift, 95 % interval")
    factors = {line.split("  ")[1] for line in out[start + 1 : start + 7]}
    assert {"aggregator", "scope", "noise: cells"} <= factors
    made = {path.name for path in (tiny.parent / "out" / "robustness").iterdir()}
    assert {"rank_intervals.csv", "sobol.typ", "leave_out.md", "weight_stability.tex"} <= made
    assert (tiny.parent / "out" / "figures" / "rank_intervals.svg").exists()


def test_robustness_draws_as_often_as_it_is_told_and_says_what_cannot_matter(call, tiny):
    doubt(tiny)
    edit(tiny, 'weighter = "ahp_entropy"', 'weighter = "entropy"')
    code, out, _ = call("robustness", "--draws", "50", "--workers", "1")
    assert code == 0
    assert "Ranks 2012: base recipe, median, 5 to 95 % of 50 draws" in out
    assert "Without effect: noise: judgements: no recipe weighs by judgements" in out


def test_robustness_without_a_plan_is_bad_input(call, tiny):
    code, out, err = call("robustness")
    assert (code, out) == (2, [])
    assert err == [f"bri-eval: {tiny}: there is no [robustness]; declare what may vary"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("draws = 300", "draws = -1", "draws is -1; expected a whole number of 1 or more"),
        ('"topsis", "arithmetic"', '"topsis", "arithmetc"', "unknown aggregator 'arithmetc'"),
        ('"staff", "reach"', '"staff", "reech"', "unknown indicator 'reech'"),
        ("measures.csv:care", "measures.csv:cares", "cares"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_one_line(call, tiny, old, new, message):
    doubt(tiny)
    edit(tiny, old, new)
    code, out, err = call("robustness", "--workers", "1")
    assert (code, out) == (2, [])
    assert message in err[-1]
    assert not (tiny.parent / "out").exists()


def test_an_interrupt_leaves_the_draws_that_were_counted(call, tiny, monkeypatch):
    from bri_eval.robustness import uncertainty

    counted = uncertainty.each

    def interrupted(function, calls):
        yield next(iter(counted(function, [(space, seed, block, 40_000) for space, seed, block, _ in calls])))
        raise KeyboardInterrupt

    monkeypatch.setattr(uncertainty, "each", interrupted)
    doubt(tiny)
    code, out, _ = call("robustness", "--draws", "40_000", "--workers", "1")
    assert code == 130
    assert out[-1] == "Stopped after 16,384 of 40,000 draws; the tables hold these"
    assert (tiny.parent / "out" / "robustness" / "rank_intervals.csv").exists()


def test_an_interrupt_before_anything_is_counted_writes_nothing(call, tiny, monkeypatch):
    def interrupted(_function, _calls):
        raise KeyboardInterrupt
        yield

    from bri_eval.robustness import uncertainty

    monkeypatch.setattr(uncertainty, "each", interrupted)
    doubt(tiny)
    code, out, err = call("robustness", "--workers", "1")
    assert (code, out) == (130, [])
    assert err[-1] == "bri-eval: interrupted; nothing was written"
    assert not (tiny.parent / "out").exists()
