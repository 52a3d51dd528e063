# ruff: noqa: E501 - a table of cases reads best with one case per line
"""Small files that stand for much: refused before they are expanded, with the limit named."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sdtm.readers._files import read_delimited
from sdtm.readers._frames import read_parquet, read_xlsx
from specs.errors import LONGEST_LINE, RawDataError, SpecError, did_you_mean, shortened
from specs.packed import check_packed, unpacked
from specs.spreadsheets import open_spreadsheet
from specs.workbooks import read_workbook
from specs.yaml_files import read_yaml
from tests.hostile.tiny import hashes
from tests.hostile.workbooks import cell, ods, ods_row, sheet, xlsx
from tests.processes import COMMAND

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.hostile.conftest import Command

AREA = "at most 10,000,000 are read"
TEXT = "hold more than 200,000,000 characters"


def row(*cells: str, number: str = "1") -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def far(path: Path) -> Path:
    return xlsx(path, {"a": sheet(row(cell("A1")) + row(cell("XFD1048576"), number="1048576"))})


def shared(path: Path) -> Path:
    cells = "".join(row(f'<c r="A{n}" t="s"><v>0</v></c>', number=str(n)) for n in range(1, 6001))
    return xlsx(path, {"a": sheet(cells)}, f"<si><t>{'x' * 1_000_000}</t></si>")


def deep_row(path: Path) -> Path:
    return xlsx(path, {"a": sheet(row(cell("A4294967295"), number="4294967295"))})


WORKBOOKS: list[tuple[str, Callable[[Path], Path], str]] = [
    ("profile EVIL --out NEW", far, f"xl/worksheets/sheet1.xml XFD1048576: cells are written as far as row 1,048,576 and column 16,384, which makes 17,179,869,184 cells; {AREA}"),
    ("spec import EVIL --to NEW", far, AREA),
    ("init EVIL NEW", deep_row, "sheet1.xml: '4294967295' is not a cell; rows go from 1 to 1,048,576"),
    ("profile EVIL --out NEW", shared, f"xl/worksheets/sheet1.xml: the cells {TEXT}"),
    ("spec import EVIL --to NEW", shared, TEXT),
]  # fmt: skip


@pytest.mark.parametrize(("line", "make", "message"), WORKBOOKS)
@pytest.mark.skipif(sys.platform == "win32", reason="the system has no such limits")
def test_no_command_that_reads_workbooks_is_ended_by_a_small_one(
    tmp_path: Path, line: str, make: Callable[[Path], Path], message: str
) -> None:
    import resource

    path = make(tmp_path / "evil.xlsx")
    before = hashes(tmp_path)

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (2_000_000 * 1024, 2_000_000 * 1024))
        resource.setrlimit(resource.RLIMIT_CPU, (10, 10))

    names = {"EVIL": str(path), "NEW": str(tmp_path / "new")}
    done = subprocess.run(
        [COMMAND, *(names.get(word, word) for word in line.split())],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limited,
        env={**os.environ, "COLUMNS": "1000"},
    )
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert hashes(tmp_path) == before


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (row('<c r="XFE1"><v>1</v></c>'), "'XFE1' is not a cell; columns go from A to XFD"),
        (row('<c r="A0"><v>1</v></c>'), "'A0' is not a cell"),
        (row('<c r="1"><v>1</v></c>'), "'1' is not a cell"),
        (row('<c r="A"><v>1</v></c>'), "'A' is not a cell"),
        (row("<c r='ZZZZ9'><v>1</v></c>"), "'ZZZZ9' is not a cell"),
        (row('<c r="A99999999999"><v>1</v></c>'), "'A99999999999' is not a cell"),
        (row('<c r="&#88;FD1048576"><v>1</v></c>'), AREA),
        (row('<c s="1" r="XFD1048576"><v>1</v></c>'), AREA),
        ('<row r="1048576"><c r="A1"/></row>' + row(cell("XFD1048576")), AREA),
        (row("<!-- <c> --><c r = 'XFD1000'><v>1</v></c>"), AREA),
        ('<x:row xmlns:x="x" r="1"><x:c r="XFD1000"/></x:row>', AREA),
        (row("<c/>" * 9) + "<row>" + "<c/>" * 16_000 + "</row>" + row("<c/>", number="999999"), AREA),
        ("<row r='1048577'/>", "'1048577' is not a cell"),
        ("<row r='0'/>", "'0' is not a cell"),
        ("<row r='9'><c></row>", "is not whole XML"),
    ],
)  # fmt: skip
def test_every_way_to_write_a_far_cell_is_seen(tmp_path: Path, rows: str, message: str) -> None:
    path = xlsx(tmp_path / "evil.xlsx", {"a": sheet(rows)})
    for read, error in ((read_xlsx, RawDataError), (read_workbook, SpecError)):
        with pytest.raises(error) as raised:
            read(path)
        assert message in str(raised.value)
        assert "evil.xlsx xl/worksheets/sheet1.xml" in str(raised.value)


@pytest.mark.parametrize("tag", ['t="s"', "t = 's'", 's="1" t="s" cm="1"'])
def test_every_mention_of_a_shared_text_counts(tmp_path: Path, tag: str) -> None:
    cells = "".join(f"<row><c {tag}><v> 1 </v></c></row>".replace(" 1 ", "1") for _ in range(201))
    texts = f"<si><t>a</t></si><si><r><t>{'x' * 500_000}</t></r><r><t>{'y' * 500_000}</t></r></si>"
    with pytest.raises(RawDataError, match=TEXT):
        read_xlsx(xlsx(tmp_path / "evil.xlsx", {"a": sheet(cells)}, texts))
    few = "".join(f"<row><c {tag}><v>1</v></c></row>" for _ in range(9))
    assert len(read_xlsx(xlsx(tmp_path / "few.xlsx", {"a": sheet(few)}, texts)).frame) == 8


def test_a_sheet_in_another_encoding_is_seen(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?>' + sheet(row(cell("XFD1048576")))
    path = xlsx(tmp_path / "evil.xlsx", {"a": ""})
    path = xlsx(
        tmp_path / "evil.xlsx", {}, others={"xl/worksheets/sheet1.xml": text.encode("utf-16")}
    )
    with pytest.raises(RawDataError, match=AREA):
        read_xlsx(path)


def test_a_second_table_of_shared_texts_hides_nothing(tmp_path: Path) -> None:
    path = shared(tmp_path / "evil.xlsx")
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("other/sharedStrings.xml", "<sst><si><t>x</t></si></sst>")
    with pytest.raises(RawDataError, match=r"evil\.xlsx: has two tables of shared texts"):
        read_xlsx(path)


def test_a_document_type_in_a_workbook_is_refused(tmp_path: Path) -> None:
    entity = '<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa">]>'
    path = xlsx(tmp_path / "evil.xlsx", {"a": entity + sheet(row(cell("A1", "&a;")))})
    with pytest.raises(RawDataError, match="has a document type, which no workbook needs"):
        read_xlsx(path)


def test_a_workbook_has_a_limit_of_sheets(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "evil.xlsx", {f"s{n}": sheet("") for n in range(1001)})
    with pytest.raises(SpecError, match="has 1,001 sheets; at most 1,000 are read"):
        read_workbook(path)


def test_an_honest_workbook_is_read(tmp_path: Path) -> None:
    rows = "".join(
        row(cell(f"A{n}", f"S{n}"), f'<c r="D{n}"><v>{n}.5</v></c>', number=str(n))
        for n in range(2, 2002)
    )
    path = xlsx(
        tmp_path / "honest.xlsx", {"a": sheet(row(cell("A1", "subject"), cell("D1", "kg")) + rows)}
    )
    assert read_xlsx(path).frame.shape == (2000, 2)
    assert len(read_workbook(path).sheets[0].rows) == 2000


@pytest.mark.skipif(sys.platform == "win32", reason="the system has no such limits")
def test_formats_that_cannot_be_looked_through_are_read_apart_with_limits(tmp_path: Path) -> None:
    good = ods(tmp_path / "good.ods", ods_row("subject") + ods_row("1") + ods_row("2"))
    assert read_xlsx(good).frame["subject"].tolist() == ["1", "2"]
    far_apart = ods(tmp_path / "far.ods", ods_row("x", rows=1_048_576, columns=16_384))
    with pytest.raises(RawDataError, match=r"far\.ods: (is not a workbook|cannot be read with)"):
        read_xlsx(far_apart)
    texts = ods(tmp_path / "texts.ods", ods_row("x" * 32_000, rows=100_000))
    with pytest.raises(RawDataError, match=r"texts\.ods: cannot be read with 1,073,741,824 bytes"):
        read_xlsx(texts)


def packed(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return path


def test_a_zip_has_limits_of_members_and_sizes(tmp_path: Path) -> None:
    many = packed(tmp_path / "many.zip", {f"{n}": b"" for n in range(10_001)})
    with pytest.raises(RawDataError, match=r"many\.zip: holds 10,001 files; at most 10,000"):
        check_packed(many, RawDataError)
    bomb = packed(tmp_path / "bomb.zip", {"x": b"\0" * 50_000_000})
    with pytest.raises(RawDataError, match=r"bomb\.zip: unpacks to 50,000,000 bytes; at most"):
        check_packed(bomb, RawDataError)
    with pytest.raises(RawDataError, match="is not a whole zip file"):
        check_packed(_written(tmp_path / "cut.zip", bomb.read_bytes()[:-30]), RawDataError)


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_a_size_that_is_a_lie_is_found_out(tmp_path: Path) -> None:
    path = packed(tmp_path / "lie.zip", {"x": b"\0" * 1_000_000})
    honest = (1_000_000).to_bytes(4, "little")
    _written(path, path.read_bytes().replace(honest, (1000).to_bytes(4, "little")))
    (member,) = check_packed(path, RawDataError)
    assert member.file_size == 1000
    with pytest.raises(RawDataError, match="x unpacks to more than the 1,000 bytes"):
        list(unpacked(path, member, RawDataError))


def bomb(depth: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, depth)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (bomb(7), "s.yaml line 5: is not YAML: it has more than 100,000 entries, those of aliases among them"),
        (bomb(30), "s.yaml line 5: is not YAML: it has more than 100,000 entries"),
        ("a: 1\nb: &b [*b]\n", "s.yaml line 2: is not YAML: an alias refers to what it stands in"),
        ("a:\n  " + "[" * 5000, "s.yaml line 2: is not YAML: lists and keys lie more than 50 deep"),
        ("a: " + "{a: " * 5000, "s.yaml line 1: is not YAML: lists and keys lie more than 50 deep"),
        ("- " * 5000, "s.yaml line 1: is not YAML: lists and keys lie more than 50 deep"),
        ("#" * 2_000_001, "s.yaml: has more than 2,000,000 bytes"),
        ("a: 1\nb: !!bool abc\n", "s.yaml line 2: is not YAML: tag:yaml.org,2002:bool is a tag, which is not read"),
        ("a: !!python/object/apply:os.system [x]\n", "is a tag, which is not read"),
        ("a: !own\n  b: 1\n", "s.yaml line 1: is not YAML: !own is a tag"),
        ("a: 1\nb: 2020-02-30\n", "s.yaml line 2: is not YAML: 2020-02-30 is not a value (day is out of range for month)"),
        (f"a: {'9' * 5000}\n", "(5,000 characters) is not a value"),
        (f"a: 0x{'9' * 50}\n", "s.yaml line 1: is not YAML: a whole number is too long to be read; put it in quotes if it is text"),
        ("a: 1\nb: 2\na: 3\n", 's.yaml line 3: is not YAML: found duplicate key "a"'),
        ("a: {<<: 5}\n", "s.yaml line 1: is not YAML: expected a mapping"),
        ("a: 1\nb: \x07\n", "s.yaml line 2: is not YAML: a control character is not allowed"),
    ],
)  # fmt: skip
def test_yaml_beyond_its_limits_is_an_error_with_its_line(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as error:
        read_yaml(path)
    assert message in str(error.value)
    assert len(str(error.value)) < 500


def test_a_file_has_a_limit_of_entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("specs.yaml_limits.MOST_ENTRIES", 1000)
    path = tmp_path / "s.yaml"
    path.write_text("a: [" + "x, " * 999 + "]", encoding="utf-8")
    with pytest.raises(SpecError, match="it has more than 1,000 entries"):
        read_yaml(path)
    path.write_text("a: [" + "x, " * 997 + "]", encoding="utf-8")
    assert len(read_yaml(path).data["a"]) == 997


def test_anchors_aliases_and_merged_keys_are_read(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(
        "a: &a {x: 1}\nb: *a\nc:\n  <<: *a\n  y: 2020-01-01\nd: &a 5\ne: *a\n", encoding="utf-8"
    )
    data = read_yaml(path).data
    assert (data["b"]["x"], data["c"]["x"], data["e"]) == (1, 1, 5)
    assert str(data["c"]["y"]) == "2020-01-01"


@pytest.mark.parametrize("name", ["study.yaml", "sdtm/ae.yaml", "terminology.yaml"])
def test_no_file_of_a_study_is_a_bomb(tmp_path: Path, command: Command, name: str) -> None:
    from tests.sdtm.conftest import STUDY, write_study

    study = write_study(tmp_path / "study", {"study.yaml": STUDY, name: bomb(9)})
    ran = command("build", study, "--out", tmp_path / "out")
    assert ran.code == 2
    assert "more than 100,000 entries" in ran.told


def test_a_small_parquet_file_stands_for_no_more_than_its_size_lets_expect(
    tmp_path: Path, command: Command
) -> None:
    rows = pa.DictionaryArray.from_arrays(pa.array([0] * 1_000, pa.int32()), pa.array(["x"]))
    wide = pa.table({"subject": pa.concat_arrays([rows] * 11_000)})
    pq.write_table(wide, tmp_path / "rows.parquet", compression="zstd")
    text = pa.DictionaryArray.from_arrays(
        pa.array([0] * 5_000, pa.int32()), pa.array(["x" * 500_000])
    )
    pq.write_table(pa.table({"subject": text}), tmp_path / "text.parquet", compression="zstd")
    with pytest.raises(
        RawDataError, match=r"rows\.parquet: stands for 11,000,000 values; at most 1"
    ):
        read_parquet(tmp_path / "rows.parquet")
    with pytest.raises(
        RawDataError, match=r"text\.parquet: stands for more than 200,000,000 bytes"
    ):
        read_parquet(tmp_path / "text.parquet")
    for name in ("rows.parquet", "text.parquet"):
        assert command("show", tmp_path / name).code == 2
        assert command("convert", tmp_path / name, tmp_path / "made.csv").code == 2
    assert not (tmp_path / "made.csv").exists()


@pytest.mark.parametrize("name", ["deep.json", "deep.ndjson"])
def test_deep_json_is_one_error(tmp_path: Path, command: Command, name: str) -> None:
    (tmp_path / name).write_text('{"rows": ' + "[" * 100_000, encoding="utf-8")
    ran = command("show", tmp_path / name)
    assert ran.code == 2
    assert "this is not JSON" in ran.told


def test_a_message_shows_no_more_of_a_value_than_anybody_reads(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    name = "x" * 100_000
    path.write_text(f"subject,{name},{name}\n1,2,3\n", encoding="utf-8")
    from sdtm.readers._files import read_delimited

    with pytest.raises(RawDataError) as error:
        read_delimited(path)
    assert len(str(error.value)) <= LONGEST_LINE
    assert " characters) ... " in str(error.value)
    assert str(error.value).endswith("; export the data again")
    assert shortened("x" * 500, 20) == "x" * 17 + "... (500 characters)"
    assert len(did_you_mean("y" * 1_000_000, ["y" * 900_000, "z"])) < 1500


def test_security_md_states_the_limits_as_they_are(root: Path) -> None:
    from sdtm.readers import _files, _xml
    from specs import (
        errors,
        heads,
        packed,
        parquet_files,
        paths,
        spreadsheets,
        study_code,
        yaml_limits,
    )
    from specs import spreadsheet_child as child

    text = " ".join((root / "SECURITY.md").read_text(encoding="utf-8").split())
    for told in (
        f"{spreadsheets.MOST_CELLS:,} cells from A1",
        f"{spreadsheets.MOST_TEXT:,} characters, shared texts",
        f"{spreadsheets.MOST_SHEETS:,} sheets; rows to {spreadsheets.MOST_ROWS:,}",
        f"{child.MEMORY:,} bytes of memory and {child.SECONDS} seconds",
        f"{heads.MOST_COLUMNS:,} columns",
        f"{packed.MOST_MEMBERS:,} members; {packed.LARGEST:,} bytes unpacked, and {packed.RATIO} times",
        f"{yaml_limits.LARGEST:,} bytes; {yaml_limits.DEEPEST} levels; {yaml_limits.MOST_ENTRIES:,} entries",
        f"parsed | {study_code.LARGEST:,} bytes",
        f"{parquet_files.MOST_CELLS:,} values and {parquet_files.MOST_TEXT:,} bytes of text, or {parquet_files.RATIO} for",
        f"{_files.LONGEST:,} bytes",
        f"{_xml.DEEPEST} levels, and",
        f"{errors.LONGEST_LINE:,} characters",
        f"parts of more than {paths.LONGEST_NAME} bytes and paths of more than {paths.LONGEST_PATH:,}",
    ):  # fmt: skip
        assert told in text, told


def test_a_sheet_that_lies_where_no_sheet_should_is_looked_through_too(tmp_path: Path) -> None:
    far = sheet(row(cell("A1")) + row(cell("XFD1048576"), number="1048576"))
    path = xlsx(tmp_path / "odd.xlsx", {"a": far})
    with zipfile.ZipFile(path) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    members["xl/odd/SHEET.bin"] = members.pop("xl/worksheets/sheet1.xml")
    relations = members["xl/_rels/workbook.xml.rels"]
    members["xl/_rels/workbook.xml.rels"] = relations.replace(
        b"worksheets/sheet1.xml", b"/xl/odd/SHEET.bin"
    )
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    with pytest.raises(RawDataError, match=r"odd\.xlsx xl/odd/SHEET\.bin XFD1048576: cells are"):
        open_spreadsheet(path, RawDataError)


@pytest.mark.parametrize("columns", [10_001, 200_000])
def test_a_table_of_very_many_columns_is_refused(tmp_path: Path, columns: int) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"c{n}" for n in range(columns)) + "\n", encoding="utf-8")
    with pytest.raises(RawDataError, match=f"the head has {columns:,} columns; at most 10,000"):
        read_delimited(path)
