"""secuTrial: exports with long and short names, with and without what describes the project."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from sdtm.readers import read_source
from specs.errors import RawDataError
from specs.model import RawSource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sdtm.raw import RawData

Rows = list[list[str]]

PAGE = (
    "<html><head>{meta}</head><body><table>\n<tr><td>{name}</td>\n<td></td>\n"
    "<td><b>{value}</b></td></tr></table></body></html>"
)

ITEMS: Rows = [
    ["ffid", "fgid", "ffcolname", "itemtype", "fflabel", "unit", "lookuptable"],
    ["1", "11", "visit_date", "Datum (tt.mm.jjjj)", "Besuch", "", ""],
    ["2", "11", "born", "Datum (jjjj)", "Geboren", "", ""],
    ["3", "11", "sex", "Popup", "Geschlecht", "", ""],
    ["4", "11", "weight", "Zahl", "Größe", "kg", ""],
    ["5", "11", "secret", "Text", "Verborgen", "", ""],
    ["6", "12", "drug", "Text", "Mittel", "", ""],
    ["7", "11", "", "Layout Dummy", "", "", ""],
]
QUESTIONS: Rows = [["fgid", "formid", "fglabel"], ["11", "21", "Basis"], ["12", "22", "Mittel"]]
FORMS: Rows = [
    ["formid", "formtablename", "formname"],
    ["21", "mnpabc1baseline", "Baseline"],
    ["22", "emnpabc1drugs", "Drugs"],
]
CASES: Rows = [["mnppid", "mnpaid", "mnpctrname"], ["901", "A-1", "Bern"], ["902", "A-2", "Bern"]]
VISITS: Rows = [["mnpvisid", "mnpvislabel"], ["31", "|  Start  |"], ["32", "|  End  |"]]
CODES: Rows = [["column", "code", "value"], ["mnpabc1baseline.sex", "1", "weiblich"]]
BASELINE: Rows = [
    ["mnppid", "mnpdocid", "mnpvisid", "visit_date", "born", "sex", "weight"],
    ["901", "51", "31", "20240105", "1970", "1", "70.5"],
    ["902", "52", "32", "20240106", "1971", "1", ""],
]
DRUGS: Rows = [["mnpdocid", "mnpsubdocid", "position", "drug"], ["52", "61", "0", "Aspirin"]]
LONG: dict[str, Rows] = {
    "items": ITEMS, "questions": QUESTIONS, "forms": FORMS, "casenodes": CASES,
    "visitplan": VISITS, "cl": CODES, "mnpabc1baseline": BASELINE, "emnpabc1drugs": DRUGS,
}  # fmt: skip
SHORT_NAMES = {"items": "is", "questions": "qs", "forms": "fs", "casenodes": "cn",
               "visitplan": "vp", "mnpabc1baseline": "baseline",
               "emnpabc1drugs": "edrugs"}  # fmt: skip
SHORT = {SHORT_NAMES.get(name, name): rows for name, rows in LONG.items()}


def page(value: str = "UTF-8", name: str = "Encoding", meta: str = "") -> str:
    return PAGE.format(meta=meta, name=name, value=value)


def table(rows: Rows, delimiter: str = "\t") -> str:
    return "".join(delimiter.join(f'"{v}"' for v in [*row, ""]) + "\n" for row in rows)


def export(
    folder: Path,
    tables: Mapping[str, Rows],
    told: str = "",
    *,
    tag: str = "",
    ending: str = "xls",
    delimiter: str = "\t",
    encoding: str = "utf-8",
) -> Path:
    with zipfile.ZipFile(folder / "x.zip", "w") as packed:
        packed.writestr(f"ExportOptions{tag}.html", (told or page()).encode(encoding))
        for name, rows in tables.items():
            packed.writestr(f"{name}{tag}.{ending}", table(rows, delimiter).encode(encoding))
    return folder / "x.zip"


def read(folder: Path, data: str = "x.zip", **given: object) -> RawData:
    return read_source(RawSource("edc", "secutrial", {"data": data, **given}), folder)


def cells(raw: RawData) -> list[tuple[str, str, str, str]]:
    """Whose which field is what, of all forms but that of the patients."""
    tidy = raw.tidy()
    tidy = tidy[tidy["form"] != "casenodes"]
    columns = [tidy[name].fillna("") for name in ("subject", "event", "item", "text")]
    return list(zip(*columns, strict=True))


EXPECTED = [
    ("A-1", "Start", "visit_date", "20240105"), ("A-1", "Start", "born", "1970"),
    ("A-1", "Start", "sex", "1"), ("A-1", "Start", "weight", "70.5"),
    ("A-2", "End", "visit_date", "20240106"), ("A-2", "End", "born", "1971"),
    ("A-2", "End", "sex", "1"), ("A-2", "End", "drug", "Aspirin"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("tables", "how", "names"),
    [
        (LONG, {"tag": "_ABC1_20240110-101112"}, ["mnpabc1baseline", "emnpabc1drugs"]),
        (LONG, {"tag": "_AB_C1_20240110-101112"}, ["mnpabc1baseline", "emnpabc1drugs"]),
        (SHORT, {}, ["baseline", "edrugs"]),
        (SHORT, {"ending": "csv", "delimiter": ","}, ["baseline", "edrugs"]),
        (SHORT, {"ending": "csv", "delimiter": "@"}, ["baseline", "edrugs"]),
    ],
)
def test_names_and_delimiters_of_an_export_do_not_matter(
    tmp_path: Path, tables: dict[str, Rows], how: dict[str, str], names: list[str]
) -> None:
    export(tmp_path, tables, **how)
    raw = read(tmp_path)
    assert list(raw.forms) == [*names, "casenodes"]
    assert cells(raw) == EXPECTED
    form = raw.forms[names[0]]
    assert (form.label, form.fields["sex"].choices) == ("Baseline", {"1": "weiblich"})
    found = raw.findings[["rule", "form", "variable"]].to_numpy().tolist()
    assert found == [["CK-RAW-ABSENT", names[0], "secret"]]  # a hidden item is not exported


@pytest.mark.parametrize(
    ("encoding", "told", "given", "found"),
    [
        ("utf-8", page("UTF-8 + BOM"), {}, []),
        ("iso-8859-1", page("ISO-8859-1"), {}, []),
        ("mac_roman", page("MacRoman", "Codage"), {}, []),
        ("utf-16", page("UTF-16"), {}, []),
        ("iso-8859-15", page("", "", '<meta charset="iso-8859-15">'), {}, []),
        ("cp850", page("", ""), {"encoding": "cp850"}, []),
        ("cp1252", page("UTF-8"), {}, ["CK-RAW-ENCODING"]),
    ],
)
def test_the_encoding_is_that_of_the_page_or_declared(
    tmp_path: Path, encoding: str, told: str, given: dict[str, str], found: list[str]
) -> None:
    export(tmp_path, LONG, told, encoding=encoding)
    raw = read(tmp_path, **given)
    assert raw.forms["mnpabc1baseline"].fields["weight"].label == "Größe"
    assert cells(raw) == EXPECTED
    assert [rule for rule in raw.findings["rule"] if rule != "CK-RAW-ABSENT"] == found


def test_dates_and_numbers_are_checked_in_the_language_of_the_export(tmp_path: Path) -> None:
    wrong = [BASELINE[0], ["901", "51", "31", "20241305", "70", "1", "heavy"], BASELINE[2]]
    export(tmp_path, {**LONG, "mnpabc1baseline": wrong})
    found = read(tmp_path).findings
    found = found[found["rule"] != "CK-RAW-ABSENT"]
    assert found[["variable", "value"]].to_numpy().tolist() == [
        ["visit_date", "20241305"], ["born", "70"], ["weight", "heavy"],
    ]  # fmt: skip


def test_patients_without_add_id_are_known_by_their_number(tmp_path: Path) -> None:
    cases = [[row[0], row[2]] for row in CASES]
    export(tmp_path, {**LONG, "casenodes": cases})
    raw = read(tmp_path)
    assert [subject for subject, *_ in cells(raw)][:1] == ["901"]
    assert "CK-RAW-SUBJECT" in raw.findings["rule"].tolist()


def test_an_export_without_the_setup_is_read_and_not_checked(tmp_path: Path) -> None:
    bare = {name: LONG[name] for name in ("casenodes", "mnpabc1baseline", "emnpabc1drugs")}
    export(tmp_path, bare)
    raw = read(tmp_path)
    assert [(s, i, t) for s, _, i, t in cells(raw)] == [(s, i, t) for s, _, i, t in EXPECTED]
    assert "CK-RAW-UNCHECKED" in raw.findings["rule"].tolist()


def test_a_folder_that_the_zip_was_unpacked_to_is_read(tmp_path: Path) -> None:
    packed = export(tmp_path, LONG)
    (tmp_path / "there").mkdir()
    with zipfile.ZipFile(packed) as files:
        files.extractall(tmp_path / "there")
    assert sorted(cells(read(tmp_path, "there"))) == sorted(EXPECTED)


@pytest.mark.parametrize(
    ("tables", "told", "message"),
    [
        (LONG, page("Rectangular table", "Options"), "visits of a patient stand side by side"),
        ({**LONG, "items": ITEMS[1:]}, page(), "with 'Column names'"),
        ({**LONG, "mnpabc1baseline": [["sex", "born"], ["1", "1970"]]}, page(),
         "no mnpaid and no mnppid"),
        ({"items": ITEMS, "casenodes": CASES}, page(), "without tables of text"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_how_to_export(
    tmp_path: Path, tables: dict[str, Rows], told: str, message: str
) -> None:
    export(tmp_path, tables, told)
    with pytest.raises(RawDataError, match=message):
        read(tmp_path)


def test_another_zip_is_not_taken_for_an_export(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        packed.writestr("Study_export_20240101.csv", "Participant Id;sex\n1;2\n")
    with pytest.raises(RawDataError, match=r"is not an export of secuTrial.*Study_export_20240101"):
        read(tmp_path)
