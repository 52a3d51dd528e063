"""secuTrial: the tables of an export, whatever its names, its delimiter and its encoding."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from sdtm.readers._encoding import DELIMITERS
from specs.errors import AbsentDataError, RawDataError
from specs.findings import findings
from specs.heads import check_head
from specs.packed import DAMAGED, check_packed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

SHORT = {
    "is": "items", "fs": "forms", "qs": "questions", "vp": "visitplan", "vpfs": "visitplanforms",
    "cn": "casenodes", "ctr": "centres", "qac": "queries", "cts": "comments",
    "atcn": "atcasenodes", "atcvp": "atcasevisitplans",
}  # fmt: skip
"""The tables that describe a project, by the name they have where names are shortened."""

_TABLE = re.compile(r"(.+?)(?:_[^_]+_\d{8}-\d{6})?\.(?:xls|csv|txt)", flags=re.IGNORECASE)
_PAGE = re.compile(r"exportoptions(.*)\.html?", flags=re.IGNORECASE)
_CODEC = re.compile(
    r">\s*(UTF-8|UTF-16(?:LE|BE)?|ISO-8859-\d+|Windows-125\d|MacRoman|US-ASCII)\b",
    flags=re.IGNORECASE,
)
_META = re.compile(r"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", flags=re.IGNORECASE)
_RECTANGULAR = re.compile(
    r"(?:Rectangular table|Rechtecktabelle)(?!\s*(?:<[^>]*>\s*)*(?:no|nein)\b)", flags=re.IGNORECASE
)
_OF_SETUP = frozenset({*SHORT, *SHORT.values(), "cl", "miv"})
_OTHER_SEPARATORS = "'@"


@dataclass(frozen=True)
class ExportTable:
    """A table of the export: its file, its rows as text, and the line of each."""

    file: str
    frame: pd.DataFrame


@dataclass(frozen=True)
class ExportTables:
    """All tables by their name, those that describe the project by their long one."""

    of: Mapping[str, ExportTable]
    findings: list[pd.DataFrame] = field(default_factory=list)


def is_export(names: Iterable[str]) -> bool:
    """Whether files of those names are an export of secuTrial."""
    files = [_base(name) for name in names]
    if any(_PAGE.fullmatch(file) for file in files):
        return True
    tables = {named[1].lower() for file in files if (named := _TABLE.fullmatch(file))}
    return bool({"items", "is"} & tables) and bool({"casenodes", "cn"} & tables)


def read_tables(path: Path, declared: str) -> ExportTables:
    """The tables of a zip or a folder; RawDataError where they are no export, or not as tables."""
    contents = dict(_contents(path))
    pages = [(name, page) for name, page in contents.items() if _PAGE.fullmatch(name)]
    page = _text_of_page(pages[0][1]) if pages else ""
    files = {name: data for name, data in contents.items() if _TABLE.fullmatch(name)}
    _check_kind(path, contents, files, page)
    tag = _PAGE.fullmatch(pages[0][0])[1] if pages else ""  # type: ignore[index]  # it is a page
    encoding, notices = _encoding(path, files, declared, page)
    texts = {name: _decoded(path, name, data, encoding) for name, data in files.items()}
    delimiter = _delimiter(texts)
    tables: dict[str, ExportTable] = {}
    for file, text in texts.items():
        name = _named(file, tag)
        if name in tables:
            raise RawDataError(
                f"has two tables {name}: {tables[name].file} and {file}",
                where=path.name,
                remedy="exports were joined; export the data again",
            )
        if name == "items" and "ffcolname" not in text.partition("\n")[0]:
            raise RawDataError(
                "has no column ffcolname, so its tables have no heads or were cut",
                where=f"{file} line 1",
                remedy="export in the ExportSearchTool with 'Column names' and 'Project setup'",
            )
        tables[name] = ExportTable(file, _parsed(text, file, delimiter))
    return ExportTables(tables, notices)


def _base(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def _named(file: str, tag: str) -> str:
    """The name of a table: without what all files of the export end in, and long."""
    stem = file.rpartition(".")[0]
    tagged = bool(tag) and stem.endswith(tag)
    stem = stem.removesuffix(tag) if tagged else _TABLE.fullmatch(file)[1]  # type: ignore[index]
    return SHORT.get(stem, stem)


def _contents(path: Path) -> Iterable[tuple[str, bytes]]:
    """The files of an export with their bytes, from a folder or a zip."""
    if path.is_dir():
        for place in sorted(path.iterdir()):
            if place.is_file() and (_TABLE.fullmatch(place.name) or _PAGE.fullmatch(place.name)):
                yield place.name, place.read_bytes()
        return
    if not path.is_file():
        raise AbsentDataError(
            "there is no such file", where=str(path), remedy="check raw: in study.yaml"
        )
    check_packed(path, RawDataError)
    with zipfile.ZipFile(path) as packed:
        for member in packed.infolist():
            if member.filename.endswith("/"):
                continue
            file = _base(member.filename)
            try:
                yield file, packed.read(member)
            except DAMAGED as error:
                raise RawDataError(
                    f"{file} cannot be read ({error})",
                    where=path.name,
                    remedy="the file was cut or damaged; export the data again",
                ) from None


def _check_kind(
    path: Path, contents: Mapping[str, bytes], files: Mapping[str, bytes], page: str
) -> None:
    """RawDataError where it is another zip, or an export in a form that is not read."""
    if not is_export(contents):
        raise RawDataError(
            "is not an export of secuTrial: it has no page ExportOptions and no tables items and"
            f" casenodes, but {', '.join(list(contents)[:3]) or 'nothing'}",
            where=path.name,
            remedy="name another reader in study.yaml, or unpack it and name its files",
        )
    if not any(_TABLE.fullmatch(name)[1].lower() not in _OF_SETUP for name in files):  # type: ignore[index]
        raise RawDataError(
            "is an export of secuTrial without tables of text"
            + (": it holds XML" if any(n.lower().endswith(".xml") for n in contents) else ""),
            where=path.name,
            remedy="export in the ExportSearchTool with the format 'CSV format for MS Excel', or"
            " read its XML with reader: odm",
        )
    if _RECTANGULAR.search(page):
        raise RawDataError(
            "is a rectangular export, in which the visits of a patient stand side by side",
            where=path.name,
            remedy="export again in the ExportSearchTool without the option 'Rectangular table'",
        )


def _text_of_page(page: bytes) -> str:
    wide = page[:2] in (b"\xff\xfe", b"\xfe\xff")
    if not wide and b"\0" in page[:100]:
        return page.decode("utf-16-le" if page[1:2] == b"\0" else "utf-16-be", errors="replace")
    return page.decode("utf-16" if wide else "latin-1", errors="replace")


def _encoding(
    path: Path, files: Mapping[str, bytes], declared: str, page: str
) -> tuple[str, list[pd.DataFrame]]:
    """The encoding declared, else that of the page's option or its meta tag, else the fitting."""
    if declared:
        return declared, []
    named = [m[1].lower() for m in (_CODEC.search(page), _META.search(page)) if m]
    whole = b"".join(files.values())
    for name in dict.fromkeys((*named, "utf-8", "cp1252")):
        codec = "utf-16" if name.startswith("utf-16") else name
        try:
            for data in files.values():
                data.decode(codec)
        except (LookupError, UnicodeDecodeError):
            continue
        if name in named[:1] or whole.isascii() or (not named and name == "utf-8"):
            return codec, []
        message = (
            f"the page of options states {named[0] if named else 'no encoding'}, and the tables"
            f" were read as {name}; declare encoding in study.yaml"
        )
        return codec, [
            findings(
                severity="warning",
                rule="CK-RAW-ENCODING",
                value=name,
                message=message,
                file=path.name,
            )
        ]
    return named[0] if named else "utf-8", []


