"""Laws of the readers: nothing collected is lost, and whatever comes is read or refused."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdtm.readers import read_source
from specs.errors import CdisckitError
from specs.model import RawSource
from tests.fuzz.seeds import ODM, ODM_2, REDCAP

SIGNS = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])
TEXTS = st.text(SIGNS, min_size=1, max_size=8).filter(lambda text: text.strip())
KEYS = st.text("ABC01", min_size=1, max_size=2)
CELLS = st.dictionaries(st.tuples(KEYS, KEYS, KEYS, KEYS, KEYS), TEXTS, min_size=1, max_size=25)


def read(reader: str, files: dict[str, bytes], **options: object):  # type: ignore[no-untyped-def]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, content in files.items():
            (folder / file).write_bytes(content)
        return read_source(RawSource("raw", reader, options, "study.yaml line 1"), folder)


def odm(cells: dict[tuple[str, ...], str], tag: str, levels: list[str]) -> bytes:
    """One element for each value, so that values of one form stand in many places of the file."""
    parts = []
    for (subject, event, form, group, item), text in cells.items():
        value = f"<ItemData ItemOID={quoteattr(item)} Value={quoteattr(text)}/>"
        if tag == "2.0":
            escaped = quoteattr(text)[1:-1]
            value = f"<ItemData ItemOID={quoteattr(item)}><Value>{escaped}</Value></ItemData>"
        keys = dict(zip(levels, (event, form, group), strict=True))
        inside = value
        for level, key in reversed(keys.items()):
            element, name = level.split(".")[0], level.split(".")[0].removesuffix("Data")
            inside = f"<{element} {name}OID={quoteattr(key)}>{inside}</{element}>"
        parts.append(f"<SubjectData SubjectKey={quoteattr(subject)}>{inside}</SubjectData>")
    body = "".join(parts)
    space = f"http://www.cdisc.org/ns/odm/v{tag}"
    text = f'<ODM xmlns="{space}" FileType="Snapshot"><ClinicalData StudyOID="S">{body}'
    return f"{text}</ClinicalData></ODM>".encode()


@pytest.mark.parametrize(
    ("tag", "levels"),
    [
        ("1.3", ["StudyEventData", "FormData", "ItemGroupData"]),
        ("2.0", ["StudyEventData", "ItemGroupData.form", "ItemGroupData"]),
    ],
)
@settings(max_examples=60, deadline=None)
@given(cells=CELLS)
def test_every_value_of_an_odm_file_is_in_the_tidy_view_once(
    tag: str, levels: list[str], cells: dict[tuple[str, ...], str]
) -> None:
    tidy = read("odm", {"x.xml": odm(cells, tag, levels)}, data="x.xml").tidy()
    got = sorted(zip(tidy["subject"], tidy["event"], tidy["form"], tidy["text"], strict=True))
    assert got == sorted((s, e, f, text) for (s, e, f, _, _), text in cells.items())


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(TEXTS, st.one_of(st.just(""), TEXTS)), min_size=1, max_size=20))
def test_every_cell_of_a_table_is_in_the_tidy_view_once(rows: list[tuple[str, str]]) -> None:
    lines = ["subject,value", *(",".join(f'"{c}"' for c in map(_doubled, row)) for row in rows)]
    content = "\n".join(lines).encode() + b"\n"
    forms = {"x": {"file": "x.csv", "subject": "subject"}}
    tidy = read("table", {"x.csv": content}, forms=forms).tidy()
    assert tidy.loc[tidy["item"] == "value", "text"].tolist() == [v for _, v in rows if v]
    assert tidy.loc[tidy["item"] == "subject", "text"].tolist() == [s for s, _ in rows]


def _doubled(text: str) -> str:
    return text.replace('"', '""')


@pytest.mark.parametrize("seed", [ODM, ODM_2, REDCAP])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_an_xml_file_with_a_part_changed_is_read_or_refused(seed: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(seed)))
    end = data.draw(st.integers(start, min(len(seed), start + 40)))
    text = seed[:start] + data.draw(st.text(max_size=6)) + seed[end:]
    for reader in ("odm", "redcap"):
        with suppress(CdisckitError):
            read(reader, {"x.xml": text.encode(errors="replace")}, data="x.xml").tidy()


@pytest.mark.parametrize(
    ("reader", "file"),
    [("odm", "x.xml"), ("redcap", "x.xml"), ("secutrial", "x.zip")],
)
@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=200))
def test_octets_are_read_or_refused(reader: str, file: str, content: bytes) -> None:
    with suppress(CdisckitError):
        read(reader, {file: content}, data=file).tidy()


@pytest.mark.parametrize("file", ["x.csv", "x.xlsx", "x.parquet", "x.xpt", "x.sas7bdat"])
@settings(max_examples=20, deadline=None)
@given(content=st.binary(max_size=200))
def test_octets_called_a_table_are_read_or_refused(file: str, content: bytes) -> None:
    with suppress(CdisckitError):
        read("table", {file: content}, forms={"x": {"file": file, "subject": "a"}}).tidy()
