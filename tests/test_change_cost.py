# ruff: noqa: E501 - a place of the code on a line
"""What a change costs in files and lines: it is made, works, and is what CONTRIBUTING.md says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import cdisckit
import sdtm.readers
import validation.checks
from specs.tables import Table, no_trace
from tests.sdtm.conftest import DM, EX, write_study
from validation.check import Built
from validation.checks import all_checks

if TYPE_CHECKING:
    from pathlib import Path

DATASET = """
dataset: AE
records: {from: ae}
keys: [STUDYID, USUBJID, AETERM, AESTDTC]
variables:
  AETERM: {collected: term}
  AESTDTC: {collected: start}
  AESTDY: standard
"""

DERIVATION = '''
import pandas as pd

from cdisckit import derivation


@derivation(scope="value")
def first_word(text: pd.Series) -> pd.Series:
    """The first word of {text}. Missing when it is missing."""
    return text.str.split().str[0]
'''

USE = "  AEMODIFY: {derived: first_word, from: AETERM}"

CHECK = '''
from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check("CK-EXTRT-LOWER", severity="warning", standard="a rule", message="EXTRT is lower case")
def treatment_in_lower_case(data: Built) -> Iterator[Failing]:
    """Treatments are upper case."""
    for dataset, frame in data.dataset("EX", "EXTRT"):
        yield Failing(dataset, frame, frame["EXTRT"].str.islower().eq(True), "EXTRT")
'''

READER = '''
"""Files with a line for each subject: its identifier, = and an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sdtm.raw import Field, Form, RawData, context

if TYPE_CHECKING:
    from pathlib import Path

    from specs.model import RawSource


def read(source: RawSource, folder: Path) -> RawData:
    """One form of one field."""
    file = folder / source.options["data"]
    lines = pd.Series(file.read_text(encoding="utf-8").splitlines(), dtype="str")
    parts = lines.str.split("=", expand=True)
    line = pd.Series(lines.index + 1, index=lines.index)
    head = context(lines.index, file.name, line, subject=parts[0])
    form = Form("dm", head.assign(sex=parts[1]), {"sex": Field("sex")})
    return RawData({"dm": form}, (file,))
