"""Mistakes to plant into the starter study, one at a time, and what the teacher must say of each."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from studies import edit

from bri_eval.workbench.starter import new_study

CUSTOMS = 'code = "customs"\nname = "Efficiency of customs"'
BORDER = 'code = "border"\nname = "At the border"\nparent = "readiness"'
TARIFF = 'direction = "cost"                      # a high tariff is bad'
POL = "POL,3.2089,3.9543,3.2535,1.83,77.5417,552573800000,37974750"
LAST = "me,readiness,border,demand,2"


@dataclass(frozen=True)
class Planted:
    """A file, a text in it, what to write instead, and the parts that the message must have: place, found, remedy."""

    file: str
    old: str
    new: str
    said: tuple[str, ...]

    def into(self, folder: Path) -> None:
        edit(folder / self.file, self.old, self.new)


def start(folder: Path) -> Path:
    """Write the starter study and return its file."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in new_study(folder).items():
        Path(path).write_text(text, encoding="utf-8")
    return folder / "study.toml"


STUDY = {
    "TOML without value": ("schema = 1 ", "schema = ", "not readable as TOML", "line 5", "the line is"),
    "text without quotes": ('"framework.toml" ', "framework.toml ", "TOML", "double quotes"),
    "decimal comma in TOML": ("judgements = 0.2", "judgements = 0,2", "TOML", "decimals have a point"),
    "key twice": ("seed = 1", "seed = 1\nseed = 2", "TOML", "line 12", "stands twice: keep one"),
    "misspelt key": ("seed = 1", "sed = 1", "unknown key 'sed'", "did you mean 'seed'"),
    "key in capitals": ("years = ", "Years = ", "unknown key 'Years'", "did you mean 'years'"),
    "needed key is lacking": ('tables = "."', "#", "there is no 'tables'; it is needed"),
    "tables is no folder": ('tables = "."', 'tables = "tabels"', "'tabels'", "no such folder"),
    "year as text": ("years = [2018]", 'years = ["2018"]', "years is ['2018']", "[2016, 2018]"),
    "year alone": ("years = [2018]", "years = 2018", "years is 2018", "a list of years"),
    "year not measured": ("seed = 1", "headline = 2017", "headline is 2017; years are '2018'"),
    "seed as text": ("seed = 1", 'seed = "1"', "seed is '1'; expected a whole number"),
    "another schema": ("schema = 1", "schema = 2", "schema is 2; this version reads schema = 1"),
    "misspelt framework": ('"framework.toml"', '"framwork.toml"', "framwork.toml: there is no such"),
    "unknown economy": ('"all"', '["KZA", "POL"]', "economies.csv", "'KZA'", "did you mean 'KAZ'"),
    "unknown list": ('"all"', '"members"', "economies.csv", "unknown column 'members'", "known are"),
    "unknown groups": ('"region" ', '"regoin" ', "column 'regoin'", "did you mean 'region'"),
    "misspelt field": ("weighter =", "weigther =", "key 'weigther'", "did you mean 'weighter'"),
    "unknown normaliser": ('"minmax" ', '"min-max" ', "'min-max'", "did you mean 'minmax'"),
    "unknown weighter": ('"equal" ', '"entropie" ', "'entropie'", "did you mean 'entropy'"),
    "unknown aggregator": ('"arithmetic" ', '"aritmetic" ', "did you mean 'arithmetic'"),
    "unknown imputer": ('imputer = "none"', 'imputer = "mediana"', "did you mean 'median'"),
    "range upside down": ("[1, 100] }  #", "[100, 1] }  #", "range is (100, 1)", "low < high"),
    "parameters unused": ("# Alternatives", "[recipe.zscore]\ncentre = 0\n#", "'zscore'", "known are"),
    "number as text": ("[recipe]", '[recipe]\nscreen = "0.5"', "screen is '0.5'", "without quotes"),
    "share as per cent": ("[recipe]", "[recipe]\nscreen = 50", "screen is 50", "share from 0 to 1"),
    "alternative twice": ('"judged"', '"geometric"', "'geometric', 'geometric'", "names are unique"),
    "alternative unnamed": ('name = "judged"\n', "", "[[alternative]] has no name; give it one"),
    "alternative in one bracket": ("[[alternative]]", "[alternative]", "study.toml", "line"),
    "zero in a geometric mean": (", range = [1, 100] }  #", " }  #", "geometric", "needs values above 0", "range"),
    "factor unknown": ("normaliser = [", "normalizer = [", "'normalizer'", "mean 'normaliser'"),
    "level unknown": ('"critic"]', '"critics"]', "robustness", "'critics'", "did you mean 'critic'"),
    "draws as text": ("draws = 2_000", 'draws = "many"', "draws is 'many'", "whole number"),
    "noise unknown": ("judgements = 0.2 ", "judgments = 0.2 ", "noise", "did you mean 'judgements'"),
    "no file of models": ("# [regressions]\n# models", "[regressions]\nmodels", "models.toml: there"),
    "no paper": ("seed = 1", 'paper = "main.typ"', "study.toml: paper is", "no such file"),
    "judgements misspelt": ('"judgements.csv" ', '"judgments.csv" ', "judgments.csv", "no judgement"),
}
FRAMEWORK = {
    "goal lacking": ("[goal]", "# [goal]", "there is no [goal]; give it a code and a name"),
    "goal in two brackets": ("[goal] ", "[[goal]] ", "write [goal] above its lines"),
    "field misspelt": (TARIFF, 'directon = "cost"', "'tariff'", "did you mean 'direction'"),
    "direction misspelt": (TARIFF, 'direction = "costs"', "'costs'", "did you mean 'cost'"),
    "direction of another kind": (TARIFF, 'direction = "-"', "'tariff'", "known are 'benefit'"),
    "transform unknown": ('"log" ', '"ln" ', "'income'", "unknown transform 'ln'", "'log'"),
    "parent misspelt": (
        f'{CUSTOMS}\nparent = "border"',
        f'{CUSTOMS}\nparent = "bordre"',
        "indicator 'customs' has parent 'bordre'",
        "did you mean 'border'",
    ),
    "parent lacking": (f'{CUSTOMS}\nparent = "border"', CUSTOMS, "'customs' has no 'parent'"),
    "circle": (BORDER, BORDER.replace("readiness", "border"), "in a circle", "change one parent"),
    "code twice": ('code = "timeliness"', 'code = "customs"', "'customs' occurs twice", "unique"),
    "code blank": ('code = "timeliness"', 'code = " "', "is blank", "give every group"),
    "group without children": (
        "# An [[indicator]]",
        '[[group]]\ncode = "new"\nparent = "readiness"\n#',
        "group 'new' has nothing below it; remove it or give it an indicator",
    ),
    "weights incomplete": (BORDER, f"{BORDER}\nweight = 0.4", "'border' declare", "all or none"),
    "weight as text": (BORDER, f'{BORDER}\nweight = "0.4"', "weight is '0.4'", "without quotes"),
    "goalposts turned": ("[0.0, 100.0]", "[100.0, 0.0]", "'internet_users'", "low < high"),
    "column misspelt": (
        "data.csv:customs",
        "data.csv:custom",
        "indicator 'customs'",
        "unknown column 'custom'",
        "did you mean 'customs'",
    ),
    "table misspelt": ("data.csv:customs", "date.csv:customs", "date.csv: there is no such", "mean 'data.csv'"),
    "no column named": ("data.csv:customs", "data.csv", "'data.csv' names no column", "write"),
    "no source": ('source = "data.csv:customs"', "", "'customs'", "names no column"),
    "denominator misspelt": ("data.csv:population", "data.csv:populaton", "denominator", "did you mean 'population'"),
    "flag of zeros unknown": (
        "goalposts = [0.0",
        'structural_zero = "landlocked"\ngoalposts = [0.0',
        "structural_zero",
        "unknown column 'landlocked'",
    ),
}
TABLE = {
    "text in a number": ("3.2535", "good", "row 5, column 'customs'", "'good'", "plain number"),
    "NA": ("3.2535", "NA", "row 5, column 'customs'", "'NA'", "empty cell if it is missing"),
    "two dots": ("3.2535", "..", "row 5, column 'customs'", "'..'", "empty cell"),
    "thousands separator": ("37974750", '"37,974,750"', "row 5", "(perhaps 37974750)"),
    "blank in a number": ("37974750", "37 974 750", "row 5", "(perhaps 37974750)"),
    "decimal comma": ("3.2535", '"3,25"', "row 5, column 'customs'", "(perhaps 3.25)"),
    "decimal comma without quotes": ("3.2535", "3,2535", "line 5, saw 9", "comma inside a number"),
    "full-width digits": ("3.2535", "\uff13.\uff12", "row 5, column 'customs'", "(perhaps 3.2)"),
    "per cent sign": ("77.5417", "77.5%", "row 5, column 'internet_users'", "'77.5%'", "plain number"),
    "cell lacking": (",37974750", "", "line 5, saw 7", "a comma too few"),
    "row twice": (POL, f"{POL}\n{POL}", "rows 5 and 6 are both economy POL; keep one"),
    "code misspelt": ("POL,", "PLO,", "row 5", "unknown economy 'PLO'", "did you mean 'POL'"),
    "code with blanks": ("POL,", "POL ,", "row 5, column 'economy'", "'POL '", "delete the blanks"),
    "code blank": ("POL,", ",", "row 5, column 'economy' is blank", "give the economy's code"),
    "line empty": ("POL,", "\nPOL,", "row 5, column 'economy' is blank", "delete the row"),
    "header twice": ("timeliness", "customs", "column 'customs' stands 2 times", "keep one"),
    "header blank": ("timeliness", "", "data.csv: column C", "has no name", "give it a name"),
    "no economies": ("economy", "country", "there is no column 'economy'", "columns are 'country'"),
    "economies in capitals": ("economy", "Economy", "no column 'economy'", "rename 'Economy'"),
    "title above": ("economy,", "My data,,,,,,,\neconomy,", "column B", "has no name"),
    "quotation mark alone": ("VNM,", '"VNM,', "not readable as CSV", "quotation mark"),
    "year as text": ("infrastructure", "year", "row 2, column 'year'", "2.8178", "calendar year"),
    "denominator 0": ("37974750", "0", "'income'", "population is 0 for POL", "above 0"),
    "gap": ("3.2535", "", "'customs' is missing for POL 2018", "imputer 'none'"),
    "logarithm of 0": ("552573800000", "0", "'income'", "POL", "log"),
}
JUDGEMENTS = {
    "judgement 0": ("transport,border,2", "transport,border,0", "row 2", "'0'", "1 to 9"),
    "judgement 12": ("transport,border,2", "transport,border,12", "row 2", "'12'", "1 to 9"),
    "judgement with comma": ("border,demand,2", 'border,demand,"0,5"', "row 4", "'0,5'", "1/3"),
    "judgement as text": ("border,demand,2", "border,demand,more", "row 4", "'more'", "1 to 9"),
    "not reciprocal": (LAST, f"{LAST}\nme,readiness,demand,border,2", "row 5", "not reciprocal", "keep one"),
    "pair lacking": (f"{LAST}\n", "", "'border over demand'", "add the rows"),
    "node unknown": (
        "me,readiness,transport,border,2\nme,readiness,transport,demand,3\nme,readiness,",
        "me,readines,transport,border,2\nme,readines,transport,demand,3\nme,readines,",
        "unknown node 'readines'",
        "did you mean 'readiness'",
    ),
    "item unknown": (
        "border,2\nme,readiness,transport,demand,3\nme,readiness,border",
        "boarder,2\nme,readiness,transport,demand,3\nme,readiness,boarder",
        "lack 'border'",
        "did you mean 'border' where 'boarder' stands",
    ),
    "item blank": ("border,demand,2", ",demand,2", "row 4, column 'row' is blank", "give a code"),
    "column lacking": ("value", "judgement", "there is no column 'value'", "expected expert"),
    "semicolons": ("expert,node,row,col,value", "expert;node;row;col;value", "separated by commas"),
}


def _all() -> dict[str, Planted]:
    """Put all mistakes together: the file and the name of each, and what it is."""
    files = {"study.toml": STUDY, "framework.toml": FRAMEWORK, "data.csv": TABLE, "judgements.csv": JUDGEMENTS}
    return {
        f"{file}: {name}": Planted(file, old, new, tuple(said))
        for file, mistakes in files.items()
        for name, (old, new, *said) in mistakes.items()
    }


ALL = _all()


def as_bytes(text: str, form: str) -> bytes:
    """Write a table as other programs do."""
    return {
        "UTF-16": lambda: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
        "Latin-1": lambda: text.replace("POL", "P\xd3L").encode("latin-1"),
        "semicolons": lambda: text.replace(",", ";").encode(),
        "tabs": lambda: text.replace(",", "\t").encode(),
        "empty": lambda: b"",
        "workbook": lambda: b"PK\x03\x04 and more",
        "stray column": lambda: "\n".join(f"{line}," for line in text.splitlines()).encode(),
    }[form]()