def _decoded(path: Path, name: str, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding).replace("\ufeff", "")
    except (UnicodeDecodeError, LookupError) as error:
        raise RawDataError(
            f"{name} cannot be read ({error})",
            where=path.name,
            remedy="declare encoding: in study.yaml, or export the data again as UTF-8",
        ) from None


def _delimiter(texts: Mapping[str, str]) -> str:
    """The sign that gives the heads most columns."""
    heads = [text.partition("\n")[0] for text in texts.values()]

    def columns(sign: str) -> int:
        try:
            return sum(len(row) for row in csv.reader(heads, delimiter=sign))
        except csv.Error:
            return 0

    return max(f"\t{DELIMITERS}{_OTHER_SEPARATORS}", key=columns)


def _parsed(text: str, file: str, delimiter: str) -> pd.DataFrame:
    """The rows of a table; the head's unnamed last column is dropped."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    before = 0
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(before + 1)
            before = reader.line_num
    except csv.Error as error:
        raise RawDataError(
            f"the row that starts here cannot be read ({error})",
            where=f"{file} line {before + 1}",
            remedy="a quote does not close, or the file was cut; export it again",
        ) from None
    if not rows:
        raise RawDataError("is empty", where=file, remedy="export the data again")
    head = [name for name in rows[0] if name]
    last = max((n for n, name in enumerate(rows[0], 1) if name), default=0)
    check_head(
        rows[0][:last],
        f"{file} line 1",
        RawDataError,
        "export in the ExportSearchTool with 'Column names'",
    )
    for line, row in zip(lines, rows, strict=True):
        if len(row) < len(head) or any(row[len(head) :]):
            raise RawDataError(
                f"the row has {len(row)} cells, the head names {len(head)}",
                where=f"{file} line {line}",
                remedy="the file was cut or edited; export it again",
            )
    frame = pd.DataFrame(
        [row[: len(head)] for row in rows[1:]], columns=head, index=lines[1:], dtype="str"
    )
    return frame.where(frame != "")
