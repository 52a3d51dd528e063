"""What is fuzzed: for each target the inputs it starts from, how they are changed, what is called.

A target writes the input as a file and reads it. An error of cdisckit is an answer; any other
exception is a fault.
"""

# ruff: noqa: E501 - the table of targets has one line for each

from __future__ import annotations

import io
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd
from rich.console import Console

from cdisckit.convert import SUFFIXES, convert
from cdisckit.exports import export_of
from cdisckit.show import show
from cdisckit.spec import check_spec, export_spec, import_spec
from sdtm.dates import DateStyle, iso_dtc
from sdtm.raw import Field
from sdtm.readers import read_source
from specs.errors import CdisckitError
from specs.model import RawSource
from specs.numbers import read_qualified
from specs.terminology.meddra import read_meddra
from specs.terminology.nci import add_package
from specs.terminology.whodrug import read_whodrug
from submission.dataset_json import json_of_xpt, read_dataset_json, write_dataset_json
from submission.define import read_define
from submission.define.compare import compare
from submission.define.html.page import define_html
from submission.xpt import Column, read_member, read_xpt, special_missing, write_xpt
from tests.fuzz import seeds
from tests.fuzz.mutate import cells, markup, members, octets, tokens, values, zipped
from tests.submission.defines import DEFINE_20, DEFINE_21
from validation.define import check_define

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from specs.workbooks.layouts import Family
    from tests.fuzz.mutate import Mutator

    Seeds = Callable[[Path], list[bytes]]
    Run = Callable[[bytes, Path], None]

TABLE = pd.DataFrame({"a": ["1", "2"], "b": ["x", None], "c": [1.5, None]})


@dataclass(frozen=True)
class Target:
    """The seeds of a target, made with the help of an empty folder, its mutator, and what it calls."""

    seeds: Seeds
    mutated: Mutator
    run: Run


def texts(*given: str) -> Seeds:
    return lambda _: [text.encode() for text in given]


def raw(name: str, reader: str, options: Mapping[str, object], **beside: str) -> Run:
    """Read a file of raw data, with what lies beside it; what is read adds up."""

    def run(data: bytes, folder: Path) -> None:
        for other, text in beside.items():
            (folder / other.replace("__", ".")).write_text(text, encoding="utf-8")
        (folder / name).write_bytes(data)
        with suppress(CdisckitError):
            found = read_source(
                RawSource("raw", reader, dict(options), "study.yaml line 1"), folder
            )
            assert len(found.records()) == found.counts()["records"].sum()
            found.tidy()

    return run


def table(suffix: str, **options: object) -> Run:
    form = {"subject": "a", "file": f"x.{suffix}", **options}
    return raw(f"x.{suffix}", "table", {"forms": {"x": form}})


REDCAP = {"data": "x.csv", "dictionary": "d.csv", "events": "e.csv", "event_forms": "f.csv"}
BESIDE = {
    "x__csv": seeds.EXPORT,
    "d__csv": seeds.DICTIONARY,
    "e__csv": seeds.EVENTS,
    "f__csv": seeds.EVENT_FORMS,
}


VALUES = {"data": "x.csv", "dictionary": "d.csv"}


def exported(data: bytes, folder: Path) -> None:
    """Tell the reader of a file, and read it."""
    (folder / "x.csv").write_bytes(data)
    with suppress(CdisckitError):
        export_of(folder).read()


def redcap(name: str) -> Run:
    return raw(name, "redcap", REDCAP, **BESIDE)


def of_frame(write: Callable[[Path], object], name: str) -> Seeds:
    def made(folder: Path) -> list[bytes]:
        write(folder / name)
        return [(folder / name).read_bytes()]

    return made


