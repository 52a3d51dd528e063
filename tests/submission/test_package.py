from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lxml import etree

from specs.errors import SpecError
from specs.model import Block, Dataset, Origin, Rule, Study, Variable
from specs.tables import Table, no_trace
from submission.package import write_package
from submission.xpt import Column, read_member, read_xpt

CREATED = datetime(2024, 2, 29, 13, 5, 9)


def dataset(name: str, *variables: Variable, **rest: Any) -> Dataset:
    plan = {
        "domain": name,
        "label": f"Label of {name}",
        "class_": "EVENTS",
        "structure": "One record per subject",
        "purpose": "Tabulation",
        "standard": "SDTMIG",
        "keys": ("USUBJID",),
        "blocks": (Block("form"),),
    }
    return Dataset(name=name, variables=variables, **plan | rest)


USUBJID = Variable("USUBJID", "Unique Subject Identifier", "Char")
AESEQ = Variable("AESEQ", "Sequence Number", "Num")
AETERM = Variable("AETERM", "Term", "Char", rules=(Rule(Origin.ASSIGNED),))
TRTSDT = Variable("TRTSDT", "Date of First Treatment", "Num")

AE = dataset("AE", USUBJID, AESEQ, AETERM)
CM = dataset("CM", USUBJID)
ADSL = dataset(
    "ADSL",
    USUBJID,
    TRTSDT,
    class_="SUBJECT LEVEL ANALYSIS DATASET",
    purpose="Analysis",
    standard="ADaMIG",
)

SDTM = {
    "AE": pd.DataFrame({"AETERM": ["RASH", None], "USUBJID": ["S1", "S10"], "AESEQ": [1.0, 2.0]}),
    "CM": pd.DataFrame({"USUBJID": pd.Series([], dtype="str")}),
}
ADAM = {
    "ADSL": pd.DataFrame(
        {
            "USUBJID": ["S1"],
            "TRTSDT": pd.to_datetime(["2024-01-05"]).astype("datetime64[s]"),
        }
    )
}


def study(*datasets: Dataset, name: str = "CK-01") -> Study:
    return Study(
        folder=Path("study"),
        id=name,
        title="",
        description="A trial.",
        protocol=name,
        usubjid="",
        standards={"SDTMIG": "3.4", "ADaMIG": "1.3"},
        terminology={"SDTM": "2025-03-28", "ADaM": "2025-03-28"},
        data_cut=date(2024, 1, 31),
        synthetic="",
        sources=(),
        visits=(),
        tables={},
        datasets=datasets,
        codelists={},
    )


def tables(frames: dict[str, pd.DataFrame]) -> dict[str, Table]:
    return {name: Table(name, frame, no_trace()) for name, frame in frames.items()}


def write(folder: Path) -> list[str]:
    paths = write_package(study(AE, CM, ADSL), tables(SDTM), tables(ADAM), folder, CREATED)
    return [path.relative_to(folder).as_posix() for path in paths]


def test_files_lie_where_an_agency_looks_for_them(tmp_path: Path) -> None:
    expected = [
        "m5/datasets/ck-01/tabulations/sdtm/ae.xpt",
        "m5/datasets/ck-01/tabulations/sdtm/define.xml",
        "m5/datasets/ck-01/tabulations/sdtm/define2-1.xsl",
        "m5/datasets/ck-01/tabulations/sdtm/define.html",
        "m5/datasets/ck-01/analysis/adam/datasets/adsl.xpt",
        "m5/datasets/ck-01/analysis/adam/datasets/define.xml",
        "m5/datasets/ck-01/analysis/adam/datasets/define2-1.xsl",
        "m5/datasets/ck-01/analysis/adam/datasets/define.html",
    ]
    assert write(tmp_path) == expected
    files = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")]
    assert sorted(files) == sorted(expected)


def test_a_file_holds_the_rows_in_the_order_and_with_the_attributes_of_the_spec(
    tmp_path: Path,
) -> None:
    write(tmp_path)
    path = tmp_path / "m5/datasets/ck-01/tabulations/sdtm/ae.xpt"
    member = read_member(path)
    assert (member.name, member.label, member.created) == ("AE", "Label of AE", CREATED)
    assert member.columns == (
        Column("USUBJID", "Unique Subject Identifier", "Char", 3),
        Column("AESEQ", "Sequence Number", "Num", 8),
        Column("AETERM", "Term", "Char", 4),
    )
    frame, _ = read_xpt(path)
    assert frame["USUBJID"].to_list() == ["S1", "S10"]
    assert frame["AESEQ"].to_list() == [1.0, 2.0]


def test_a_date_of_analysis_data_has_its_format(tmp_path: Path) -> None:
    write(tmp_path)
    member = read_member(tmp_path / "m5/datasets/ck-01/analysis/adam/datasets/adsl.xpt")
    assert member.columns[1] == Column("TRTSDT", "Date of First Treatment", "Num", 8, "DATE9.")


def test_define_names_every_file_and_the_dataset_without_one(tmp_path: Path) -> None:
    write(tmp_path)
    root = etree.parse(tmp_path / "m5/datasets/ck-01/tabulations/sdtm/define.xml").getroot()
    leaves = [str(leaf.get("{http://www.w3.org/1999/xlink}href")) for leaf in root.iter("{*}leaf")]
    assert leaves == ["ae.xpt"]
    names = [group.get("Name") for group in root.iter("{*}ItemGroupDef")]
    assert names == ["AE", "CM"]


def test_two_packages_of_equal_input_are_equal(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
        write(folder)
    contents = [
        {p.relative_to(f).as_posix(): p.read_bytes() for p in f.rglob("*.*")} for f in folders
    ]
    assert contents[0] == contents[1]


def test_a_part_without_datasets_is_left_out(tmp_path: Path) -> None:
    write_package(study(CM), tables({"CM": SDTM["CM"]}), {}, tmp_path, CREATED)
    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")}
    names = ("define.xml", "define2-1.xsl", "define.html")
    assert files == {f"m5/datasets/ck-01/tabulations/sdtm/{name}" for name in names}


def test_a_study_id_that_cannot_name_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"study\.yaml: the study id 'CK/01' cannot name a folder"):
        write_package(study(CM, name="CK/01"), tables(SDTM), {}, tmp_path, CREATED)
