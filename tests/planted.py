"""A small study published and run again after something was planted; figures and paper are quick stand-ins."""

from __future__ import annotations

import copy
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import studies
from studies import edit, write_tiny

import bri_eval as be
from bri_eval.manifest import bytes_hash, manifest, read_manifest
from bri_eval.pipeline import STAGES
from bri_eval.replication.built import build_differences
from bri_eval.replication.expected import expected_of
from bri_eval.report import exhibits
from bri_eval.report.drawn import drawn_data
from bri_eval.verify import Verdict, verify

KINDS = ("csv", "typ", "html")
EXPECTED = Path("expected.json")

__all__ = ["Published", "bytes_hash", "publish", "quickly", "read_manifest"]


@contextmanager
def quickly():
    """Draw figures as what they show, set the paper as its source and leave out findings: none of it is planted in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bri_eval.report.figures.figure_bytes", lambda f, kind: f"{kind} {drawn_data(f)}".encode())
        patch.setattr("bri_eval.report.paper.set_paper", lambda root, main, **_: (root / main).read_bytes())
        patch.setattr("bri_eval.report.usage.uses_in_paper", lambda *_: ())
        patch.setattr("bri_eval.report.assemble.workbook", lambda _, note: note)
        patch.setattr("bri_eval.report.assemble.findings", lambda *_: [])
        patch.setattr("bri_eval.report.assemble.finding_numbers", lambda *_: {})
        for kind in set(exhibits.WRITERS) - set(KINDS):
            patch.delitem(exhibits.WRITERS, kind)
        yield


@dataclass(frozen=True)
class Published:
    """A study, the build folder of its published run, what was published, and what the same run finds again."""

    study: Path
    out: Path
    expected: dict
    found: dict

    def copied(self, folder: Path) -> Published:
        """Copy everything, so that something may be planted."""
        for name, path in (("study", self.study.parent), ("build", self.out)):
            shutil.copytree(path, folder / name)
        both = copy.deepcopy(self.expected), copy.deepcopy(self.found)
        return Published(folder / "study" / "study.toml", folder / "build", *both)

    def verified_against(self, fresh: Path) -> Verdict:
        """Verify the build folder against that of a fresh run that finds the same."""
        faults, remarks = build_differences(self.out, fresh)
        return verify(self.expected, self.found, EXPECTED, home=self.study.parent, faults=faults, remarks=remarks)

    def reread(self) -> Verdict:
        """Verify a run that finds the same in inputs of another content."""
        study = be.read_study(self.study)
        self.found["manifest"]["inputs"] = manifest(study, {}, STAGES)["inputs"]
        return self.verified_against(self.out)

    def verified(self, *, again: bool = True) -> Verdict:
        """Run again, or take what the same run finds, and verify, build folder included."""
        if not again:
            return self.verified_against(self.out)
        fresh = self.study.parent.parent / "fresh"
        with quickly():
            found = expected_of(be.run(be.read_study(self.study), fresh))
        return Published(self.study, self.out, self.expected, found).verified_against(fresh)


def publish(folder: Path) -> Published:
    """Write a study of one index and one model with a bibliography, run it and publish what it found."""
    path = write_tiny(folder / "study")
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("[[alternative]]")] + text[text.index("[regressions]") :], encoding="utf-8")
    edit(path, "headline = 2012", "headline = 2012\nseed = 1")
    models = studies.TEXTS["models.toml"]
    (folder / "study" / "models.toml").write_text(models[: models.rindex("[[model]]")], encoding="utf-8")
    edit(folder / "study" / "paper" / "main.typ", "fit/two-way", "fit/pooled")
    (folder / "study" / "paper" / "refs.bib").write_text("@book{one2020, title = {One}}\n", encoding="utf-8")
    with quickly():
        results = be.run(be.read_study(path), folder / "build")
    return Published(path, folder / "build", expected_of(results), expected_of(results))
