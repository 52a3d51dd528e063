"""Unscheduled visits numbered in the order of time, where study.yaml says so.

Several visits of one subject at one event are told apart by the repeat that the source gives the
event, else by the day. They are numbered 1, 2, ... by their first date, and that number is from
then on the repeat of the event of their records: VISITNUM is that of the event plus a hundredth
of it.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from sdtm.dates import combine_dtc, first_day, full_day, time_of_day
from sdtm.raw import findings_on
from specs.distinct import as_category, as_plain, on_distinct
from specs.findings import all_findings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sdtm.raw import Form, RawData
    from specs.model import Study

_KEYS = ["@subject", "@event", "@of"]


def with_visits_in_order(study: Study, data: RawData) -> RawData:
    """The raw data with the visits of the events under `unscheduled` numbered in time.

    A record whose visit is not known, as its source tells no repeat and no complete date, has no
    number, and is a finding. SpecError where a form or a field of a date is not there.
    """
    unscheduled = study.unscheduled
    if not unscheduled:
        return data
    place = study.unscheduled_place
    for named in unscheduled.values():
        for name, fields in named.items():
            for field in fields:
                data.form(name, place).field_named(field, place)
    visits = [_visits(form, unscheduled) for form in data.forms.values()]
    filled = [rows for rows in visits if len(rows)]
    if not filled:
        return data
    numbers = _numbers(pd.concat(filled))
    forms = {
        name: _numbered(form, numbers.reindex(rows.index)) if len(rows) else form
        for (name, form), rows in zip(data.forms.items(), visits, strict=True)
    }
    finding_tables = [
        finding
        for form, rows in zip(data.forms.values(), visits, strict=True)
        for finding in _without_number(form, numbers.reindex(rows.index), unscheduled)
    ]
    return replace(
        data,
        forms=MappingProxyType(forms),
        findings=all_findings([data.findings, *finding_tables]),
    )


def _visits(form: Form, unscheduled: Mapping[str, Mapping[str, tuple[str, ...]]]) -> pd.DataFrame:
    """Of each record at these events what tells its visit (`@of`), and its day and time."""
    events = as_plain(form.frame["@event"])
    here = form.frame[events.isin(list(unscheduled)).to_numpy()]
    rows = pd.DataFrame(
        {
            "@subject": as_plain(here["@subject"]),
            "@event": as_plain(here["@event"]),
            "repeat": as_plain(here["@event_repeat"]),
        }
    )
    dtc = pd.Series(index=rows.index, dtype="str")
    for event, forms in unscheduled.items():
        if form.name in forms:
            own = rows["@event"].eq(event)
            dtc = dtc.where(~own, _dates(form, here, forms[form.name]))
    rows["first"] = first_day(dtc)
    rows["time"] = time_of_day(dtc)
    day = full_day(dtc).dt.strftime("%Y-%m-%d").astype("str")
    rows["@of"] = rows["repeat"].where(rows["repeat"].notna(), day)
    return rows


def _dates(form: Form, here: pd.DataFrame, fields: tuple[str, ...]) -> pd.Series:
    """The date, with its time where one is named, of some records as ISO 8601 text."""
    date = as_plain(on_distinct(form.fields[fields[0]].iso, here[fields[0]]))
    if len(fields) == 1:
        return date
    time = as_plain(on_distinct(form.fields[fields[1]].answered, here[fields[1]]))
    return combine_dtc(date, time)["dtc"]


def _numbers(rows: pd.DataFrame) -> pd.Series:
    """The number of the visit of each record, in time; missing where the visit has no date."""
    dated = rows[rows["@of"].notna()]
    first = dated.sort_values(["first", "time"], na_position="last", kind="stable")
    visits = first.groupby(_KEYS, sort=False)[["first", "time", "repeat"]].first().reset_index()
    visits = visits[visits["first"].notna()]
    visits["number"] = pd.to_numeric(visits["repeat"], errors="coerce")
    order = visits.sort_values(["first", "time", "number", "@of"], kind="stable")
    order["place"] = order.groupby(["@subject", "@event"]).cumcount() + 1
    numbered = dated.reset_index(names="record").merge(
        order[[*_KEYS, "place"]], on=_KEYS, how="left"
    )
    return numbered.set_index("record")["place"].astype("float64").reindex(rows.index)


def _numbered(form: Form, numbers: pd.Series) -> Form:
    texts = numbers.astype("Int64").astype("str").where(numbers.notna())
    repeat = as_plain(form.frame["@event_repeat"]).astype("str")
    repeat.loc[texts.index] = texts
    return replace(form, frame=form.frame.assign(**{"@event_repeat": as_category(repeat)}))


def _without_number(
    form: Form, numbers: pd.Series, unscheduled: Mapping[str, Mapping[str, tuple[str, ...]]]
) -> Iterator[pd.DataFrame]:
    records = numbers.index[numbers.isna()]
    if not len(records):
        return
    events = as_plain(form.frame.loc[records, "@event"])
    for event in events.unique():
        fields = unscheduled[event].get(form.name)
        why = "has no complete date"
        if not fields:
            why = f"has no date: study.yaml names none of form {form.name} under unscheduled"
        own = records[events.eq(event).to_numpy()]
        yield findings_on(
            form,
            own,
            severity="error",
            rule="CK-VISIT-ORDER",
            variable=fields[0] if fields else None,
            value=form.frame.loc[own, fields[0] if fields else "@event"],
            message=f"the record at {event} {why}, so that its visit is not known and has no"
            " number",
        )
