"""define.xml against transport files: each rule with data that pass it and data that fail it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from submission.xpt import Column, write_xpt
from tests.validation.define import examples
from tests.validation.define.parts import rows
from validation.define import check_define
from validation.define.data import TITLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CREATED = datetime(2024, 2, 29, 13, 5, 9)
TABLES = {
    "TS": examples.TS,
    "DM": examples.DM,
    "XS": examples.XS,
    "AE": examples.AE,
    "LB": examples.LB,
    "QSCG": examples.QSCG,
    "FA": examples.FA,
    "SUPPAE": examples.SUPPAE,
}
LABELS = {
    "TS": "Trial Summary",
    "DM": "Demographics",
    "XS": "Skin Photographs",
    "AE": "Adverse Events",
    "LB": "Laboratory Test Results",
    "QSCG": "Questionnaires - Improvement",
    "FA": "Findings About Events or Interventions",
    "SUPPAE": "Supplemental Qualifiers for AE",
}
ROWS = {
    "TS": "S001 | TS | 1 | PHASE 1 TRIAL",
    "DM": "S001 | DM | 01-001 | 34 | F\nS001 | DM | 01-002 | 51 | M",
    "XS": "S001 | LEFT ARM",
    "AE": "S001 | AE | 01-001 | HEADACHE | Headache | N |  | 2020-03 | -12",
    "LB": (
        "S001 | LB | 01-002 | ALT | 31.25 | U/L | 31.25 | 1\n"
        "S001 | LB | 01-001 | GLUC | BETTER | spoons | 5 | 1"
    ),
    "QSCG": "S001 | QS | 01-001 | BETTER | 1\nS001 | QS | 01-002 | WORSE | 1",
    "FA": "S001 | FA | 01-001 | SEV | A",
    "SUPPAE": "S001 | AE | 01-001 | AETRT | N",
}


def frames() -> dict[str, pd.DataFrame]:
    made = {}
    for name, table in TABLES.items():
        described = rows(table)
        cells = [[c.strip() for c in line.split("|")] for line in ROWS[name].splitlines()]
        frame = pd.DataFrame(cells, columns=[row[0] for row in described]).astype("str")
        frame = frame.where(frame.ne(""))
        for column, _, kind, *_ in described:
            if kind.split()[0] in ("integer", "float"):
                frame[column] = frame[column].astype("float64")
        made[name] = frame
    return made


def columns(name: str, frame: pd.DataFrame) -> list[Column]:
    known = {row[0]: row for row in rows(TABLES[name])}
    made = []
    for column in frame:
        _, label, kind, *_ = known.get(str(column), ["", "New", "text 8", "", "", ""])
        sizes = kind.split()[1:]
        number = pd.api.types.is_numeric_dtype(frame[column])
        length = 8 if number else int(sizes[0]) if sizes else 20
        made.append(Column(str(column), label, "Num" if number else "Char", length))
    return made


class Package:
    """The files of the example, for a test to change before they are written."""

    def __init__(self) -> None:
        self.text = examples.tabulations()
        self.frames = frames()
        self.columns = {name: columns(name, frame) for name, frame in self.frames.items()}
        self.names = {name: name for name in self.frames}
        self.labels = dict(LABELS)

    def replace(self, old: str, new: str) -> None:
        assert old in self.text
        self.text = self.text.replace(old, new, 1)

    def column(self, dataset: str, variable: str, **changes: Any) -> None:
        self.columns[dataset] = [
            replace(c, **changes) if c.name == variable else c for c in self.columns[dataset]
        ]

    def put(self, dataset: str, variable: str, *values: Any) -> None:
        frame = self.frames[dataset]
        kind = "float64" if isinstance(values[0], (int, float)) else "str"
        column = pd.Series(values, dtype=kind)
        self.frames[dataset] = frame.assign(**{variable: column.where(column.ne(""))})

    def again(self, dataset: str) -> None:
        self.frames[dataset] = pd.concat([self.frames[dataset]] * 2, ignore_index=True)

    def written(self, folder: Path) -> Path:
        for name in examples.DOCUMENTS:
            (folder / name).touch()
        for name, frame in self.frames.items():
            write_xpt(
                frame,
                folder / f"{name.lower()}.xpt",
                name=self.names[name],
                label=self.labels[name],
                columns=self.columns[name],
                created=CREATED,
            )
        path = folder / "define.xml"
        path.write_text(self.text, encoding="utf-8")
        return path

    def found(self, folder: Path) -> pd.DataFrame:
        return check_define(self.written(folder), datasets=folder, schema=False)


def test_data_that_agree_have_no_finding_but_terms_that_do_not_occur(tmp_path: Path) -> None:
    found = Package().found(tmp_path)
    rest = found[found["rule"] != "CK-DEFINE-UNUSED-TERM"]
    assert rest.empty, rest["message"].tolist()


def without(package: Package) -> None:
    package.frames["DM"] = package.frames["DM"].drop(columns="AGE")
    package.columns["DM"] = [c for c in package.columns["DM"] if c.name != "AGE"]


def more(package: Package) -> None:
    package.frames["DM"] = package.frames["DM"].assign(EXTRA=pd.Series(["a", "b"], dtype="str"))
    package.columns["DM"] = columns("DM", package.frames["DM"])


def turned(package: Package) -> None:
    package.columns["DM"] = package.columns["DM"][::-1]
    package.frames["DM"] = package.frames["DM"][[c.name for c in package.columns["DM"]]]


def long_term(package: Package) -> None:
    package.put("AE", "AETERM", "x" * 41)
    package.column("AE", "AETERM", length=60)


def numeric_sex(package: Package) -> None:
    package.put("DM", "SEX", 1.0, 2.0)
    package.column("DM", "SEX", type="Num", length=8)


def uncovered(package: Package) -> None:
    package.put("DM", "SEX", "M", "M")


def spare_number(package: Package) -> None:
    package.frames["LB"] = package.frames["LB"].assign(VISITNUM=[1.0, np.nan])
    package.replace(
        'ItemOID="IT.LB.VISITNUM" OrderNumber="8" Mandatory="No"',
        'ItemOID="IT.LB.VISITNUM" OrderNumber="8" Mandatory="Yes"',
    )


def case(rule: str, dataset: str, variable: str, edit: Callable[[Package], None], said: str) -> Any:
    return pytest.param(rule, dataset, variable, edit, said, id=f"{rule}-{said[:24]}")


CASES = [
    case("DEFINE-076", "AE", "AESER", lambda p: p.put("AE", "AESER", ""), "no value"),
    case("DEFINE-076", "SUPPAE", "QVAL", lambda p: p.put("SUPPAE", "QVAL", ""), "no value"),
    case("CK-DEFINE-NAME", "DM", "", lambda p: p.names.update(DM="DEMO"), "called DEMO"),
    case("CK-DEFINE-LABEL", "DM", "", lambda p: p.labels.update(DM="People"), "is People"),
    case("CK-DEFINE-VARIABLE", "DM", "AGE", without, "not in the data"),
    case("CK-DEFINE-VARIABLE", "DM", "EXTRA", more, "not in define.xml"),
    case("CK-DEFINE-ORDER", "DM", "STUDYID", turned, "have SEX where"),
    case("CK-DEFINE-VARIABLE-LABEL", "DM", "AGE",
         lambda p: p.column("DM", "AGE", label="Years"), "is Years"),
    case("CK-DEFINE-TYPE", "DM", "SEX", numeric_sex, "numeric in the data"),
    case("CK-DEFINE-TYPE", "DM", "AGE", lambda p: p.put("DM", "AGE", 34.5, 51.0), "has 34.5"),
    case("CK-DEFINE-TYPE", "AE", "AESTDTC",
         lambda p: p.put("AE", "AESTDTC", "MAR2020"), "not of type partialDate"),
    case("CK-DEFINE-TYPE", "LB", "LBORRES",
         lambda p: p.put("LB", "LBORRES", "many", "BETTER"), "not of type float"),
    case("CK-DEFINE-LENGTH", "AE", "AETERM", long_term, "has 41 bytes"),
    case("CK-DEFINE-LENGTH", "AE", "AETERM",
         lambda p: p.column("AE", "AETERM", length=60), "60 bytes in the data"),
    case("CK-DEFINE-LENGTH", "DM", "AGE", lambda p: p.put("DM", "AGE", 134.0, 5.0), "3 digits"),
    case("CK-DEFINE-DIGITS", "LB", "LBSTRESN",
         lambda p: p.put("LB", "LBSTRESN", 31.256, 5.0), "more than 2 decimals"),
    case("CK-DEFINE-FORMAT", "DM", "AGE",
         lambda p: p.replace(' OID="IT.DM.AGE"', ' OID="IT.DM.AGE" def:DisplayFormat="8.2"'),
         "is none, define.xml says 8.2"),
    case("CK-DEFINE-KEY", "AE", "", lambda p: p.again("AE"), "there before"),
    case("CK-DEFINE-MANDATORY", "LB", "VISITNUM", spare_number, "missing in 1 records"),
    case("CK-DEFINE-TERM", "DM", "SEX",
         lambda p: p.put("DM", "SEX", "F", "X"), "has X, which is not a term"),
    case("CK-DEFINE-TERM", "LB", "LBORRES",
         lambda p: p.put("LB", "LBORRES", "31", "OTHER"), "where IT.LBORRES.GLUC"),
    case("CK-DEFINE-UNUSED-TERM", "AE", "AESER", lambda p: None, "1 of 2 terms"),
    case("CK-DEFINE-NO-DATA", "AE", "AEOUT",
         lambda p: p.put("AE", "AEOUT", "FATAL"), "has def:HasNoData, and 1"),
    case("CK-DEFINE-WHERE", "LB", "LBORRES", uncovered, "selects no record"),
    case("CK-DEFINE-COVER", "LB", "LBORRES", uncovered, "in no condition"),
    case("CK-DEFINE-COVER", "LB", "LBORRES",
         lambda p: p.put("DM", "SEX", "F", "F"), "in several conditions"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "dataset", "variable", "edit", "said"), CASES)
def test_data_that_disagree_are_found(
    rule: str,
    dataset: str,
    variable: str,
    edit: Callable[[Package], None],
    said: str,
    tmp_path: Path,
) -> None:
    package = Package()
    edit(package)
    found = package.found(tmp_path)
    told = found[found["rule"].eq(rule) & found["dataset"].eq(dataset)]
    told = told[told["variable"].fillna("").eq(variable)]
    assert told["message"].str.contains(said, regex=False).any(), found["message"].tolist()


def test_what_is_no_term_is_told_the_published_ones_and_not_those_of_the_data_alone(
    tmp_path: Path,
) -> None:
    package = Package()
    package.put("DM", "SEX", "X", "U")
    found = package.found(tmp_path)
    told = found[found["rule"].eq("CK-DEFINE-TERM")].set_index("value")["message"]
    assert told["X"].endswith("; known names: F, INTERSEX, M, U")
    assert told["U"].endswith("; list it in define.xml")


def test_terms_that_no_variable_has_are_told_once_for_their_list(tmp_path: Path) -> None:
    found = Package().found(tmp_path)
    told = found[found["rule"].eq("CK-DEFINE-UNUSED-TERM")]["message"]
    lists = told.str.extract(r"terms of (\S+) do")[0]
    assert len(lists) > 0
    assert not lists.duplicated().any()


def test_a_file_that_no_dataset_names_is_found(tmp_path: Path) -> None:
    (tmp_path / "zz.xpt").touch()
    found = Package().found(tmp_path)
    assert found.loc[found["rule"].eq("CK-DEFINE-EXTRA-FILE"), "value"].tolist() == ["zz.xpt"]


def test_a_file_that_cannot_be_read_is_found_and_the_others_are_checked(tmp_path: Path) -> None:
    package = Package()
    package.put("DM", "SEX", "F", "X")
    path = package.written(tmp_path)
    (tmp_path / "ae.xpt").write_bytes(b"no transport file")
    found = check_define(path, datasets=tmp_path, schema=False)
    assert {"CK-DEFINE-UNREADABLE", "CK-DEFINE-TERM"} <= set(found["rule"])


def test_a_file_of_a_dataset_without_data_is_found(tmp_path: Path) -> None:
    package = Package()
    package.written(tmp_path)
    (tmp_path / "cm.xpt").write_bytes((tmp_path / "dm.xpt").read_bytes())
    found = check_define(tmp_path / "define.xml", datasets=tmp_path, schema=False)
    told = found[found["rule"].eq("CK-DEFINE-NO-DATA")]
    assert told["dataset"].tolist() == ["CM"]


def test_data_in_another_folder_are_found_there(tmp_path: Path) -> None:
    elsewhere = tmp_path / "data"
    elsewhere.mkdir()
    package = Package()
    package.put("DM", "SEX", "F", "X")
    package.written(elsewhere)
    (elsewhere / "define.xml").rename(tmp_path / "define.xml")
    found = check_define(tmp_path / "define.xml", datasets=elsewhere, schema=False)
    assert "CK-DEFINE-TERM" in set(found["rule"])


def test_text_that_is_not_utf_8_is_compared_all_the_same(tmp_path: Path) -> None:
    path = Package().written(tmp_path)
    content = (tmp_path / "ae.xpt").read_bytes()
    (tmp_path / "ae.xpt").write_bytes(content.replace(b"HEADACHE", b"HEADACH\xe9"))
    found = check_define(path, datasets=tmp_path, schema=False)
    assert "CK-DEFINE-UNREADABLE" not in set(found["rule"])


def test_every_rule_on_data_has_an_example_that_fails_it() -> None:
    elsewhere = {"CK-DEFINE-UNREADABLE", "CK-DEFINE-EXTRA-FILE"}
    assert {one.values[0] for one in CASES} | elsewhere == set(TITLES)