def spec(name: str) -> Target:
    """A file of a study, changed as what it is."""

    def run(data: bytes, folder: Path) -> None:
        for other, text in seeds.SPEC_FILES.items():
            (folder / other).parent.mkdir(exist_ok=True)
            (folder / other).write_text(text, encoding="utf-8")
        (folder / name).write_bytes(data)
        with suppress(CdisckitError):
            check_spec(folder)

    mutated = tokens if name.endswith(".yaml") else cells(",")
    return Target(texts(seeds.SPEC_FILES[name]), mutated, run)


def study(folder: Path) -> Path:
    place = folder / "study"
    for other, text in seeds.SPEC_FILES.items():
        (place / other).parent.mkdir(exist_ok=True, parents=True)
        (place / other).write_text(text, encoding="utf-8")
    return place


def books(family: Family) -> Seeds:
    def made(folder: Path) -> list[bytes]:
        export_spec(study(folder), folder / "spec.xlsx", family)
        return [(folder / "spec.xlsx").read_bytes()]

    return made


def imported(suffix: str) -> Run:
    """A specification imported into a new folder; nothing is written beside it."""

    def run(data: bytes, folder: Path) -> None:
        (folder / f"spec{suffix}").write_bytes(data)
        with suppress(CdisckitError):
            import_spec([folder / f"spec{suffix}"], folder / "new")
        assert {path.name for path in folder.iterdir()} <= {f"spec{suffix}", "new"}
        assert not list(folder.rglob("*.py"))

    return run


def define(data: bytes, folder: Path) -> None:
    path = folder / "define.xml"
    path.write_bytes(data)
    other = folder / "other.xml"
    other.write_text(DEFINE_21, encoding="utf-8")
    with suppress(CdisckitError):
        document = read_define(path)
        define_html(document)
        compare(read_define(other), document)
    with suppress(CdisckitError):
        check_define(path, datasets=folder)


COLUMNS = (
    Column("TEXT", "A Text", "Char", 3, "$3."),
    Column("NUM", "A Number", "Num", 8, "8.2"),
    Column("SHORT", "", "Num", 3),
    Column("DAY", "A Day", "Num", 8, "DATE9."),
)


def datasets(suffix: str) -> Seeds:
    def made(folder: Path) -> list[bytes]:
        files = []
        for rows in (0, 1, 9):
            frame = pd.DataFrame(
                {
                    "TEXT": pd.Series((["ab", None, "],["] * 3)[:rows], dtype="str"),
                    "NUM": ([0.1, -2.0, special_missing("A")] * 3)[:rows],
                    "SHORT": pd.Series([1.0] * rows),
                    "DAY": pd.Series([20_000.0] * rows),
                }
            )
            path, target = folder / f"{rows}.xpt", folder / f"{rows}{suffix}"
            write_xpt(
                frame, path, name="XX", label="L", columns=COLUMNS, created=datetime(2024, 1, 1)
            )
            if suffix in (".json", ".ndjson", ".dsjc"):
                write_dataset_json(frame, target, json_of_xpt(path)[0], special_missing="null")
            elif suffix != ".xpt":
                convert(path, target)
            files.append(target.read_bytes())
        return files

    return made


def converted(suffix: str) -> Run:
    """A dataset shown, and written in each of the formats."""

    def run(data: bytes, folder: Path) -> None:
        path = folder / f"file{suffix}"
        path.write_bytes(data)
        with suppress(CdisckitError):
            show(path, Console(file=io.StringIO(), width=100), stats=bool(data[-1:] < b"\x40"))
        for target in SUFFIXES:
            with suppress(CdisckitError):
                convert(path, folder / f"to{target}")

    return run


def xpt(data: bytes, folder: Path) -> None:
    path = folder / "file.xpt"
    path.write_bytes(data)
    with suppress(CdisckitError):
        assert read_member(path).rows <= len(data)
    for encoding in ("ascii", "cp1252"):
        with suppress(CdisckitError):
            frame, member = read_xpt(path, encoding=encoding)
            assert len(frame) == member.rows
            read_xpt(path, encoding=encoding, rows=range(1, 3), columns=list(frame)[::2])


