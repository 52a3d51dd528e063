"""What a form did not offer is found when it is read, though no rule uses the field."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from sdtm.accepted import TYPES, Accepted, Limit
from sdtm.dates import DateStyle
from sdtm.raw import Field, Form, RawData, context
from sdtm.readers import read_source
from sdtm.readers._form_checks import accounted
from sdtm.readers._redcap_branching import shown
from sdtm.readers._redcap_validation import accepted
from specs.findings import all_findings
from specs.model import RawSource
from tests.sdtm.test_odm import odm, read_text
from tests.sdtm.test_redcap import HEAD, read_redcap

if TYPE_CHECKING:
    from pathlib import Path

WHOLE, NUMBER = TYPES["integer"], TYPES["number"]


def form_of(field: Field, answers: list[str | None], **known: list[str]) -> Form:
    index = pd.RangeIndex(len(answers))
    whose = {name: pd.Series(values, dtype="str") for name, values in known.items()}
    whose.setdefault("subject", pd.Series([f"S{n}" for n in index], dtype="str"))
    frame = context(index, "x.csv", pd.Series(index + 2), **whose)
    texts = pd.Series(answers, dtype="str")
    return Form("form", frame.assign(**{field.name: texts}), {field.name: field})


def found(form: Form, *columns: str) -> list[tuple[str, ...]]:
    table = all_findings(accounted(RawData({form.name: form})))
    columns = columns or ("severity", "rule", "value", "message")
    return list(table[list(columns)].fillna("").itertuples(index=False, name=None))


def strange(field: Field, *answers: str) -> list[str]:
    """The answers that are found."""
    return [value for (value,) in found(form_of(field, list(answers)), "value")]


def test_an_answer_that_is_not_a_choice_is_found_where_it_stands() -> None:
    field = Field("x", choices={"1": "Yes", "0": "No"}, missing={"NASK": "Not asked"})
    form = form_of(field, ["1", " 0 ", "7", "\u0661", "NASK", "nask", None, ""], event=["V1"] * 8)
    assert found(form, "rule", "form", "subject", "event", "variable", "value", "file", "line") == [
        ("CK-RAW-CODE", "form", "S2", "V1", "x", "7", "x.csv", "4"),
        ("CK-RAW-CODE", "form", "S3", "V1", "x", "\u0661", "x.csv", "5"),
        ("CK-RAW-CODE", "form", "S5", "V1", "x", "nask", "x.csv", "7"),
    ]
    assert found(form)[0] == ("error", "CK-RAW-CODE", "7", "is not a choice of the form (1, 0)")


def test_each_of_several_ticked_codes_is_looked_at() -> None:
    field = Field("x", kind="checkbox", choices={"1": "A", "2": "B"})
    assert strange(field, "1", "1;2", "1;3", "4") == ["1;3", "4"]


@pytest.mark.parametrize(
    ("accepts", "kept", "refused"),
    [
        (WHOLE, ["5", "-5", "+5", "007"], ["5.0", "1,234", "0x1F", "1e1", "30x", "\u0665", "Inf"]),
        (NUMBER, ["5", ".5", "5.", "1e1"], ["1,5", "<5", "NaN", "5%", "1/2", "1_0", "--"]),
        (TYPES["time"], ["09:30", "23:59:59", "10:00+01:00"], ["24:00", "9:30", "0930", "soon"]),
        (TYPES["boolean"], ["true", "0"], ["TRUE", "yes", "2"]),
        (TYPES["text"], ["anything", "5"], []),
    ],
)
def test_an_answer_of_another_type_is_found(
    accepts: Accepted, kept: list[str], refused: list[str]
) -> None:
    assert strange(Field("x", accepts=accepts), *kept, *refused) == refused


def test_a_date_must_be_whole_and_must_exist() -> None:
    declared = Field("x", accepts=TYPES["date"], style=DateStyle.from_options("DMY", ""))
    form = form_of(declared, ["31/12/2020", "2020-12-31", "2020-12", "UNK", "31/02/2020"])
    assert found(form, "rule", "value") == [
        ("CK-RAW-DATE", "31/02/2020"),
        ("CK-RAW-TYPE", "2020-12"),
        ("CK-RAW-TYPE", "UNK"),
    ]


@pytest.mark.parametrize(
    ("limit", "kept", "refused"),
    [
        (Limit("GE", ("0.3",)), ["0.3", "0.30", "1"], ["0.29999999999999999"]),
        (Limit("LT", ("10",)), ["9.99"], ["10", "1e1"]),
        (Limit("IN", ("1", "2")), ["1.0", "2"], ["3"]),
        (Limit("NE", ("5",)), ["4"], ["5.0"]),
    ],
)
def test_a_number_beyond_a_limit_is_found_exactly(
    limit: Limit, kept: list[str], refused: list[str]
) -> None:
    field = Field("x", accepts=Accepted("number", "a number", NUMBER.pattern, (limit,)))
    assert strange(field, *kept, *refused) == refused


def test_soft_limits_are_warnings_and_hard_ones_errors() -> None:
    limits = (Limit("LE", ("9",)), Limit("LE", ("8",), hard=True))
    field = Field("x", accepts=Accepted("number", "a number", NUMBER.pattern, limits))
    assert found(form_of(field, ["10"])) == [
        ("warning", "CK-RAW-RANGE", "10", "is not at most 9, as the form demands"),
        ("error", "CK-RAW-RANGE", "10", "is not at most 8, as the form demands"),
    ]


def test_limits_of_dates_are_dates() -> None:
    field = Field("x", accepts=accepted("text", "date_dmy", "2020-01-01", "2020-12-31"))
    assert strange(field, "2020-01-01", "2021-01-01", "2019-12-31") == ["2019-12-31", "2021-01-01"]


@pytest.mark.parametrize("bound", ["today", "[visitdat]", "soon"])
def test_a_limit_that_cannot_be_read_is_said_and_not_taken_as_kept(bound: str) -> None:
    field = Field("x", accepts=accepted("text", "date_ymd", "", bound))
    ((severity, rule, _, message),) = found(form_of(field, ["2020-01-01"]))
    assert (severity, rule) == ("notice", "CK-RAW-UNCHECKED")
    assert message.startswith(f"the limit 'at most {bound}' cannot be read")


@pytest.mark.parametrize(
    ("kind", "named", "kept", "refused"),
    [
        ("text", "date_dmy", ["2020-12-31"], ["31-12-2020", "20201231", "2020-12", "UNKNOWN"]),
        ("text", "datetime_mdy", ["2020-12-31 09:30"], ["2020-12-31", "2020-12-31 09:30:00"]),
        ("text", "datetime_seconds_ymd", ["2020-12-31 09:30:00"], ["2020-12-31 09:30"]),
        ("text", "time", ["09:30"], ["9:30", "0930", "09:30:00", "25:00"]),
        ("text", "integer", ["-4"], ["4.0"]),
        ("text", "number", [".5", "12"], ["1e1", "1,5", "five"]),
        ("text", "number_2dp", ["1.50"], ["1.5", "1"]),
        ("text", "email", ["a@b.org"], ["a.b.org"]),
        ("calc", "", ["28.5"], ["28,5", "text"]),
        ("slider", "", ["0", "100"], ["50.5", "-1", "101"]),
        ("notes", "", ["31 things"], []),
    ],
)
def test_a_validation_type_accepts_what_the_edc_writes(
    kind: str, named: str, kept: list[str], refused: list[str]
) -> None:
    assert strange(Field("x", accepts=accepted(kind, named, "", "")), *kept, *refused) == refused


def test_a_decimal_comma_is_demanded_where_it_is_declared() -> None:
    field = Field("x", accepts=accepted("text", "number_comma_decimal", "1", ""), decimal=",")
    assert strange(field, "1,5", "0,9", "1.5", "1.234,5") == ["1.5", "1.234,5", "0,9"]


def test_a_type_that_is_not_known_is_said() -> None:
    field = Field("x", accepts=accepted("text", "barcode_site", "", ""))
    assert found(form_of(field, ["x"])) == [
        (
            "notice",
            "CK-RAW-UNCHECKED",
            "",
            "the type barcode_site is not known here; the answers were not checked",
        )
    ]


def branching(logic: str) -> list[bool] | None:
    index = pd.RangeIndex(4)
    frame = context(
        index,
        "x.csv",
        pd.Series(index),
        subject=pd.Series(list("abcd")),
        event=pd.Series(["v1_arm_1", "v2_arm_1", "v1_arm_1", "v1_arm_1"]),
    ).assign(
        sex=pd.Series(["0", "0", "1", None], dtype="str"),
        age=pd.Series(["9", "10", "10.0", None], dtype="str"),
        race=pd.Series(["1;-2", "2", None, "1"], dtype="str"),
    )
    form = Form("f", frame, {name: Field(name) for name in ("sex", "age", "race")})
    told = shown(logic, form)
    return None if told is None else told.tolist()


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        ('[sex] = "0"', [True, True, False, False]),
        ("[sex]='0' and [age] > 9", [False, True, False, False]),
        ('[age] = "10"', [False, True, True, False]),
        ('[sex] <> ""', [True, True, True, False]),
        ('[race(-2)] = "1" or ([age]>=10 AND [sex]="1")', [True, False, True, False]),
        ('[event-name] = "v1_arm_1"', [True, False, True, True]),
        ('[other] = "1"', None),
        ("datediff([a],[b],'d') > 1", None),
        ('[v1_arm_1][sex] = "1"', None),
        ('[sex] = "0" and', None),
        ("(" * 40, None),
    ],
)
def test_branching_logic_tells_which_records_show_a_field(
    logic: str, expected: list[bool] | None
) -> None:
    assert branching(logic) == expected


DICTIONARY = [
    HEAD,
    "record_id,dm,,text,Id,,,,,,,,,,,,,",
    'yn,dm,,yesno,Answered?,,,,,,,,y,,,,,',
    'why,dm,,text,Why not,,,,,,,"[yn] = ""0""",y,,,,,',
    "size,dm,,text,Size,,,number,1,9,,,,,,,,",
]  # fmt: skip


