"""SAS datasets and transport files as text: what their formats make of numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from sdtm.readers._frames import Sheet, check_file, clock_text, typed
from specs.errors import RawDataError
from specs.findings import all_findings, findings
from specs.heads import check_head

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_OF_READSTAT = (ValueError, TypeError, IndexError, OverflowError, MemoryError)
"""What pyreadstat lets through where a damaged file has a variable without name or size."""

_START = np.datetime64("1960-01-01T00:00:00", "us")
_DAYS = (-138_061, 6_589_335)  # SAS has dates from 1582 to 19900
_DAY = 86_400

_STAMPS_AS_DATES = ("DTDATE", "DTMONYY", "DTWKDATX", "DTYEAR", "DTYYQC", "E8601DN", "B8601DN",
                    "IS8601DN", "NLDATMDT")  # fmt: skip
_STAMPS = ("DATETIME", "E8601D", "B8601D", "IS8601D", "DATEAMPM", "NLDATM", "MDYAMPM")
_TIMES = ("TIME", "HHMM", "E8601T", "B8601T", "E8601L", "B8601L", "IS8601T", "HOUR", "MMSS",
          "NLTIM")  # fmt: skip
_TIMES_OF_STAMPS = ("TOD",)
_DATES = ("DATE", "DDMMY", "MMDDY", "YYMMDD", "E8601DA", "B8601DA", "IS8601DA", "MONYY",
          "WEEKDAT", "WEEKDAY", "WORDDAT", "JULDAY", "JULIAN", "PDJUL", "YYMM", "YYMON", "YYQ",
          "YYWEEK", "YEAR", "MMYY", "MONTH", "MONNAME", "DAY", "DOWNAME", "QTR", "WEEKU", "WEEKV",
          "WEEKW", "NLDATE", "EURDF", "NENGO", "MINGUO", "HEBDATE", "HDATE")  # fmt: skip
_KINDS = (
    ("date of a stamp", _STAMPS_AS_DATES),
    ("date", ("E8601DA", "B8601DA", "IS8601DA")),
    ("stamp", _STAMPS),
    ("time of a stamp", _TIMES_OF_STAMPS),
    ("time", _TIMES),
    ("date", _DATES),
)
"""What a format makes of a number, by how its name begins; the first that fits."""

_LIKE_A_DATE = re.compile("DAT|TIM|8601|YY|MON|JUL|WEEK")


def read_sas(path: Path, encoding: str = "", catalog: Path | None = None) -> Sheet:
    """A SAS dataset or transport file; dates and times by their formats are ISO 8601 text.

    A special missing value (.A to .Z) is its text, and a code that stands for no answer. The user's
    formats in a catalog give the codes of the variables that have them.
    """
    import pyreadstat as sas

    check_file(path)
    how: dict[str, Any] = {"disable_datetime_conversion": True, "encoding": encoding or None}
    try:
        if path.suffix.lower() == ".sas7bdat":
            data, meta = sas.read_sas7bdat(str(path), user_missing=True, **how)
        else:
            data, meta = sas.read_xport(str(path), **how)
    except (sas.ReadstatError, sas.PyreadstatError, *_OF_READSTAT) as error:
        raise RawDataError(
            f"is not a SAS file that can be read ({error})",
            where=path.name,
            remedy="export the data again, or declare the file's encoding:",
        ) from None
    check_head(
        ["" if pd.isna(name) else str(name) for name in data.columns], path.name, RawDataError
    )
    formats = {
        name: str(sas_format or "") for name, sas_format in meta.original_variable_types.items()
    }
    columns = {name: _sas_text(data[name], formats.get(name, "")) for name in data.columns}
    index = pd.RangeIndex(1, len(data) + 1, name="line")
    frame = pd.DataFrame(
        {name: pd.Series(c.to_numpy(), index=index) for name, c in columns.items()}
    )
    special = {t for name in frame for t in frame[name].dropna().unique() if _is_special(t)}
    labels = {str(n): str(label) for n, label in meta.column_names_to_labels.items() if label}
    return Sheet(
        frame.astype("str"),
        labels,
        {code: f"special missing {code}" for code in sorted(special)},
        all_findings(_not_known(formats, path)),
        choices=_choices(formats, catalog) if catalog else {},
    )


def _not_known(formats: Mapping[str, str], path: Path) -> Iterator[pd.DataFrame]:
    """A warning for each format that may be one of dates and is not known here."""
    strange = {
        name: sas_format
        for name, sas_format in formats.items()
        if not _kind(sas_format) and _LIKE_A_DATE.search(_family(sas_format))
        if not sas_format.startswith("$")
    }
    if strange:
        yield findings(
            severity="warning",
            rule="CK-RAW-FORMAT",
            variable=list(strange),
            value=list(strange.values()),
            message="is a format that is not known here; where it is one of dates or times, the"
            " numbers stand as they are stored: give the variable a format of SAS",
            file=path.name,
        )


def _choices(formats: Mapping[str, str], catalog: Path) -> Mapping[str, Mapping[str, str]]:
    """By variable the codes of its format with their meaning, as a catalog has them."""
    import pyreadstat as sas

    check_file(catalog)
    try:
        _, meta = sas.read_sas7bcat(str(catalog))
    except (sas.ReadstatError, sas.PyreadstatError, *_OF_READSTAT) as error:
        raise RawDataError(
            f"is not a catalog of SAS that can be read ({error})",
            where=catalog.name,
            remedy="export the formats again, or write them as a table under codes:",
        ) from None
    codes_by_format = {name.upper().rstrip("."): codes for name, codes in meta.value_labels.items()}
    return {
        variable: {
            typed(code) or "" if isinstance(code, float) else str(code): str(label)
            for code, label in codes.items()
        }
        for variable, sas_format in formats.items()
        if (codes := codes_by_format.get(_family(sas_format)))
    }


def _family(sas_format: str) -> str:
    """The name of a format without width and decimals: DATETIME of DATETIME22.3."""
    return sas_format.upper().rstrip("0123456789.")


def _kind(sas_format: str) -> str:
    """What a format makes of a number; "" where it is one of numbers."""
    family = _family(sas_format)
    return next((kind for kind, begin in _KINDS if family.startswith(begin)), "")


def _is_special(text: str) -> bool:
    return len(text) == 2 and text[0] == "." and (text[1].isupper() or text[1] == "_")


def _sas_text(column: pd.Series, sas_format: str) -> pd.Series:
    """A variable's values as text: numbers by their format, special missings as .A."""
    if column.dtype != object and not pd.api.types.is_numeric_dtype(column):
        return column.astype("str").where(column.astype("str") != "")
    number = pd.to_numeric(column, errors="coerce").astype("float64")
    text = column.astype("str").where(column.notna())
    if not number.notna().any() and not text.str.fullmatch("[A-Z_]").any():
        return text.where(text != "")
    if column.dtype == object and (number.isna() & text.notna() & (text.str.len() > 1)).any():
        return text.where(text != "")  # text that holds numbers
    kind = _kind(sas_format)
    present = number.dropna()
    if kind in ("date", "stamp", "date of a stamp"):
        present = present[present.div(1 if kind == "date" else _DAY).between(*_DAYS)]
    if kind == "date":
        texts = _stamps(present * _DAY, "D")
    elif kind == "stamp" or (kind == "date of a stamp" and (present % _DAY != 0).any()):
        texts = _stamps(present, "us")
    elif kind == "date of a stamp":
        texts = _stamps(present, "D")
    elif kind in ("time", "time of a stamp"):
        of_day = present % _DAY if kind == "time of a stamp" else present
        texts = of_day.map(lambda seconds: clock_text(float(seconds)))
    else:
        texts = present.map(typed)
    special = ("." + text).where(number.isna() & text.notna())
    beyond = number.drop(present.index).dropna().map(typed)  # no date, so it stays a number
    whole: pd.Series = pd.concat([texts, beyond]).astype("str")
    return whole.reindex(column.index).fillna(special)


def _stamps(seconds: pd.Series, unit: Literal["D", "us"]) -> pd.Series:
    """Seconds from the start of 1960 as ISO 8601, with the decimals that they have."""
    ticks = _START + (seconds * 1_000_000).round().to_numpy().astype("timedelta64[us]")
    texts = pd.Series(np.datetime_as_string(ticks, unit=unit), index=seconds.index, dtype="str")
    return (
        texts
        if unit == "D"
        else texts.str.replace(r"\.?0+$", "", regex=True).where(
            texts.str.contains(r"\.", regex=True), texts
        )
    )