def json_file(suffix: str) -> Run:
    def run(data: bytes, folder: Path) -> None:
        path = folder / f"file{suffix}"
        path.write_bytes(data)
        with suppress(CdisckitError):
            frame, dataset = read_dataset_json(path)
            assert len(frame) == dataset.records

    return run


def terminology(suffix: str) -> Run:
    def run(data: bytes, folder: Path) -> None:
        os.environ["CDISCKIT_CACHE"] = str(folder / "cache")
        path = folder / f"SDTM Terminology 2024-03-29{suffix}"
        path.write_bytes(data)
        with suppress(CdisckitError):
            add_package(path)

    return run


def dictionary(name: str, read: Callable[[Path], object], **beside: str) -> Run:
    def run(data: bytes, folder: Path) -> None:
        for other, text in beside.items():
            (folder / other.replace("__", ".")).write_text(text, encoding="utf-8")
        (folder / name).write_bytes(data)
        with suppress(CdisckitError):
            read(folder)

    return run


def dates_and_numbers(data: bytes, folder: Path) -> None:
    lines = pd.Series(data.decode("utf-8", "replace").split("\n"), dtype="str")
    for order in ("", "DMY", "MDY", "YMD"):
        found = iso_dtc(lines, DateStyle.from_options(order, ""))
        assert not (found["dtc"].notna() & found["problem"].notna()).any()
    for text in lines:
        read_qualified(text)
    for decimal in (".", ","):
        Field("x", decimal=decimal).numbers(lines)  # type: ignore[arg-type]


MEDDRA = {"mdhier__asc": seeds.MDHIER, "llt__asc": seeds.LLT}
WHODRUG = {"DD__txt": seeds.DD, "DDA__txt": seeds.DDA, "INA__txt": seeds.INA}
WORKBOOK = members(markup)

