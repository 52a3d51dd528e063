"""Reading delimited text whole and as text, with the line of every row."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
from pydantic import BaseModel, ConfigDict, ValidationError

from specs.errors import RawDataError, SpecError, did_you_mean

if TYPE_CHECKING:
    from pathlib import Path
    from typing import TypeVar

    from specs.model import RawSource

    Model = TypeVar("Model", bound=BaseModel)


class Options(BaseModel):
    """What study.yaml may say to a reader."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def options(source: RawSource, model: type[Model]) -> Model:
    """The options of a source, checked by the reader's model."""
    try:
        return model.model_validate(dict(source.options))
    except ValidationError as error:
        problem = error.errors()[0]
        name = str(problem["loc"][0]) if problem["loc"] else ""
        remedy = (
            did_you_mean(name, model.model_fields) if problem["type"] == "extra_forbidden" else ""
        )
        raise SpecError(
            f"reader {source.reader}: {name}: {problem['msg']}", where=source.place, remedy=remedy
        ) from None


def read_text(path: Path, encoding: str = "utf-8") -> str:
    """The text of a file, without a byte order mark; RawDataError where it cannot be read."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise RawDataError(
            "there is no such file", where=str(path), remedy="check raw: in study.yaml"
        ) from None
    except IsADirectoryError:
        raise RawDataError("is a folder, not a file", where=str(path)) from None
    if not data.strip():
        raise RawDataError("is empty", where=path.name, remedy="export the data again")
    if encoding == "utf-8" and data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    try:
        text = data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RawDataError(
            f"byte {data[error.start]:#04x} is not {encoding} text",
            where=f"{path.name} line {line}",
            remedy="declare the file's encoding: in study.yaml",
        ) from None
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise RawDataError(
            "holds a NUL character, so it is not delimited text",
            where=f"{path.name} line {line}",
            remedy="export the data again as CSV",
        )
    if text.lstrip()[:15].lower().startswith(("<!doctype", "<html", "<?xml")):
        raise RawDataError(
            "is a web page or XML, not delimited text",
            where=path.name,
            remedy="a failed download is often saved so: export the data again",
        )
    return text


def read_delimited(path: Path, delimiter: str = ",", encoding: str = "utf-8") -> pd.DataFrame:
    """A delimited file as a frame of text (dtype `str`, blank is NaN).

    The index is the line, counted from 1, on which each row starts.
    """
    text = read_text(path, encoding)
    head = next(csv.reader(io.StringIO(text), delimiter=delimiter))
    twice = sorted({name for name in head if head.count(name) > 1})
    if twice or "" in head:
        what = f"the head has {', '.join(twice)} twice" if twice else "a column has no name"
        raise RawDataError(what, where=f"{path.name} line 1", remedy="export the data again")
    try:
        table = pa_csv.read_csv(
            io.BytesIO(text.encode()),
            read_options=pa_csv.ReadOptions(block_size=1 << 24),
            parse_options=pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(head, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid:
        raise _ragged(path, text, delimiter, len(head)) from None
    frame = pd.DataFrame(
        {name: pd.Series(table[name].to_pandas(), dtype="str") for name in table.column_names}
    )
    lines = _lines(text, delimiter, len(frame))
    return frame.set_axis(pd.Index(lines, dtype="int64", name="line"))


def _lines(text: str, delimiter: str, rows: int) -> np.ndarray:
    """The line each row starts on; counted one by one only where a value spans lines."""
    lines = text.rstrip("\r\n").count("\n")
    if lines == rows:
        return np.arange(2, rows + 2)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    starts, before = [], 0
    for row in reader:
        if row:
            starts.append(before + 1)
        before = reader.line_num
    return np.array(starts[1 : rows + 1])


def _ragged(path: Path, text: str, delimiter: str, columns: int) -> RawDataError:
    """The error that names the first row with more or fewer cells than the head."""
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    before = 0
    for row in reader:
        if row and len(row) != columns:
            return RawDataError(
                f"the row has {len(row)} cells, the head has {columns}",
                where=f"{path.name} line {before + 1}",
                remedy="the file was cut or a value holds an unquoted delimiter; export it again",
            )
        before = reader.line_num
    return RawDataError(
        "quotes do not close", where=path.name, remedy="the file was cut; export it again"
    )
