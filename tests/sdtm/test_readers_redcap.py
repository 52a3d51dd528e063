"""What sort of REDCap export it is, and what stands beside its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from specs.errors import RawDataError
from tests.sdtm.test_redcap import COLUMNS, DICTIONARY, HEAD, ROWS, edited, field, read_redcap

if TYPE_CHECKING:
    from pathlib import Path

IDENTIFIER = ",,,y,,,,,,,"
SMALL = [
    HEAD,
    field("record_id", "demographics", "text"),
    field("initials", "demographics", "text", "Initials")[:-10] + IDENTIFIER,
    field("phone", "demographics", "text", "Phone", valid="phone")[:-10] + IDENTIFIER,
    field("note", "demographics", "notes", "Note"),
    field("sex", "demographics", "radio", "Sex", "1, Male | 2, Female"),
    field("weight", "demographics", "text", "Weight", valid="number_comma_decimal"),
    field("height", "demographics", "text", "Height", valid="number"),
]


def found(folder: Path, rows: list[str], **given: object) -> list[str]:
    findings = read_redcap(folder, rows, SMALL, "", **given).findings
    return findings["rule"].tolist()


WHOLE = "record_id,initials,phone,note,sex,weight,height,demographics_complete"


def test_heads_that_are_labels_are_refused(tmp_path: Path) -> None:
    rows = ["record_id,Initials,Phone,Note,Sex,Weight,Height,Complete?", "1,a,5550100,c,1,2,3,2"]
    with pytest.raises(RawDataError, match=r"data\.csv line 1: the heads are labels: Initials"):
        found(tmp_path, rows)


@pytest.mark.parametrize("among", ["1", "Female"])
def test_labels_are_refused_even_among_codes(tmp_path: Path, among: str) -> None:
    rows = [WHOLE, f"1,a,b,c,{among},2,3,2", "2,a,b,c,Female,2,3,2"]
    with pytest.raises(RawDataError, match=r"line \d: sex is Female, the label of a choice"):
        found(tmp_path, rows)


def test_a_field_without_a_column_is_found(tmp_path: Path) -> None:
    rows = ["record_id,initials,note,sex,weight,height", "1,a,b,1,2,3"]
    assert found(tmp_path, rows) == ["CK-RAW-ABSENT"]


@pytest.mark.parametrize(
    ("rows", "given", "told"),
    [
        ([WHOLE, "1,a,5550100,c,1,2,3,2"], {}, False),
        ([WHOLE, "1,a,5550100,c,1,2,3,2"], {"deidentified": True}, True),
        ([WHOLE, "0cc175b9c0f1b6a831c399e269772661,a,5550100,c,1,2,3,2"], {}, True),
        (["record_id,sex,weight,height", "1,1,2,3"], {}, True),
    ],
)
def test_a_de_identified_export_is_not_for_submission(
    tmp_path: Path, rows: list[str], given: dict[str, object], told: bool
) -> None:
    assert ("CK-RAW-DEIDENTIFIED" in found(tmp_path, rows, **given)) == told


@pytest.mark.parametrize("sign", [",", ";", "\t", "|", "^"])
def test_an_export_is_read_with_any_delimiter(tmp_path: Path, sign: str) -> None:
    rows = [WHOLE.replace(",", sign), "1,a,5550100,c,1,2,3,2".replace(",", sign)]
    raw = read_redcap(tmp_path, rows, SMALL, "")
    assert raw.counts()["values"].tolist() == [7]
    assert raw.findings["rule"].tolist() == [] if sign == "," else ["CK-RAW-DELIMITER"]
    assert read_redcap(tmp_path, rows, SMALL, "", delimiter=sign).findings.empty


@pytest.mark.parametrize(
    ("given", "weight", "height"),
    [({}, [70.5], [None]), ({"decimal": ","}, [70.5], [1.8]), ({"decimal": "."}, [None], [None])],
)
def test_decimal_commas_are_read_where_they_are_declared(
    tmp_path: Path, given: dict[str, object], weight: list[object], height: list[object]
) -> None:
    rows = [WHOLE.replace(",", ";"), "1;a;b;c;1;70,5;1,8;2"]
    form = read_redcap(tmp_path, rows, SMALL, "", **given).forms["demographics"]
    for name, expected in (("weight", weight), ("height", height)):
        numbers = form.fields[name].numbers(form.frame[name]).astype(object)
        assert numbers.where(numbers.notna(), None).tolist() == expected
        assert form.frame[name].notna().all()  # the text stays as collected


def test_the_data_access_group_is_a_field_of_every_form(tmp_path: Path) -> None:
    instrument = "redcap_repeat_instrument"
    rows = [
        COLUMNS.replace(instrument, f"redcap_data_access_group,{instrument}"),
        *(row.replace("screening_arm_1,", "screening_arm_1,site_a,") for row in ROWS[1:]),
    ]  # fmt: skip
    raw = read_redcap(tmp_path, rows)
    for form in raw.forms.values():
        assert form.frame["redcap_data_access_group"].unique().tolist() == ["site_a"]
        assert form.identity == {"redcap_data_access_group"}


def test_a_ticked_missing_data_code_is_no_choice(tmp_path: Path) -> None:
    rows = [
        COLUMNS.replace("race___3,", "race___3,race___unk,"),
        "1,screening_arm_1,,,2,,,,1,1,2,,,,",
    ]
    raw = read_redcap(tmp_path, rows, missing={"UNK": "Unknown"})
    form = raw.forms["demographics"]
    assert form.frame["race"].tolist() == ["UNK"]
    assert form.fields["race"].answered(form.frame["race"]).isna().all()


def test_annotations_name_the_targets_of_fields(tmp_path: Path) -> None:
    annotated = field("sex", "demographics", "radio", "Sex", "1, Male")[:-1] + ",SDTM:IT.DM.SEX;"
    dictionary = [HEAD, DICTIONARY[1], annotated]
    raw = read_redcap(tmp_path, ["record_id,sex", "1,1"], dictionary, "")
    assert raw.forms["demographics"].fields["sex"].targets == ("DM.SEX",)


@pytest.mark.parametrize(
    ("number", "old", "new", "message"),
    [
        (1, "2,0,1,1", "2,0,1,Checked", "race___3 is Checked"),
        (0, "sex,race___1", "race___1,sex", "race___1 is 2"),  # two heads are swapped
    ],
)
def test_a_shifted_column_is_an_error(
    tmp_path: Path, number: int, old: str, new: str, message: str
) -> None:
    with pytest.raises(RawDataError, match=message):
        read_redcap(tmp_path, edited(number, old, new))
