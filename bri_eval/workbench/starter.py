"""A working study to begin one's own index from: five economies, six indicators, and comments that teach."""

from __future__ import annotations

from pathlib import Path

from bri_eval.checks import InputError, listing

_TEMPLATES = Path(__file__).with_name("templates")


def new_study(folder: str | Path) -> dict[str, str]:
    """Give the files of a new study; nothing is written.

    Parameters
    ----------
    folder
        Where the study is to stand: a path at which there is nothing yet, or an empty folder.

    Returns
    -------
    dict
        Path of each file to its text: ``study.toml`` first, then framework, tables and judgements.

    Raises
    ------
    InputError
        If the folder has no name, or something stands there already.

    Examples
    --------
    >>> [Path(path).name for path in new_study("my-index")]
    ['study.toml', 'framework.toml', 'economies.csv', 'data.csv', 'judgements.csv']
    """
    folder = _free(folder)
    return {str(folder / name): (_TEMPLATES / name).read_text(encoding="utf-8") for name in _FILES}


_FILES = ("study.toml", "framework.toml", "economies.csv", "data.csv", "judgements.csv")


def _free(folder: str | Path) -> Path:
    """Return the folder if a study can be put there, or raise."""
    if not str(folder).strip():
        raise InputError("new: the folder has no name; give one, such as my-index")
    folder = Path(folder)
    taken = next((path for path in (folder, *folder.parents) if path.exists() and not path.is_dir()), None)
    if taken is not None:
        raise InputError(f"{taken}: there is a file of this name; choose another name for the folder")
    there = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    if there:
        raise InputError(f"{folder}: the folder holds {listing(there, most=4)}; choose a new name, or an empty folder")
    return folder