'''

PARAMETER = """
  SRI9SLE:
    label: SRI-9 Component SLEDAI Fall
    number: 99
    derived: fall_reached
    from: [SLEDTOT.CHG, SLEDTOT.--CAT, SLEDTOT.BASEVER]
    with: {points: 9}
"""

AE = {"ae.csv": "subject,term,start\n1,Severe rash,02-02-2020\n"}
FILES = {
    "sdtm/dm.yaml": DM,
    "sdtm/ex.yaml": EX,
    "dm.csv": "subject,sex\n1,F\n",
    "ex.csv": "subject,drug,dose,start\n1,A,5,01-02-2020\n",
}


VERB = (  # what a place of the code is, and what it is with the verb `other`
    ("specs/model.py", '    PREDECESSOR = "predecessor"', '    PREDECESSOR = "predecessor"\n    OTHER = "other"'),
    ("specs/rule_models.py", '"protocol", "predecessor")', '"protocol", "predecessor", "other")'),
    ("specs/rule_models.py", "    predecessor: Taken | None = None", "    predecessor: Taken | None = None\n    other: Taken | None = None"),
    ("specs/workbooks/layouts.py", '    "predecessor": "Predecessor",', '    "predecessor": "Predecessor",\n    "other": "Other",'),
    ("submission/define/start_rules.py", '    "Derived": "derived",', '    "Derived": "derived",\n    "Other": "other",'),
    ("submission/define/origins.py", "Origin.ASSIGNED, Origin.PROTOCOL)", "Origin.ASSIGNED, Origin.PROTOCOL, Origin.OTHER)"),
    ("submission/attributes.py", "Origin.ASSIGNED, Origin.PROTOCOL)", "Origin.ASSIGNED, Origin.PROTOCOL, Origin.OTHER)"),
)  # fmt: skip

BUILT_WITH_VERB = """
import cdisckit, sys
from pathlib import Path
out = Path(sys.argv[2])
built = cdisckit.build(sys.argv[1], out)
print(built.tables["AE"].frame["AETERM"].tolist())
define = next(built.folder.rglob("define.xml"))
(item,) = (i for i in cdisckit.read_define(define).items if i.name == "AETERM")
print([origin.type for origin in item.origins])
"""


@dataclass(frozen=True)
class Cost:
    files: int
    lines: int


def lines(*texts: str) -> int:
    return sum(len(text.strip("\n").splitlines()) for text in texts)


@pytest.fixture(scope="module")
def stated(root: Path) -> dict[str, Cost]:
    """The table of CONTRIBUTING.md, by what is added."""
    page = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\w ]+) \| (\d+) \| (\d+) \|", page, flags=re.MULTILINE)
    return {what: Cost(int(files), int(count)) for what, files, count in rows}


def test_a_dataset_is_one_file(tmp_path: Path, stated: dict[str, Cost]) -> None:
    study = write_study(tmp_path / "study", {**FILES, **AE, "sdtm/ae.yaml": DATASET})
    ae = cdisckit.build(study, tmp_path / "out").tables["AE"].frame
    assert ae[["AETERM", "AESTDTC", "AESTDY"]].to_numpy().tolist() == [
        ["Severe rash", "2020-02-02", 2]
    ]
    assert stated["a dataset"] == Cost(1, lines(DATASET))


def test_a_derivation_is_one_function(tmp_path: Path, stated: dict[str, Cost]) -> None:
    files = {"sdtm/ae.yaml": f"{DATASET}{USE}\n", "derivations.py": DERIVATION}
    study = write_study(tmp_path / "study", {**FILES, **AE, **files})
    built = cdisckit.build(study, tmp_path / "out")
    assert built.tables["AE"].frame["AEMODIFY"].tolist() == ["Severe"]
    (rule,) = built.study.dataset("AE").variable("AEMODIFY").rules
    assert rule.method_text() == "The first word of AETERM. Missing when it is missing."
    assert stated["a derivation"] == Cost(1, lines(DERIVATION))
    assert stated["its use in a rule"] == Cost(1, lines(USE))


def test_a_check_is_one_file(
    tmp_path: Path, stated: dict[str, Cost], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "treatment_in_lower_case.py").write_text(CHECK.lstrip(), encoding="utf-8")
    monkeypatch.setattr(validation.checks, "__path__", [*validation.checks.__path__, str(tmp_path)])
    all_checks.cache_clear()
    try:
        (added,) = (check for check in all_checks() if check.id == "CK-EXTRT-LOWER")
    finally:
        all_checks.cache_clear()
    study = cdisckit.load_study(write_study(tmp_path / "study", FILES))
    frame = pd.DataFrame({"USUBJID": ["S-1", "S-2"], "EXTRT": ["a", "A"]}, dtype="str")
    found = added(Built(study, {"EX": Table("EX", frame, no_trace())}))
    assert found["subject"].tolist() == ["S-1"]
    assert stated["a check"] == Cost(1, lines(CHECK))


def test_a_reader_is_one_file(
    tmp_path: Path, stated: dict[str, Cost], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "equations.py").write_text(READER.lstrip(), encoding="utf-8")
    monkeypatch.setattr(sdtm.readers, "__path__", [*sdtm.readers.__path__, str(tmp_path)])
    study = write_study(tmp_path / "study", {"sdtm/dm.yaml": DM, "dm.txt": "1=F\n2=M\n"})
    text = (study / "study.yaml").read_text(encoding="utf-8")
    declared = "raw:\n  - {name: lines, reader: equations, data: dm.txt}\n"
    (study / "study.yaml").write_text(text[: text.index("raw:")] + declared, encoding="utf-8")
    specified = cdisckit.load_study(study)
    frame = cdisckit.read_raw(specified).forms["dm"].frame
    assert frame[["@subject", "@line", "sex"]].to_numpy().tolist() == [["1", 1, "F"], ["2", 2, "M"]]
    assert stated["a raw format"] == Cost(1, lines(READER))


def test_a_parameter_is_one_place_of_one_file(
    lupus: Path, tmp_path: Path, stated: dict[str, Cost]
) -> None:
    study = shutil.copytree(lupus, tmp_path / "study")
    file = study / "adam" / "adrs.yaml"
    head, tail = file.read_text(encoding="utf-8").split("parameters:\n", 1)
    added = PARAMETER.lstrip("\n")
    file.write_text(f"{head}parameters:\n{added}{tail}", encoding="utf-8")
    (parameter,) = (
        parameter
        for parameter in cdisckit.load_study(study).dataset("ADRS").parameters
        if parameter.code == "SRI9SLE"
    )
    assert parameter.rule is not None
    assert parameter.rule.arguments["points"] == 9
    assert stated["a parameter"] == Cost(1, lines(PARAMETER))


def test_a_verb_is_told_in_few_places(root: Path, tmp_path: Path, stated: dict[str, Cost]) -> None:
    code = tmp_path / "code"
    for package in ("specs", "engine", "sdtm", "adam", "submission", "validation", "cdisckit"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(root / package, code / package, ignore=ignored)
    for file, old, new in VERB:
        text = (code / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, file
        (code / file).write_text(text.replace(old, new), encoding="utf-8")
    dataset = DATASET.replace("{collected: term}", "{other: term}")
    study = write_study(tmp_path / "study", {**FILES, **AE, "sdtm/ae.yaml": dataset})
    ran = subprocess.run(
        [sys.executable, "-c", BUILT_WITH_VERB, str(study), str(tmp_path / "out")],
        cwd=code, env={**os.environ, "PYTHONPATH": str(code)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert ran.stdout.splitlines()[-2:] == ["['Severe rash']", "['Other']"], ran.stderr
    assert stated["a verb"] == Cost(len({file for file, *_ in VERB}), len(VERB))


def test_every_line_of_the_table_is_measured(stated: dict[str, Cost]) -> None:
    assert set(stated) == {
        "a dataset",
        "a derivation",
        "its use in a rule",
        "a check",
        "a raw format",
        "a parameter",
        "a verb",
    }
