"""The study of docs/composing.md is built, and its values are those that the page tells."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import sdtm.derivations
from sdtm.build import build_sdtm
from sdtm.readers import read_raw
from specs.derivation import derivations_of
from specs.limits import spec_problems
from specs.load import load_study
from submission.define.origins import Origins

if TYPE_CHECKING:
    from sdtm.build import SdtmBuild
    from specs.model import Study

PAGE = Path(__file__).parents[2] / "docs" / "composing.md"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("composing")
    blocks = re.findall(r"```(?:yaml|csv)\n# (\S+)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    for name, text in blocks:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return load_study(folder, derivations_of(sdtm.derivations))


@pytest.fixture(scope="module")
def built(study: Study) -> SdtmBuild:
    return build_sdtm(study, read_raw(study, study.folder))


def test_the_values_are_those_that_the_page_tells(built: SdtmBuild) -> None:
    records = built.tables["CM"].frame
    drug = records.set_index(records["CMSEQ"].astype("int64").astype("str"))["CMTRT"]
    qualifiers = built.tables["SUPPCM"].frame
    person = qualifiers["USUBJID"] + " " + qualifiers["IDVARVAL"]
    of_drug = dict(zip(records["USUBJID"] + " " + drug.index, drug, strict=True))
    found: dict[str, dict[str, str]] = {}
    for key, name, value in zip(person, qualifiers["QNAM"], qualifiers["QVAL"], strict=True):
        found.setdefault(str(of_drug[key]), {})[name] = value
    assert found == {
        "Aspirin": {
            "DAILY1": "5", "PERWEEK": "35", "HALF": "1.25", "BAND": "LOW", "DAYS": "3",
            "NAMED": "2.5 by Acme", "SEX": "F",
        },
        "Prednisone": {
            "DAILY1": "20", "PERWEEK": "140", "HALF": "5", "BAND": "HIGH",
            "NAMED": "10 by Bolt", "SEX": "F", "WATCH": "Y",
        },
        "Ibuprofen": {
            "DAILY1": "0", "PERWEEK": "2.8", "HALF": "0.4", "BAND": "LOW", "DAYS": "10",
            "NAMED": "0.4 by Acme", "SEX": "M", "WATCH": "Y",
        },
    }  # fmt: skip


def test_the_page_has_no_problem_and_no_finding_of_a_rule(study: Study, built: SdtmBuild) -> None:
    assert [str(p) for p in spec_problems(study) if "requires" not in str(p)] == []
    assert built.findings["rule"].tolist() == []


def test_the_method_of_the_page_is_that_of_define(study: Study) -> None:
    told = " ".join(re.findall(r"^> (.*)$", PAGE.read_text("utf-8"), re.MULTILINE))
    half = next(q for q in study.dataset("CM").supplemental if q.name == "HALF")
    origins = Origins(study, study.dataset("CM")).of(half)
    assert origins.method == told
    assert origins.tables == ("Table (collected, per day): once, 1 | twice, 2.",)


def test_what_a_dataset_does_not_submit_is_in_no_table(built: SdtmBuild) -> None:
    assert list(built.tables["CM"].frame) == [
        "STUDYID", "DOMAIN", "USUBJID", "CMSEQ", "CMTRT", "CMSTDTC",
    ]  # fmt: skip
    assert not built.tables["SUPPCM"].frame["QNAM"].isin(["DAILY", "PERDAY", "STATED"]).any()
