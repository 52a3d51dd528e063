"""Reading delimited text whole and as text, with the line of every row."""

from __future__ import annotations

import codecs
import csv
import io
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from sdtm.readers._layout import PLAIN, joined_heads, laid_out, unnamed
from specs.distinct import as_plain, from_dictionary
from specs.errors import AbsentDataError, RawDataError, SpecError, did_you_mean
from specs.heads import check_head
from specs.yaml_files import known_keys, plain_message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TypeVar

    from sdtm.readers._layout import Layout
    from specs.model import RawSource

    Model = TypeVar("Model", bound=BaseModel)

Delimiter = Annotated[str, StringConstraints(pattern=r'^[^"\r\n]?$')]
"""One sign, or nothing where it is to be detected."""

LONGEST = 1 << 24
"""The longest line of delimited text, in bytes."""

_START = 1000
"""How many bytes are looked at to tell what a file is."""


class Options(BaseModel):
    """What study.yaml may say to a reader."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def read_options(source: RawSource, model: type[Model]) -> Model:
    """The options of a source, checked by the reader's model."""
    try:
        return model.model_validate(dict(source.options))
    except ValidationError as error:
        problem = error.errors()[0]
        keys = problem["loc"]
        unknown = problem["type"] == "extra_forbidden"
        raise SpecError(
            f"reader {source.reader}: {'.'.join(map(str, keys))}: "
            + ("is not known here" if unknown else plain_message(problem)),
            where=source.place,
            remedy=did_you_mean(str(keys[-1]), known_keys(model, keys))
            if unknown
            else "mend the source in study.yaml",
        ) from None


def read_utf8(path: Path, encoding: str = "utf-8") -> bytes:
    """The text of a file in UTF-8, without a byte order mark; RawDataError where it is none."""
    try:
        check_lines(path)
        data = path.read_bytes()
    except FileNotFoundError:
        raise AbsentDataError(
            "there is no such file", where=str(path), remedy="check raw: in study.yaml"
        ) from None
    except OSError as error:
        raise RawDataError(
            f"cannot be read ({error.strerror})", where=str(path), remedy="check raw: in study.yaml"
        ) from None
    text = _in_utf8(data, encoding, path).removeprefix(codecs.BOM_UTF8)
    start = text[:_START].lstrip()
    if not start and not text.strip():
        raise RawDataError("is empty", where=path.name, remedy="export the data again")
    if b"\0" in text:
        line = text.count(b"\n", 0, text.index(b"\0")) + 1
        raise RawDataError(
            "holds a NUL character, so it is not delimited text",
            where=f"{path.name} line {line}",
            remedy="export the data again as CSV",
        )
    if start.lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise RawDataError(
            "is a web page or XML, not delimited text",
            where=path.name,
            remedy="a failed download is often saved so: export the data again",
        )
    return text


def _in_utf8(data: bytes, encoding: str, path: Path) -> bytes:
    """The same text in UTF-8; RawDataError where the bytes are no text in the encoding."""
    if encoding == "utf-8" and data.isascii():
        return data
    if encoding == "utf-8" and data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        return data.decode(encoding).encode()
    except LookupError:
        raise SpecError(
            f"there is no encoding {encoding}",
            where=path.name,
            remedy="write one such as utf-8 or cp1252 in study.yaml",
        ) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RawDataError(
            f"byte {data[error.start]:#04x} is not {encoding} text",
            where=f"{path.name} line {line}",
            remedy="declare the file's encoding: in study.yaml",
        ) from None


def check_lines(path: Path) -> None:
    """RawDataError where a line is longer than any row can be, before all of it is in memory."""
    line, length = 1, 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            newlines = block.count(b"\n")
            head = block.find(b"\n") if newlines else len(block)
            if length + head > LONGEST:
                raise RawDataError(
                    f"the line is longer than {LONGEST:,} bytes",
                    where=f"{path.name} line {line}",
                    remedy="it is not delimited text with a row on each line; export it again",
                )
            line += newlines
            length = len(block) - block.rfind(b"\n") - 1 if newlines else length + len(block)


def read_delimited(path: Path, delimiter: str = ",", encoding: str = "utf-8") -> pd.DataFrame:
    """A delimited file as a frame of text (dtype `str`, blank is NaN).

    The index is the line, counted from 1, on which each row starts.
    """
    frame = read_categories(path, delimiter, encoding, trailing=False)
    return pd.DataFrame({name: as_plain(column) for name, column in frame.items()})


