"""How a text file is written: its encoding and its delimiter, as declared, else as detected."""

from __future__ import annotations

import codecs
import csv
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sdtm.readers._layout import separator
from specs.errors import RawDataError
from specs.findings import all_findings, findings, no_findings

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

DELIMITERS = ",\t;|^"

_BLOCK = 1 << 20

# A letter of cp1252 and the one after it look like one sign of Shift-JIS, but never like two.
_WORD = re.compile("[\u3000-\u30ff\u4e00-\u9fff\uff01-\uff60]{2,}")
_BEYOND = re.compile(r"[^\x00-\x7f]+")
_JAPANESE = 0.8


@dataclass(frozen=True)
class Shape:
    """The encoding and delimiter of a file, and findings where they were detected."""

    encoding: str
    delimiter: str
    findings: pd.DataFrame = field(default_factory=no_findings)


def shape_of(path: Path, encoding: str = "", delimiter: str = "", head: int = 0) -> Shape:
    """What is declared; what is not is detected: UTF-8 and commas in silence, others as findings.

    `head` is the line of the head, where it is not the first. RawDataError where the file is in no
    encoding known here.
    """
    notices = []
    if not path.is_file():  # the reader of the file says so
        return Shape(encoding or "utf-8", delimiter or ",")
    if not encoding:
        encoding = _encoding(path)
        if encoding not in ("utf-8", "utf-16"):
            message = f"the text is not UTF-8 and was read as {encoding}; declare its encoding:"
            notices.append(_finding("warning", "CK-RAW-ENCODING", message, encoding, path))
    if not delimiter:
        delimiter, stated = _delimiter(path, encoding, head)
        if delimiter != "," and not stated:
            message = "the values are not separated by commas; declare the delimiter:"
            notices.append(_finding("notice", "CK-RAW-DELIMITER", message, repr(delimiter), path))
    return Shape(encoding, delimiter, all_findings(notices))


def _finding(severity: str, rule: str, message: str, value: str, path: Path) -> pd.DataFrame:
    return findings(severity=severity, rule=rule, message=message, value=value, file=path.name)


def _encoding(path: Path) -> str:
    """UTF-8 if the whole file is; else UTF-16 by its mark, Shift-JIS by its signs, or cp1252."""
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
    for encoding in ("utf-8", "cp932", "cp1252"):
        decoded = _decoded(path, encoding)
        if decoded is not None and (encoding != "cp932" or decoded > _JAPANESE):
            return encoding
    raise RawDataError(
        "is text in an encoding that cannot be detected",
        where=path.name,
        remedy="declare the file's encoding: in study.yaml",
    )


def _decoded(path: Path, encoding: str) -> float | None:
    """How much of the text beyond ASCII stands in words of Japanese; None if it is no such text."""
    decoder = codecs.getincrementaldecoder(encoding)()
    beyond = japanese = 0
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                text = decoder.decode(block)
                if not text.isascii():
                    beyond += sum(map(len, _BEYOND.findall(text)))
                    japanese += sum(map(len, _WORD.findall(text)))
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return japanese / beyond if beyond else 0.0


def _delimiter(path: Path, encoding: str, head: int) -> tuple[str, bool]:
    """The delimiter that gives the head most columns, a comma where none does.

    With it whether the file itself tells it, in a first line `sep=;`.
    """
    with path.open("rb") as file:
        start = file.read(_BLOCK).decode(encoding, errors="ignore").lstrip("\ufeff")
    stated = separator(start.encode())
    if stated:
        return stated, True
    lines = start.splitlines()
    lines = lines[head - 1 : head] if head else [line for line in lines if line.strip()][:1]
    try:
        columns = {sign: len(next(csv.reader(lines, delimiter=sign), [])) for sign in DELIMITERS}
    except csv.Error:
        return ",", False
    return max(columns, key=lambda sign: columns[sign]), False
