"""SAS transport files, version 5: a vectorised writer and a strict reader.

The layout is that of SAS technical note TS-140. What the format cannot hold is a `TransportError`
that names dataset, row, variable and value, never a change; what a file does not say clearly is a
`RawDataError` that names the byte. Equal input gives equal bytes.
"""

from submission.xpt.layout import Column, Member, record_length
from submission.xpt.numbers import missing_codes, special_missing
from submission.xpt.reader import (
    iter_xpt,
    read_categories,
    read_delivered,
    read_member,
    read_xpt,
    with_dates,
)
from submission.xpt.split import split_xpt
from submission.xpt.writer import write_xpt, write_xpt_parts, write_xpt_rows

__all__ = [
    "Column",
    "Member",
    "iter_xpt",
    "missing_codes",
    "read_categories",
    "read_delivered",
    "read_member",
    "read_xpt",
    "record_length",
    "special_missing",
    "split_xpt",
    "with_dates",
    "write_xpt",
    "write_xpt_parts",
    "write_xpt_rows",
]
