"""The six subjects of the committed export, told by hand in the tables of `told/`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from .course import EVENTS, NONE, NOT_GRADED, Course, Log
from .export import where

if TYPE_CHECKING:
    from .export import Columns, Ints

TOLD = Path(__file__).parent / "told"
NEVER = "ABCDE".index("E")
LOGS = ("medical_history", "prednisone", "medications", "adverse_events")


def told(name: str) -> pd.DataFrame:
    """A table of the folder, as text; nothing is a missing value."""
    return pd.read_csv(TOLD / f"{name}.csv", dtype="str", keep_default_na=False)


def six_subjects() -> Course:
    """The six, from their subjects and assessments."""
    subjects, visits = told("subjects"), told("assessments")
    row = visits["record"].to_numpy(dtype=np.int64) - 1
    column = pd.Index(EVENTS).get_indexer(pd.Index(visits["event"]))
    place = (row, column)

    def number(name: str) -> Ints:
        return subjects[name].to_numpy(dtype=np.int64)

    def by_event(values: np.ndarray, nothing: object) -> np.ndarray:
        filled = np.full((6, len(EVENTS), *values.shape[1:]), nothing, dtype=values.dtype)
        filled[place] = values
        return filled

    present = visits["items"].str.get_dummies(" ")
    grades = np.array([["ABCDE-".index(grade) for grade in text or "-" * 9]
                       for text in visits["bilag"]])  # fmt: skip
    grades = by_event(grades, NOT_GRADED)
    race = subjects["race"].str.get_dummies(" ")
    scale = visits["pga_scale"].replace("", "1").astype(int).to_numpy()
    return Course(
        sex=np.ones(6, dtype=np.int64),
        race=race.reindex(columns=_numbered(6), fill_value=0).to_numpy() == 1,
        ethnicity=number("ethnic"),
        birth=subjects["birth"].to_numpy(dtype="datetime64[D]"),
        height=subjects["height"].to_numpy(dtype=np.float64),
        weight=subjects["weight"].to_numpy(dtype=np.float64),
        diagnosis=pa.array(subjects["diagnosis"].tolist()),
        criteria=number("criteria"),
        criteria_met=number("criteria_met"),
        nephritis=number("nephritis") == 1,
        nephritis_class=number("nephritis_class"),
        infusion=subjects["infusion"].to_numpy(dtype="datetime64[m]"),
        minutes=number("minutes"),
        si_units_from=number("si_units_from"),
        pounds=number("pounds") == 1,
        fahrenheit=number("fahrenheit") == 1,
        effect=subjects["effect"].to_numpy(dtype=np.float64),
        helios=subjects["helios"].to_numpy(dtype=np.float64),
        steroid=np.ones(6, dtype=bool),
        completed=number("completed") == 1,
        last_day=number("last_day"),
        contact_day=number("contact_day"),
        reason=number("reason"),
        reason_text=pa.array(subjects["reason_text"].tolist()),
        state=by_event(visits["state"].astype(int).to_numpy(), NONE),
        day=by_event(visits["day"].astype(int).to_numpy(), 1),
        missed_because=np.ones((6, len(EVENTS)), dtype=np.int64),
        items=by_event(present.reindex(columns=_numbered(24), fill_value=0).to_numpy() == 1, False),
        grades=grades,
        ever=np.any(grades < NEVER, axis=1, keepdims=False),
        pga_scale=by_event(scale, 1),
        pga=by_event(visits["pga"].to_numpy(dtype="U4"), ""),
    )


def _numbered(last: int) -> list[str]:
    return [str(number) for number in range(1, last + 1)]


def six_logs() -> dict[str, Log]:
    """The forms that repeat, as they were typed, blanks and all."""
    logs = {}
    for name in LOGS:
        table = told(name)
        logs[name] = Log(
            table["record"].to_numpy(dtype=np.int64) - 1,
            {field: pa.array(table[field].tolist()) for field in table.columns[1:]},
        )
    return logs


def amended(columns: Columns, event: str) -> dict[str, pa.Array]:
    """The columns of an event with the mess of `told/planted.csv` in them."""
    planted = told("planted")
    planted = planted[planted["event"] == event]
    amended = dict(columns)
    for record, field, value in zip(
        planted["record"].astype(int), planted["field"], planted["value"], strict=True
    ):
        own = amended.get(field, pa.nulls(6, pa.string()))
        amended[field] = where(np.arange(1, 7) == record, value, own)
    return amended
