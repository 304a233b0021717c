"""A live line on a terminal, plain lines in a log."""

from __future__ import annotations

from bri_eval.terminal import complain, progress, say, say_all

STEPS = ["Evaluating the index and its alternatives", "Estimating the models", "Making tables and figures"]


def test_progress_is_a_live_line_on_a_terminal(call, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    code, out, err = call("evaluate")
    assert code == 0
    assert out[0].startswith("index made in ")
    assert not set(err) & set(STEPS)


def test_a_log_has_a_line_for_each_step_and_each_tenth(capsys):
    with progress() as (tell, watch):
        tell("Drawing")
        for done in (5, 9, 10, 11, 99, 100):
            watch("draws", done, 100)
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["Drawing", "  10 of 100 draws", "  99 of 100 draws", "  100 of 100 draws"]


def test_the_answer_and_the_complaint_go_apart(capsys):
    say("one")
    say_all(["two", "three"])
    complain("four")
    out, err = capsys.readouterr()
    assert (out, err) == ("one\ntwo\nthree\n", "bri-eval: four\n")
