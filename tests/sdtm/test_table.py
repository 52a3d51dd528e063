from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from sdtm.raw import RawData
from sdtm.readers import read_raw
from sdtm.readers.table import read
from specs.errors import RawDataError, SpecError
from specs.model import RawSource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def source(**forms: dict[str, object]) -> RawSource:
    return RawSource("forms", "table", {"forms": forms}, "study.yaml line 9")


def read_one(folder: Path, text: str, **how: object) -> pd.DataFrame:
    (folder / "ae.csv").write_text(text, encoding="utf-8")
    given = {"file": "ae.csv", "subject": "PATNUM", **how}
    return read(source(ae=given), folder).forms["ae"].frame


def test_each_row_is_a_record_with_its_subject_event_repeat_and_line(tmp_path: Path) -> None:
    text = 'PATNUM,VISIT,NO,AETERM\n7,V1,1,"Head\nache"\n8,V2,2,\n'
    frame = read_one(tmp_path, text, event="VISIT", repeat="NO")
    assert frame["@subject"].tolist() == ["7", "8"]
    assert frame["@event"].tolist() == ["V1", "V2"]
    assert frame["@form_repeat"].tolist() == ["1", "2"]
    assert frame["@file"].tolist() == ["ae.csv", "ae.csv"]
    assert frame["@line"].tolist() == [2, 4]
    assert frame["AETERM"].isna().tolist() == [False, True]


def test_subject_event_and_repeat_are_used_by_being_the_identity(tmp_path: Path) -> None:
    (tmp_path / "ae.csv").write_text("PATNUM,VISIT,X\n7,V1,1\n", encoding="utf-8")
    form = read(
        source(ae={"file": "ae.csv", "subject": "PATNUM", "event": "VISIT"}), tmp_path
    ).forms["ae"]
    assert form.identity == {"PATNUM", "VISIT"}


def test_records_are_numbered_through_all_forms_and_sources(
    write: Callable[[dict[str, str]], Path],
) -> None:
    folder = write({"ae.csv": "subject,x\n1,a\n2,b\n", "cm.csv": "subject,y\n1,c\n"})
    one = RawSource("a", "table", {"forms": {"ae": {"file": "ae.csv", "subject": "subject"}}})
    two = RawSource("b", "table", {"forms": {"cm": {"file": "cm.csv", "subject": "subject"}}})
    raw = read_all(folder, one, two)
    assert raw.forms["ae"].frame.index.tolist() == [0, 1]
    assert raw.forms["cm"].frame.index.tolist() == [2]
    records = raw.records()
    assert records["form"].tolist() == ["ae", "ae", "cm"]
    assert records["line"].tolist() == [2, 3, 2]
    with pytest.raises(RawDataError, match="two sources have a form ae; rename one"):
        read_all(folder, one, one)


def read_all(folder: Path, *sources: RawSource) -> RawData:
    study = SimpleNamespace(
        sources=sources,
        datasets=(),
        not_read=(),
        table_files=(),
        encoding="ascii",
        replace={},
        unscheduled={},
    )
    return read_raw(study, folder)  # type: ignore[arg-type]


def test_a_column_that_is_declared_and_not_there_is_named(tmp_path: Path) -> None:
    message = r"ae\.csv line 1: has no column PATNUM; did you mean PATNO\?"
    with pytest.raises(RawDataError, match=message):
        read_one(tmp_path, "PATNO,X\n7,1\n")


@pytest.mark.parametrize("subject", ["", "  "])
def test_a_row_without_subject_is_named(tmp_path: Path, subject: str) -> None:
    with pytest.raises(RawDataError, match=r"ae\.csv line 3: the row has no PATNUM; give"):
        read_one(tmp_path, f"PATNUM,X\n7,1\n{subject},2\n")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"delimiter": ";;"}, "study.yaml line 9: reader table: forms.ae.delimiter: "),
        ({"delimeter": ";"}, "forms.ae.delimeter: is not known here; did you mean delimiter?"),
        ({"dates": "DYM"}, "forms.ae.dates: Input should be 'DMY', 'MDY', 'YMD' or ''"),
        ({"subject": ""}, "forms.ae.subject: String should have at least 1 character"),
        ({"subject": None}, "forms.ae.subject: is not a text; put it in quotes"),
    ],
)
def test_an_option_the_reader_does_not_take_is_named(
    tmp_path: Path, options: dict[str, object], message: str
) -> None:
    with pytest.raises(SpecError) as error:
        read_one(tmp_path, "PATNUM,X\n7,1\n", **options)
    assert message in str(error.value)


def test_a_reader_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"line 3: there is no reader redcp; did you mean redcap\?"):
        read_all(tmp_path, RawSource("edc", "redcp", {}, "study.yaml line 3"))