def read_categories(
    path: Path,
    delimiter: str = ",",
    encoding: str = "utf-8",
    layout: Layout = PLAIN,
    *,
    trailing: bool = True,
) -> pd.DataFrame:
    """A delimited file as a frame of text as categories; otherwise as `read_delimited`.

    A column without a name and without a value is left out, as a delimiter at the end of lines
    makes one; with values it is called after its place. Where `trailing` is false, rows may not
    end in a delimiter that the head lacks: the head of a file of known columns would have lost one.
    """
    text, before = laid_out(read_utf8(path, encoding), layout, delimiter, path)
    line, names = _names(path, text, delimiter, layout)
    heads = 0 if layout.columns else layout.heads
    nameless = [n for n, name in enumerate(names) if not name.strip()]
    names = unnamed(names) if any(map(str.strip, names)) else names
    check_head(names, f"{path.name} line {line + before}", RawDataError, "export the data again")
    columns = None if heads == 1 and not nameless and not layout.below else names
    try:
        table = _parsed(text, delimiter, names, columns, heads + layout.below)
    except pa.ArrowInvalid:
        if not (trailing and _trailing(path, text, delimiter, len(names))):
            raise _ragged(path, text, delimiter, len(names), before) from None
        nameless, names = [len(names)], unnamed([*names, ""])
        text = text.replace(b"\n", delimiter.encode() + b"\n", heads)
        table = _parsed(text, delimiter, names, names, heads + layout.below)
    skipped = heads + layout.below
    index = _lines(path, text, delimiter, table.num_rows, skipped) + before
    lines = pd.Index(index, dtype="int64", name="line")
    arrays = dict(zip(names, table.unify_dictionaries().columns, strict=True))
    del table
    blank = {names[n] for n in nameless if arrays[names[n]].null_count == len(arrays[names[n]])}
    kept = [name for name in names if name not in blank]
    frame = pd.DataFrame({name: from_dictionary(arrays.pop(name), lines) for name in kept})
    # Arrow keeps for itself what it has let go, in each of its threads: more than the frame takes.
    pa.default_memory_pool().release_unused()
    return frame


def _names(path: Path, text: bytes, delimiter: str, layout: Layout) -> tuple[int, list[str]]:
    """The line of the head, and the names of the columns as the file or study.yaml has them."""
    if layout.columns:
        return 1, list(layout.columns)
    rows = list(islice(_rows(path, text, delimiter), layout.heads)) or [(1, [])]
    heads = [row for _, row in rows]
    return rows[0][0], heads[0] if layout.heads == 1 else joined_heads(heads)


def _parsed(
    text: bytes, delimiter: str, names: list[str], columns: list[str] | None, skipped: int
) -> pa.Table:
    """The rows of the text after the head; `columns` are given where its names are not to be."""
    return pa_csv.read_csv(
        pa.BufferReader(text),
        read_options=pa_csv.ReadOptions(
            use_threads=False,
            block_size=LONGEST,
            column_names=columns,
            skip_rows_after_names=skipped if columns else 0,
        ),
        parse_options=pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=b'"' in text),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string())),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


def _trailing(path: Path, text: bytes, delimiter: str, columns: int) -> bool:
    """Whether all rows but the head end in a delimiter more."""
    rows = [row for _, row in islice(_rows(path, text, delimiter), 1, None)]
    return bool(rows) and all(len(row) == columns + 1 and not row[-1] for row in rows)


def _lines(path: Path, text: bytes, delimiter: str, rows: int, skipped: int) -> np.ndarray:
    """The line each row starts on; counted one by one only where a value spans lines.

    `skipped` rows stand before the first.
    """
    end = len(text)
    while end and text[end - 1] in b"\r\n":
        end -= 1
    if text.count(b"\n", 0, end) == rows + skipped - 1 and text.count(b'"') % 2 == 0:
        return np.arange(1 + skipped, rows + skipped + 1)
    starts = [line for line, _ in _rows(path, text, delimiter)]
    return np.array(starts[skipped : rows + skipped], dtype="int64")


def _rows(path: Path, text: bytes, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the line it starts on."""
    lines = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    before = 0
    try:
        for row in reader:
            if row:
                yield before + 1, row
            before = reader.line_num
    except csv.Error as error:
        raise RawDataError(
            f"the row that starts here cannot be read ({error})",
            where=f"{path.name} line {before + 1}",
            remedy="a quote does not close, or the file was cut; export it again",
        ) from None


def _ragged(path: Path, text: bytes, delimiter: str, columns: int, before: int = 0) -> RawDataError:
    """The error that names the first row with more or fewer cells than the head."""
    for line, row in _rows(path, text, delimiter):
        if len(row) != columns:
            return RawDataError(
                f"the row has {len(row)} cells, the head has {columns}",
                where=f"{path.name} line {line + before}",
                remedy="the file was cut, or a value holds an unquoted delimiter; export it again."
                " Where lines stand above the head, name its line with head:",
            )
    return RawDataError(
        "is not delimited text", where=path.name, remedy="export the data again as CSV"
    )