def test_redcap_tells_what_is_required_hidden_and_out_of_range(tmp_path: Path) -> None:
    rows = [
        "record_id,yn,why,size,dm_complete",
        "1,1,NA,5,2",
        "2,0,,10,1",
        "3,1,so,,0",
        "4,,,1e1,2",
    ]
    table = read_redcap(tmp_path, rows, DICTIONARY, "", missing={"NA": "Not asked"}).findings
    columns = ["severity", "rule", "subject", "variable", "value", "line"]
    assert table[columns].fillna("").to_numpy().tolist() == [
        ["notice", "CK-RAW-STATUS", "2", "", "Unverified", "3"],
        ["notice", "CK-RAW-STATUS", "3", "", "Incomplete", "4"],
        ["warning", "CK-RAW-REQUIRED", "4", "yn", "", "5"],
        ["warning", "CK-RAW-REQUIRED", "2", "why", "", "3"],
        ["warning", "CK-RAW-HIDDEN", "3", "why", "so", "4"],
        ["error", "CK-RAW-TYPE", "4", "size", "1e1", "5"],
        ["warning", "CK-RAW-RANGE", "2", "size", "10", "3"],
    ]


def test_a_survey_that_was_begun_and_not_completed_is_a_record(tmp_path: Path) -> None:
    rows = ["record_id,dm_timestamp,yn,why,size,dm_complete", "1,[not completed],,,,0"]
    raw = read_redcap(tmp_path, rows, DICTIONARY, "")
    assert raw.forms["dm"].frame[["@status", "dm_timestamp"]].to_numpy().tolist() == [
        ["Incomplete", "[not completed]"]
    ]


