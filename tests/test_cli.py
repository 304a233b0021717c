"""Every verb on the tiny study: what it prints, what it writes, its exit code; one clear line for bad input."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import studies
from starter_mistakes import ALL, start
from studies import edit, hashes

from bri_eval.cli import main

PUBLISHED = "10.89 8.51 10.48 15.16 6.89 10.16 10.10 11.15 6.22"
STEPS = ["Evaluating the index and its alternatives", "Estimating the models", "Making tables and figures"]


def fresh(*arguments: object, **more) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False, **more)


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


# a study of one's own


def test_new_writes_a_study_that_has_no_mistake_and_can_be_evaluated(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["new", "my-index"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == str(Path("my-index") / "study.toml")
    assert main(["check", "--study", "my-index/study.toml"]) == 0
    assert "fit each other (3 evaluations, 0 models)" in capsys.readouterr().out
    before = hashes(tmp_path)
    assert main(["new", "my-index"]) == 2
    assert "the folder holds 'data.csv'" in capsys.readouterr().err
    assert hashes(tmp_path) == before
    assert main(["evaluate", "--study", "my-index/study.toml"]) == 0
    assert "   1  POL  Poland" in capsys.readouterr().out


@pytest.mark.parametrize("mistake", ALL.values(), ids=ALL)
def test_check_leaves_with_two_and_names_what_was_planted(mistake, tmp_path, capsys):
    study = start(tmp_path)
    mistake.into(tmp_path)
    assert main(["check", "--study", str(study)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    lines = err.splitlines()
    assert all(line.startswith("bri-eval: ") for line in lines)
    assert any(all(part in line for part in mistake.said) for line in lines)


@pytest.mark.skipif(os.name != "posix", reason="signals of a terminal")
def test_ctrl_c_at_a_terminal_leaves_the_draws_that_were_counted(tiny):
    """The signal goes to the workers as well, as a terminal sends it."""
    tiny.write_text(tiny.read_text(encoding="utf-8") + studies.ROBUSTNESS, encoding="utf-8")
    verb = ["-m", "bri_eval", "robustness", "--study", tiny, "--out", tiny.parent / "out", "--workers", "2"]
    command = [sys.executable, *verb, "--draws", "4000000"]
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    with subprocess.Popen(command, **quiet) as running:
        while " of 4,000,000 draws" not in running.stderr.readline():
            assert running.poll() is None
        os.killpg(running.pid, signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Traceback" not in err
    assert re.search(r"Stopped after [\d,]+ of 4,000,000 draws", out)
    assert (tiny.parent / "out" / "robustness" / "rank_intervals.csv").is_file()
    assert not (tiny.parent / "out" / "robustness" / "sobol.csv").exists()