TARGETS: dict[str, Target] = {
    "odm": Target(texts(seeds.ODM, seeds.ODM_2), markup, raw("x.xml", "odm", {"data": "x.xml"})),
    "redcap xml": Target(texts(seeds.REDCAP), markup, raw("x.xml", "redcap", {"data": "x.xml"})),
    "redcap csv": Target(texts(seeds.EXPORT), cells(","), redcap("x.csv")),
    "redcap dictionary": Target(texts(seeds.DICTIONARY), cells(","), redcap("d.csv")),
    "redcap events": Target(texts(seeds.EVENTS), cells(","), redcap("e.csv")),
    "redcap plan": Target(texts(seeds.EVENT_FORMS), cells(","), redcap("f.csv")),
    "table csv": Target(texts("a,b\n1,2\n", 'a,b\n1,"x\ny"\n'), cells(","), table("csv")),
    "table codes": Target(
        texts(seeds.CODES),
        cells(","),
        raw(
            "codes.csv",
            "table",
            {"codes": "codes.csv", "forms": {"x": {"file": "x.csv", "subject": "a"}}},
            x__csv="a,sex\n1,1\n2,3\n",
        ),
    ),
    "table xlsx": Target(
        of_frame(lambda path: TABLE.to_excel(path, index=False, engine="xlsxwriter"), "x.xlsx"),
        WORKBOOK,
        table("xlsx"),
    ),
    "table ods": Target(
        lambda _: [zipped([(name, text.encode()) for name, text in seeds.ODS.items()])],
        members(markup, "mimetype"),
        table("ods"),
    ),
    "table xls": Target(lambda _: [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)], octets, table("xls")),
    "table xlsb": Target(lambda _: [zipped([("xl/workbook.bin", b"\x83\x01\x00")])], members(octets), table("xlsb")),
    "table parquet": Target(of_frame(TABLE.to_parquet, "x.parquet"), octets, table("parquet")),
    "table xpt": Target(datasets(".xpt"), octets, table("xpt", subject="TEXT")),
    "table sas7bdat": Target(
        lambda _: [bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011") + bytes(900)],
        octets,
        table("sas7bdat"),
    ),
    "secutrial": Target(
        lambda _: [zipped([(name, text.encode()) for name, text in seeds.SECUTRIAL.items()])],
        members(cells("\t")),
        raw("x.zip", "secutrial", {"data": "x.zip"}),
    ),
    "redcap by value": Target(texts(seeds.EAV), cells(","), raw("x.csv", "redcap", VALUES, **BESIDE)),
    "rave": Target(texts(seeds.RAVE), cells(","), raw("x.csv", "rave", {"data": "x.csv"})),
    "castor": Target(
        lambda _: [zipped([(name, text.encode()) for name, text in seeds.CASTOR.items()])],
        members(cells(";")),
        raw("x.zip", "castor", {"data": "x.zip"}),
    ),
    "viedoc": Target(texts(seeds.VIEDOC), cells(","), raw("x.csv", "viedoc", {"data": "x.csv"})),
    "openclinica": Target(texts(seeds.OPENCLINICA), cells("\t"), raw("x.tsv", "openclinica", {"data": "x.tsv"})),
    "openedc": Target(texts(seeds.OPENEDC), cells(","), raw("x.csv", "openedc", {"data": "x.csv"})),
    "dataset xml": Target(texts(seeds.DATASET_XML), markup, raw("x.xml", "dataset_xml", {"data": "x.xml"})),
    "dataset json": Target(texts(seeds.DATASET_JSON), values, raw("x.json", "dataset_json", {"data": "x.json"})),
    "export": Target(texts(seeds.RAVE, seeds.VIEDOC, "a,b\n1,2\n"), cells(","), exported),
    **{f"spec {name}": spec(name) for name in seeds.SPEC_FILES if name not in ("dm.csv", "ex.csv")},
    "workbook own": Target(books("A"), WORKBOOK, imported(".xlsx")),
    "workbook foreign": Target(books("B"), WORKBOOK, imported(".xlsx")),
    "define": Target(texts(DEFINE_20, DEFINE_21), markup, define),
    "define import": Target(texts(DEFINE_20, DEFINE_21), markup, imported(".xml")),
    "xpt": Target(datasets(".xpt"), octets, xpt),
    "json": Target(datasets(".json"), values, json_file(".json")),
    "ndjson": Target(datasets(".ndjson"), tokens, json_file(".ndjson")),
    "dsjc": Target(datasets(".dsjc"), octets, json_file(".dsjc")),
    "convert xpt": Target(datasets(".xpt"), octets, converted(".xpt")),
    "convert json": Target(datasets(".json"), values, converted(".json")),
    "convert parquet": Target(datasets(".parquet"), octets, converted(".parquet")),
    "convert csv": Target(datasets(".csv"), cells(","), converted(".csv")),
    "ct xml": Target(texts(seeds.CT_ODM), markup, terminology(".xml")),
    "ct text": Target(texts(seeds.CT_TEXT), cells("\t"), terminology(".txt")),
    "meddra hierarchy": Target(texts(seeds.MDHIER), cells("$"), dictionary("mdhier.asc", read_meddra, **MEDDRA)),
    "meddra terms": Target(texts(seeds.LLT), cells("$"), dictionary("llt.asc", read_meddra, **MEDDRA)),
    "whodrug": Target(texts(seeds.DD), octets, dictionary("DD.txt", read_whodrug, **WHODRUG)),
    "whodrug classes": Target(texts(seeds.INA), octets, dictionary("INA.txt", read_whodrug, **WHODRUG)),
    "dates and numbers": Target(
        texts("2020-01-02\n02JAN2020 10:11\nUN-UNK-2020\n1/2/20\n", "1.5\n<0.20\n1e9\n5,5\n"), tokens, dates_and_numbers
    ),
}  # fmt: skip


def tried(name: str, data: bytes, folder: Path) -> None:
    """One input in an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    TARGETS[name].run(data, folder)