@pytest.mark.parametrize("instance", ["", "0", "1.0", "x", "\u0661"])
def test_an_instance_is_a_whole_number(tmp_path: Path, instance: str) -> None:
    rows = [
        "record_id,redcap_repeat_instrument,redcap_repeat_instance,yn,why,size,dm_complete",
        f"1,dm,{instance},1,,5,2",
    ]
    with pytest.raises(Exception, match=r"data\.csv line 2: redcap_repeat_instance is .*, not a"):
        read_redcap(tmp_path, rows, DICTIONARY, "")


def test_odm_tells_the_range_check_that_a_value_does_not_keep(tmp_path: Path) -> None:
    limit = "<CheckValue>100</CheckValue>"
    check = f'<RangeCheck Comparator="LE" SoftHard="Hard">{limit}</RangeCheck></ItemDef>'
    text = odm('<ItemData ItemOID="I.WEIGHT" Value="170"/>')
    start = text.index('<ItemDef OID="I.WEIGHT"')
    end = text.index("</ItemDef>", start)
    raw = read_text(tmp_path, text[:end] + check + text[end + len("</ItemDef>") :])
    table = raw.findings[raw.findings["rule"] == "CK-RAW-RANGE"]
    assert table[["severity", "variable", "value", "message"]].to_numpy().tolist() == [
        ["error", "I.WEIGHT", "170", "is not at most 100, as the form demands"]
    ]


