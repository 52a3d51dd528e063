"""Records beside others by any declared key, and records made of ticked boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from specs.errors import CdisckitError
from tests.sdtm.conftest import STUDY
from tests.sdtm.test_build import rows
from tests.sdtm.test_redcap import HEAD, field

if TYPE_CHECKING:
    from sdtm.build import SdtmBuild
    from tests.sdtm.conftest import Build

AE = """
dataset: AE
records: {from: ae, join: {other: JOIN}}
keys: [STUDYID, USUBJID, AETERM]
variables:
  AETERM: {collected: term}
  AEDECOD: {collected: other.name}
"""
TERMS = "subject,term,code\n1,a,10\n1,b,30\n2,c,20\n2,d,\n"
CODES = "subject,code,name\nx,10,Ten\nx,20,Twenty\nx,,Nothing\n"


def decoded(build: Build, join: str, codes: str = CODES) -> list[tuple[object, ...]]:
    files = {"sdtm/ae.yaml": AE.replace("JOIN", join), "ae.csv": TERMS, "codes.csv": codes}
    return rows(build(files).tables["AE"].frame, "AETERM", "AEDECOD")


@pytest.mark.parametrize("by", ["code", "{code: code}", "[code]"])
def test_records_are_joined_by_any_field(build: Build, by: str) -> None:
    assert decoded(build, f"{{from: codes, by: {by}}}") == [
        ("a", "Ten"),
        ("b", None),
        ("c", "Twenty"),
        ("d", None),
    ]


def test_the_two_sides_may_name_a_key_differently_and_share_several(build: Build) -> None:
    codes = "subject,no,name\n1,10,Ten\n1,20,of another\n2,20,Twenty\n"
    join = "{from: codes, by: {code: no, subject: subject}}"
    assert decoded(build, join, codes) == [("a", "Ten"), ("b", None), ("c", "Twenty"), ("d", None)]


def test_a_record_that_finds_several_takes_none_and_is_a_finding(build: Build) -> None:
    codes = "subject,code,name\nx,10,Ten\nx,20,Twenty\nx,10,Zehn\n"
    files = {
        "sdtm/ae.yaml": AE.replace("JOIN", "{from: codes, by: code}"),
        "ae.csv": TERMS,
        "codes.csv": codes,
    }
    built = build(files)
    assert built.tables["AE"].frame["AEDECOD"].fillna("").tolist() == ["", "", "Twenty", ""]
    told = built.findings[built.findings["rule"].eq("CK-JOIN-RECORDS")]
    assert rows(told, "severity", "dataset", "form", "subject", "file", "line", "message") == [
        (
            "error",
            "AE",
            "ae",
            "1",
            "ae.csv",
            "2",
            "other finds several records of codes with the same code (codes.csv line 2, codes.csv"
            " line 4), and none is taken; say which with first: or last:, or restrict them with"
            " where:",
        )
    ]


def test_records_are_joined_to_those_of_another_dataset(build: Build) -> None:
    dm = """
    dataset: DM
    records: {from: dm}
    keys: [STUDYID, USUBJID]
    variables:
      SUBJID: {collected: "@subject"}
      ARM: {collected: arm}
    """
    ae = AE.replace("JOIN", "{from: DM, by: subject}").replace("other.name", "other.ARM")
    files = {
        "sdtm/dm.yaml": dm,
        "sdtm/ae.yaml": ae,
        "dm.csv": "subject,arm\n2,B\n1,A\n",
        "ae.csv": TERMS,
    }
    table = build(files).tables["AE"]
    assert table.frame["AEDECOD"].tolist() == ["A", "A", "B", "B"]
    assert rows(table.trace, "row", "source", "record")[:2] == [(0, "ae", 2), (0, "dm", 1)]


def test_records_are_joined_to_a_table_of_the_study(build: Build) -> None:
    tables = 'tables:\n  codes:\n    - [code, name]\n    - ["10", Ten]\n    - ["20", Twenty]\n'
    files = {
        "study.yaml": STUDY + "      ae: {file: ae.csv, subject: subject}\n" + tables,
        "sdtm/ae.yaml": AE.replace("JOIN", '{from: "@codes", by: code}'),
        "ae.csv": TERMS,
    }
    table = build(files).tables["AE"]
    assert table.frame["AEDECOD"].fillna("").tolist() == ["Ten", "", "Twenty", ""]
    assert rows(table.trace, "row", "source", "record")[:2] == [(0, "@codes", 0), (0, "ae", 0)]


def test_a_key_that_a_side_does_not_have_is_an_error_with_its_line(build: Build) -> None:
    with pytest.raises(CdisckitError, match=r"ae.yaml line 3: form codes has no field kode; did"):
        decoded(build, "{from: codes, by: {code: kode}}")
    with pytest.raises(CdisckitError, match=r"ae.yaml line 3: form ae has no field kode; did"):
        decoded(build, "{from: codes, by: {kode: code}}")


RACE = """
dataset: AE
records: {from: ae, ticked: sign}
keys: [STUDYID, USUBJID, AETERM]
variables:
  AETERM: {collected: sign}
"""


def ticked(build: Build, ae: str = RACE) -> SdtmBuild:
    choices = "1, Rash | 2, Fever | 3, Cough"
    files = {
        "study.yaml": STUDY.replace("reader: table", "reader: redcap").partition("    forms:")[0]
        + "    data: data.csv\n    dictionary: dictionary.csv\n",
        "sdtm/ae.yaml": ae,
        "dictionary.csv": "\n".join(
            [
                HEAD,
                field("id", "ae", "text"),
                field("sign", "ae", "checkbox", "", choices),
                field("term", "ae", "text"),
            ]
        ),
        "data.csv": "id,sign___1,sign___2,sign___3,term\n1,1,0,1,\n2,0,1,0,\n3,0,0,0,x\n",
    }
    return build(files)


def test_there_is_a_record_for_each_ticked_box(build: Build) -> None:
    built = ticked(build)
    table = built.tables["AE"]
    expected = [("S1-1", "Cough"), ("S1-1", "Rash"), ("S1-2", "Fever")]
    assert rows(table.frame, "USUBJID", "AETERM") == expected
    assert rows(table.trace, "row", "source", "record") == [
        (0, "ae", 0),
        (1, "ae", 0),
        (2, "ae", 1),
    ]
    assert rows(built.ledger.left_out, "record", "rule") == [(2, "no box of sign is ticked")]


def test_only_the_boxes_of_a_checkbox_field_make_records(build: Build) -> None:
    with pytest.raises(CdisckitError, match="line 3: term of form ae is not a checkbox field"):
        ticked(build, RACE.replace("ticked: sign", "ticked: term"))
