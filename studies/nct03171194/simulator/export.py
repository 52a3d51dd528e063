"""Text as a REDCap export writes it: values, quoting, one line per record, event and instance."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Dates = NDArray[np.datetime64]
    Columns = Mapping[str, pa.Array]

KEYS = ("record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
MONTHS = pa.array(
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
)
CLOCK = pa.array([f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(24 * 60)])


def whole(values: Ints | Bools) -> pa.Array:
    """Whole numbers and codes as text."""
    return pa.array(np.asarray(values).astype(np.int64)).cast(pa.string())


def fixed(values: Floats | Ints, places: int) -> pa.Array:
    """Numbers that are not negative as text with that many decimals; 4.5 with two is "4.50"."""
    scaled = np.rint(np.asarray(values) * 10**places).astype(np.int64)
    if places == 0:
        return whole(scaled)
    left, right = np.divmod(scaled, 10**places)
    return joined(whole(left), pc.utf8_lpad(whole(right), places, "0"), separator=".")


def joined(*parts: pa.Array | str, separator: str = "") -> pa.Array:
    """The parts of each row as one text; a missing part is blank."""
    return pc.binary_join_element_wise(
        *parts, separator, null_handling="replace", null_replacement=""
    )


def chosen(labels: Sequence[str], positions: Ints) -> pa.Array:
    """The label at each position."""
    return pa.array(labels, pa.string()).take(pa.array(positions))


def where(condition: Bools, then: pa.Array | str, other: pa.Array | str | None = None) -> pa.Array:
    """One text or the other; nothing is a blank."""
    if other is None:
        other = pa.scalar(None, pa.string())
    return pc.if_else(pa.array(np.asarray(condition, dtype=bool)), then, other)


def later(moments: Dates, by: Ints) -> Dates:
    """The moments that many of their own units later: days or minutes."""
    moved: Dates = moments + np.asarray(by).astype(moments.dtype.str.replace("M8", "m8"))
    return moved


def date(dates: Dates) -> pa.Array:
    """YYYY-MM-DD."""
    return pa.array(dates.astype("datetime64[D]")).cast(pa.string())


def date_time(moments: Dates) -> pa.Array:
    """YYYY-MM-DD HH:MM."""
    text = pa.array(moments.astype("datetime64[s]")).cast(pa.string())
    return pc.utf8_slice_codeunits(text, 0, 16)


def clock(minutes: Ints) -> pa.Array:
    """HH:MM of minutes after midnight."""
    return CLOCK.take(pa.array(minutes))


def partial_date(dates: Dates, no_day: Bools, no_month: Bools) -> pa.Array:
    """DD-MMM-YYYY with UN for a day and UNK for a month that are not known."""
    days = dates.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    day = pc.utf8_lpad(whole((days - months).astype(np.int64) + 1), 2, "0")
    month = MONTHS.take(pa.array(months.astype(np.int64) % 12))
    year = whole(days.astype("datetime64[Y]").astype(np.int64) + 1970)
    return joined(where(no_day | no_month, "UN", day), where(no_month, "UNK", month), year,
                  separator="-")  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """The columns of an export, read off its dictionary, and which form is asked at which event."""

    header: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    events: Mapping[str, tuple[str, ...]]
    free_text: frozenset[str]

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms in the order of the dictionary."""
        return tuple(self.fields)


@dataclass(frozen=True)
class Lines:
    """Finished lines of an export, each with the number that says where in the file it stands."""

    order: Ints
    text: pa.Array


def layout(folder: Path) -> Layout:
    """The layout of the export whose dictionary and event-form mapping lie in the folder."""
    with (folder / "dictionary.csv").open(encoding="utf-8", newline="") as file:
        dictionary = list(csv.DictReader(file))
    with (folder / "event_forms.csv").open(encoding="utf-8", newline="") as file:
        mapping = list(csv.DictReader(file))
    fields: dict[str, list[str]] = {}
    free_text = set()
    for row in dictionary:
        name, form = row["Variable / Field Name"], row["Form Name"]
        columns = fields.setdefault(form, [])
        if name == KEYS[0]:
            continue
        if row["Field Type"] == "checkbox":
            options = row["Choices, Calculations, OR Slider Labels"].split("|")
            columns += [f"{name}___{option.split(',')[0].strip().lower()}" for option in options]
        else:
            columns.append(name)
        validation = row["Text Validation Type OR Show Slider Number"]
        if row["Field Type"] in ("text", "notes") and validation in ("", "datetime_ymd"):
            free_text.add(name)
    for form, columns in fields.items():
        columns.append(f"{form}_complete")
    events: dict[str, list[str]] = {}
    for row in mapping:
        events.setdefault(row["unique_event_name"], []).append(row["form"])
    return Layout(
        header=(*KEYS, *(column for columns in fields.values() for column in columns)),
        fields={form: tuple(columns) for form, columns in fields.items()},
        events={event: tuple(forms) for event, forms in events.items()},
        free_text=frozenset(free_text),
    )


def lines(
    layout: Layout,
    event: str,
    record: Ints,
    columns: Columns,
    *,
    instrument: str = "",
    instance: Ints | None = None,
) -> Lines:
    """One line per row of the columns, ordered by record, event, instrument and instance."""
    unknown = set(columns) - set(layout.header)
    if unknown:
        raise KeyError(f"no such column in the dictionary: {', '.join(sorted(unknown))}")
    repeat = np.zeros(len(record), dtype=np.int64) if instance is None else instance
    keys: dict[str, pa.Array | str] = {
        "record_id": whole(record),
        "redcap_event_name": event,
        "redcap_repeat_instrument": instrument,
        "redcap_repeat_instance": "" if instance is None else whole(instance),
    }
    parts: list[pa.Array | str] = []
    blanks = 0
    for name in layout.header:
        if name in columns or name in keys:
            if blanks:
                parts.append("," * (blanks - 1))
            blanks = 0
            value = keys[name] if name in keys else columns[name]
            parts.append(quoted(value) if name in layout.free_text else value)
        else:
            blanks += 1
    if blanks:
        parts.append("," * (blanks - 1))
    form = layout.forms.index(instrument) + 1 if instrument else 0
    place = (list(layout.events).index(event) * 100 + form) * 10_000
    text = joined(joined(*parts, separator=","), "\n")
    return Lines(order=record * 100_000_000 + place + repeat, text=text.cast(pa.large_string()))


def quoted(values: pa.Array) -> pa.Array:
    """The values with quotes round those that hold a blank, a comma or a quote."""
    quotes = joined('"', pc.replace_substring(values, '"', '""'), '"')
    return pc.if_else(pc.match_substring_regex(values, r'[\s,"]'), quotes, values)


def body(parts: Sequence[Lines]) -> memoryview:
    """The bytes of all lines in the order of the file."""
    order = np.argsort(np.concatenate([part.order for part in parts]), kind="stable")
    text = pa.concat_arrays([part.text for part in parts]).take(pa.array(order))
    offsets = np.frombuffer(text.buffers()[1], dtype=np.int64)
    return memoryview(text.buffers()[2])[offsets[0] : offsets[len(text)]]
