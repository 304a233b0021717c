"""The map and the lines of coordination: what is drawn where, and that no label lies on another."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from legible import faults, written
from matplotlib.colors import to_hex

from bri_eval.analysis.coordination import coordination_table, tagged_scores
from bri_eval.analysis.routes import CORRIDORS, corridors_of
from bri_eval.checks import InputError
from bri_eval.files import read_numbers
from bri_eval.report.map_figures import CAPTIONS, SHADES, draw_coordination, draw_map
from bri_eval.report.style import ACCENT, figure_bytes
from bri_eval.tables import read_groups

CORNERS = {"NELB": ["KAZ", "RUS"], "CPEC": ["PAK"]}


@pytest.fixture(scope="module")
def capitals(data) -> pd.DataFrame:
    columns = {"lat": "capital_lat", "lon": "capital_lon"}
    return pd.DataFrame({to: read_numbers(data / "raw", f"economies.csv:{name}") for to, name in columns.items()})


@pytest.fixture(scope="module")
def scores(evaluation) -> pd.Series:
    return evaluation.scores["capability"].xs(2018, level="year")


@pytest.fixture(scope="module")
def whole(scores, capitals, data):
    return draw_map(scores, capitals, corridors_of(data / "raw"))


@pytest.fixture(scope="module")
def few() -> pd.Series:
    return pd.Series([0.1, 0.2, 0.3, 0.4, np.nan], index=["AFG", "KAZ", "PAK", "POL", "AZE"])


def labelled(figure) -> dict[str, object]:
    return {line.get_label(): line for line in figure.axes[0].lines if not str(line.get_label()).startswith("_")}


def test_every_economy_is_named_once(whole, scores):
    assert sorted(text.get_text() for text in whole.axes[0].texts) == sorted([*scores.index, "CHN"])


def test_every_code_and_every_word_of_the_legends_can_be_read(whole):
    assert faults(whole) == []


def test_codes_stand_above_the_legends(whole):
    names = [text.get_text() for legend in whole.legends for text in legend.get_texts()]
    assert names[: len(CORRIDORS)] == list(CORRIDORS.values())
    assert names[-1] == "China"
    bottom = whole.axes[0].get_window_extent().y0
    for text, corners in written(whole):
        assert (corners[:, 1].min() > bottom) == (text.get_text() not in names)


def test_dots_are_the_quarters_of_the_scores(few, capitals):
    figure = draw_map(few, capitals, CORNERS)
    lines = labelled(figure)
    shaded = [line for name, line in lines.items() if str(name).startswith("score")]
    assert [to_hex(line.get_markerfacecolor()) for line in shaded] == [to_hex(shade) for shade in SHADES]
    lats = capitals.loc[[*few.index, "RUS", "CHN"], "lat"]
    stretch = np.cos(np.radians((lats.min() + lats.max()) / 2))
    for line, code in zip(shaded, ["AFG", "KAZ", "PAK", "POL"], strict=True):
        expected = capitals.loc[code, "lon"] * stretch, capitals.loc[code, "lat"]
        assert (line.get_xdata()[0], line.get_ydata()[0]) == pytest.approx(expected)
    assert len(lines["no score"].get_xdata()) == 2  # AZE, and RUS of the corridor
    assert lines["China"].get_ydata()[0] == pytest.approx(capitals.loc["CHN", "lat"])


def test_scores_of_one_quarter_are_counted_once(scores, whole):
    drawn = [len(line.get_xdata()) for name, line in labelled(whole).items() if str(name).startswith("score")]
    assert sum(drawn) == len(scores)
    limits = scores.quantile([0.25, 0.5, 0.75]).to_numpy()
    assert drawn == np.bincount(np.digitize(scores, limits), minlength=4).tolist()


def test_corridors_start_in_china_and_reach_every_member(few, capitals):
    figure = draw_map(few, capitals, CORNERS)
    lines = [line for line in figure.axes[0].lines if line.get_linestyle() != "None" and line.get_linewidth() == 0.7]
    assert len(lines) == 3
    ends = [np.round([*line.get_ydata()], 4).tolist() for line in lines]
    lat = capitals["lat"].round(4)
    assert ends == [[lat["CHN"], lat["KAZ"]], [lat["KAZ"], lat["RUS"]], [lat["CHN"], lat["PAK"]]]
    assert {line.get_color() for line in lines} == {ACCENT}
    assert lines[0].get_linestyle() == "-"
    assert lines[2].get_linestyle() == "--"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.head(3), "there are 3 scores; quarters need 4 or more"),
        (lambda s: s.rename({"AFG": "ZZZ"}), "the capitals of 'ZZZ' have no coordinates; add lat and lon"),
    ],
)
def test_what_a_map_refuses(few, capitals, change, message):
    with pytest.raises(InputError, match=message):
        draw_map(change(few), capitals, {})


# coordination


@pytest.fixture(scope="module")
def tables(evaluation) -> dict[str, pd.DataFrame]:
    return {tag: coordination_table(tagged_scores(evaluation, tag)) for tag in ("network", "flow")}


@pytest.fixture(scope="module")
def regions(data) -> pd.Series:
    return read_groups(data / "raw", "bri_region")


def test_lines_are_means_of_the_economies_always_seen(tables, regions):
    figure = draw_coordination(tables, regions)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["network", "flow"]
    degrees = (
        tables["flow"]["coordination"].reset_index().pivot_table(index="economy", columns="year", values="coordination")
    )
    always = degrees.dropna()
    lines = {line.get_label(): line for line in figure.axes[1].lines}
    assert len(lines) == regions.reindex(always.index).nunique()
    south = always[regions.reindex(always.index) == "South Asia"]
    np.testing.assert_allclose(lines[f"South Asia ({len(south)})"].get_ydata(), south.mean(), rtol=0, atol=1e-12)


def test_regions_differ_by_marker_and_no_label_lies_on_another(tables, regions):
    figure = draw_coordination(tables, regions)
    lines = figure.axes[0].lines
    kinds = {(line.get_marker(), to_hex(line.get_markerfacecolor())) for line in lines}
    assert len(kinds) == len(lines)
    ticks = figure.axes[0].get_xticklabels()
    assert [label.get_text() for label in ticks] == ["'07", "'10", "'12", "'14", "'16", "'18", "'23"]
    assert faults(figure) == []


def test_economies_that_are_never_seen_throughout_are_refused(tables, regions):
    gappy = tables["flow"].drop(index=2018, level="year", errors="ignore")
    first = gappy.index.get_level_values("economy") < "K"
    late = gappy.index.get_level_values("year") > 2012
    with pytest.raises(InputError, match="flow: no economy is observed in every year; draw fewer years"):
        draw_coordination({"flow": gappy[first ^ late]}, regions)


def test_bytes_are_the_same_every_time(tables, regions, scores, capitals):
    def draws():
        return draw_coordination(tables, regions), draw_map(scores, capitals, CORNERS)

    for one, other in zip(draws(), draws(), strict=True):
        assert figure_bytes(one, "svg") == figure_bytes(other, "svg")


def test_captions_say_what_is_not_drawn():
    assert "no border is drawn" in CAPTIONS["map"]
    assert "Landlocked" in CAPTIONS["coordination"]