def test_declared_types_and_limits_of_a_table_are_checked(tmp_path: Path) -> None:
    (tmp_path / "lab.csv").write_text("id,res,day\n1,5,2020-01-02\n2,x,3\n3,50,\n")
    options = {
        "file": "lab.csv",
        "subject": "id",
        "types": {"res": "number", "day": "date"},
        "limits": {"res": {"LE": 40}},
    }
    source = RawSource("lab", "table", MappingProxyType({"forms": {"lab": options}}), "")
    table = read_source(source, tmp_path).findings
    assert table[["rule", "subject", "variable", "value", "line"]].to_numpy().tolist() == [
        ["CK-RAW-TYPE", "2", "res", "x", "3"],
        ["CK-RAW-RANGE", "3", "res", "50", "4"],
        ["CK-RAW-DATE", "2", "day", "3", "3"],
    ]


def test_columns_of_boxes_and_of_a_status_that_are_not_there_are_found(tmp_path: Path) -> None:
    dictionary = [*DICTIONARY, 'race,ae,,checkbox,Race,"1, A | 2, B",,,,,,,,,,,,']
    rows = ["record_id,yn,why,size,dm_complete,race___1", "1,1,,5,2,1"]
    found = read_redcap(tmp_path, rows, dictionary, "").findings
    told = found.loc[found["rule"] == "CK-RAW-ABSENT", ["severity", "form", "variable"]]
    assert told.to_numpy().tolist() == [
        ["warning", "ae", "race___2"],
        ["warning", "ae", "ae_complete"],
    ]


def test_instances_that_are_not_numbered_through_are_told(tmp_path: Path) -> None:
    head = "record_id,redcap_repeat_instrument,redcap_repeat_instance,yn,why,size,dm_complete"
    rows = [head, "1,dm,1,1,,5,2", "1,dm,3,1,,5,2", "2,dm,1,1,,5,2", "2,dm,2,1,,5,2"]
    found = read_redcap(tmp_path, rows, DICTIONARY, "").findings
    assert found[["severity", "rule", "subject", "value", "line"]].to_numpy().tolist() == [
        ["notice", "CK-RAW-GAP", "1", "3", "3"]
    ]


def test_a_table_with_a_head_alone_is_found(tmp_path: Path) -> None:
    (tmp_path / "lab.csv").write_text("id,res\n", encoding="utf-8")
    given = {"forms": {"lab": {"file": "lab.csv", "subject": "id"}}}
    found = read_source(RawSource("lab", "table", MappingProxyType(given), ""), tmp_path).findings
    assert found[["severity", "rule", "form", "file"]].to_numpy().tolist() == [
        ["warning", "CK-RAW-NO-ROWS", "lab", "lab.csv"]
    ]
