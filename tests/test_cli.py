"""Every verb on the tiny study: what it prints, what it writes, its exit code; one clear line for bad input."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import studies
from studies import edit, hashes, write_tiny

from bri_eval.cli import main
from bri_eval.verify import as_json, expected_of

PUBLISHED = "10.89 8.51 10.48 15.16 6.89 10.16 10.10 11.15 6.22"
STEPS = ["Evaluating the index and its alternatives", "Estimating the models", "Making tables and figures"]


@pytest.fixture
def tiny(tmp_path) -> Path:
    return write_tiny(tmp_path / "study")


@pytest.fixture
def call(tiny, capsys):
    """Return the function that runs a verb on the tiny study: exit code, lines of the answer, lines of progress."""

    def called(verb: str, *more: str, study: Path = tiny) -> tuple[int, list[str], list[str]]:
        code = main([verb, "--study", str(study), "--out", str(tiny.parent / "out"), *more])
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.splitlines()

    return called


def fresh(*arguments: object, **more) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False, **more)


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
    assert out[-1].startswith(f"{len(published['exhibits'])} tables (")
    assert out[-1].endswith(f"{len(published['numbers'])} numbers of the text equal those of {expected}")
    edit(expected, '"linear in time"', '"guessed"')
    code, out, _ = call("verify")
    assert code == 1
    assert out[-2:] == [
        "filled: row 1 (AFG 2012 speed), rule: expected guessed, found linear in time",
        f"1 differences from {expected}",
    ]
    assert not (tiny.parent / "out").exists()


def test_verify_publishes_where_it_is_told(call, tiny, tmp_path, tmp_path_factory):
    edit(tiny, 'paper = "paper/main.typ"', "")
    other = tmp_path / "published.json"
    code, out, _ = call("verify", "--expected", str(other), "--accept")
    assert (code, out[-1]) == (0, f"{other}: now holds the numbers of this run")
    published = json.loads(other.read_text(encoding="utf-8"))
    assert published == expected_of(studies.tiny(tmp_path_factory.getbasetemp()).results)


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


def test_progress_is_a_live_line_on_a_terminal(call, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    code, out, err = call("evaluate")
    assert code == 0
    assert out[0].startswith("index made in ")
    assert not set(err) & set(STEPS)


# bad input

WEIGHTS = "\n".join(
    f'[[indicator]]\ncode = "published_{number}"\nparent = "published"\nsource = "measures.csv:care"\n'
    f"weight = {float(percent) / 100:.4f}\n"
    for number, percent in enumerate(PUBLISHED.split())
)
NINE = f'[[group]]\ncode = "published"\nparent = "capability"\n\n{WEIGHTS}\n[[indicator]]\ncode = "speed"'
TREE = 'parent = "capability"\n\n[[group]]\ncode = "software"\nname = "Software & care"\nparent = "capability"'
RAW = 'weighter = "entropy"\nweigh_on = "raw"'
BAD = {
    "unknown column": ("framework.toml", "measures.csv:reach", "measures.csv:rech", "'reach': .*did you mean 'reach'"),
    "circle": ("framework.toml", TREE, TREE.replace("capability", "software", 1).replace("capability", "hardware"),
               "group 'hardware' is in a circle .*; change one parent"),
    "duplicate": ("tables/measures.csv", "\nALB,2010,", "\nAFG,2010,", "rows 2 and 5 are both economy AFG, year 2010"),
    "text": ("tables/measures.csv", "\nALB,2010,", "\nALB,2010,1 000", "row 5, column 'speed': found '1 000"),
    "missing mark": ("tables/measures.csv", ",5,4,3,2", ",..,4,3,2", r"column 'price': found '\.\.'; expected a plain"),
    "negative": ("study.toml", 'weighter = "ahp_entropy"', RAW, "needs values >= 0; indicator 'speed' is -"),
    "constant": ("framework.toml", "measures.csv:reach", "economies.csv:member", "indicator 'reach' is constant"),
    "weights": ("framework.toml", '[[indicator]]\ncode = "speed"', NINE, "sum to 0.8956; expected numbers >= 0"),
    "judgement": ("judgements.csv", "hardware,software,2", "hardware,software,2\none,capability,software,hardware,2",
                  "row 3: 'software' over 'hardware' is 2, which is not reciprocal"),
    "table": ("framework.toml", "measures.csv:reach", "measure.csv:reach", "measure.csv: there is no such file"),
    "recipe": ("study.toml", '"topsis"', '"topsi"', "unknown aggregator 'topsi'; .* did you mean 'topsis'"),
    "not TOML": ("study.toml", "schema = 1", "schema =", "not readable as TOML"),
    "model": ("models.toml", '"capability", "income"', '"capability", "speed"', "'measures.csv:speed' is in 'capabi"),
    "logarithm": ("tables/trade.csv", "ALB,2012,", "ALB,2012,-", "variable 'ln_exports' is -.* for ALB 2012; a log"),
    "headline": ("study.toml", "headline = 2012", "headline = 1999", "headline is 1999; years are '2010', '2012', "),
}  # fmt: skip


@pytest.fixture
def refused(call, tiny):
    """Return the function that expects a verb to refuse its input, and gives the one line that it said."""

    def said(verb: str, *more: str, study: Path = tiny) -> str:
        code, out, err = call(verb, *more, study=study)
        assert (code, out) == (2, [])
        (line,) = [line for line in err if line not in STEPS]
        assert line.startswith("bri-eval: ")
        assert not (tiny.parent / "out").exists()
        return line

    return said


@pytest.mark.parametrize(("file", "old", "new", "message"), BAD.values(), ids=BAD)
def test_bad_input_gives_one_line_and_no_folder(refused, tiny, file, old, new, message):
    if "raw" in new:
        edit(tiny.parent / "tables/measures.csv", "\nALB,2010,", "\nALB,2010,-")
    edit(tiny.parent / file, old, new)
    assert re.search(message, refused("reproduce"))


def test_a_missing_study_gives_one_line(refused, tmp_path):
    assert "absent.toml: there is no such file" in refused("evaluate", study=tmp_path / "absent.toml")


@pytest.mark.parametrize("name", ["tables/measures.csv", "tables/economies.csv", "framework.toml", "judgements.csv"])
def test_a_missing_file_gives_one_line(refused, tiny, name):
    (tiny.parent / name).unlink()
    line = refused("check")
    assert Path(name).name in line
    assert "there is no" in line


def test_a_folder_that_cannot_be_made_gives_one_line(call, tiny):
    (tiny.parent / "out").write_text("a file", encoding="utf-8")
    code, out, err = call("evaluate")
    assert (code, out) == (2, [])
    assert err[-1].startswith(f"bri-eval: {tiny.parent / 'out'}")
    assert (tiny.parent / "out").read_text(encoding="utf-8") == "a file"


@pytest.mark.parametrize("arguments", [[], ["evalute"], ["check", "--studdy", "x"]])
def test_wrong_arguments_give_usage_and_two(arguments, capsys):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert "usage: bri-eval" in capsys.readouterr().err


# in an interpreter of its own


def test_help_names_the_verbs_and_imports_nothing_heavy(tmp_path):
    done = fresh("-X", "importtime", "-m", "bri_eval", "--help", cwd=tmp_path)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert done.returncode == 0
    assert all(verb in done.stdout for verb in ("check", "evaluate", "regress", "reproduce", "paper", "verify"))
    assert {"argparse", "bri_eval.cli"} <= imported
    assert not {"numpy", "pandas", "scipy", "matplotlib", "rich"} & imported


def test_the_module_is_the_command(tiny, tmp_path):
    done = fresh("-m", "bri_eval", "check", "--study", tiny, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "fit each other (5 evaluations, 2 models)" in done.stdout


def test_the_module_refuses_without_a_traceback(tmp_path):
    done = fresh("-W", "error", "-m", "bri_eval", "reproduce", cwd=tmp_path, env={**os.environ, "NO_COLOR": "1"})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "bri-eval: data/study.toml: there is no such file; give the path of a TOML file\n"
    assert hashes(tmp_path) == {}


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
