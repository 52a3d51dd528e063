"""secuTrial: what the tables beside the forms say of items, forms, patients and visits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdtm.readers._secutrial_tables import ExportTable

SUBJECT, SUBJECT_KEY, DOCUMENT = "mnpaid", "mnppid", "mnpdocid"
VISIT_ID, VISIT, VISIT_NUMBER = "mnpvisid", "mnpvislabel", "mnpvisno"


def items(tables: Mapping[str, ExportTable]) -> pd.DataFrame:
    """The items that have a column, each with the table of its form.

    Where the export does not repeat it, it is that of the item's question.
    """
    if "items" not in tables:
        return pd.DataFrame(columns=["ffcolname", "itemtype", "formtablename", "fflabel", "unit"])
    items = tables["items"].frame
    blank = pd.Series(index=items.index, dtype="str")
    owner = items.get("formtablename", blank)
    if "questions" in tables and "fgid" in items and "fgid" in tables["questions"].frame:
        asked = _with_form(tables["questions"].frame, tables).drop_duplicates("fgid")
        by_question = asked.set_index("fgid")["formtablename"]
        owner = owner.fillna(mapped(items["fgid"], by_question))
    items = _with_form(items.assign(formtablename=owner), tables)
    for name in ("fflabel", "unit"):
        items[name] = items.get(name, blank)
    dummy = items["itemtype"].str.contains("dummy", case=False, na=False)
    return items[items["ffcolname"].notna() & ~dummy.astype("bool")]


def _with_form(rows: pd.DataFrame, tables: Mapping[str, ExportTable]) -> pd.DataFrame:
    """Rows with the table of their form, found by the form's id where it is not told."""
    named = rows.get("formtablename", pd.Series(index=rows.index, dtype="str"))
    forms = tables["forms"].frame if "forms" in tables else pd.DataFrame()
    if "formid" in rows and "formid" in forms:
        by_id = forms.drop_duplicates("formid").set_index("formid")["formtablename"]
        named = named.fillna(mapped(rows["formid"], by_id))
    return rows.assign(formtablename=named)


def mapped(keys: pd.Series, values: pd.Series | Mapping[str, str]) -> pd.Series:
    """What each key stands for, as text; missing where nothing tells."""
    return keys.map(values if isinstance(values, pd.Series) else dict(values)).astype("str")


def labels(tables: Mapping[str, ExportTable]) -> Mapping[str, str]:
    """The forms by the long name of their table."""
    if "forms" not in tables:
        return {}
    columns = tables["forms"].frame[["formtablename", "formname"]].dropna()
    return dict(columns.itertuples(index=False, name=None))


def long_name(name: str, labels: Mapping[str, str]) -> str:
    """The long name of a table, of which a short one is the end; "" where it is no form."""
    if name in labels:
        return name
    start, end = ("emnp", name[1:]) if name.startswith("e") else ("mnp", name)
    fitting = [long for long in labels if long.startswith(start) and end and long.endswith(end)]
    if not fitting and start == "emnp":  # a form whose own name starts with e
        fitting = [long for long in labels if long.startswith("mnp") and long.endswith(name)]
    return min(fitting, key=len, default="")


def patients(tables: Mapping[str, ExportTable]) -> Mapping[str, str]:
    """The visible id of patients by the key that secuTrial gives them."""
    cases = tables["casenodes"].frame if "casenodes" in tables else pd.DataFrame()
    if not {SUBJECT, SUBJECT_KEY} <= set(cases):
        return {}
    return dict(cases[[SUBJECT_KEY, SUBJECT]].dropna().itertuples(index=False, name=None))


def documents(tables: Mapping[str, ExportTable]) -> pd.DataFrame:
    """By the id of a saved form: whose it is and at which visit, for tables that tell no more."""
    wanted = [SUBJECT, SUBJECT_KEY, VISIT_ID, VISIT]
    frames = [
        table.frame.reindex(columns=[DOCUMENT, *wanted])
        for name, table in tables.items()
        if DOCUMENT in table.frame
        and not name.startswith("at")
        and "mnpsubdocid" not in table.frame
    ]
    if not frames:
        return pd.DataFrame(columns=wanted)
    return pd.concat(frames).drop_duplicates(DOCUMENT).set_index(DOCUMENT)


def visit_names(tables: Mapping[str, ExportTable]) -> Mapping[str, str]:
    """The visits by id: their label undecorated, with the id where several have one label."""
    if "visitplan" not in tables:
        return {}
    plan = tables["visitplan"].frame
    label = plan[VISIT].fillna("").str.strip("| \t").replace(r"\s+", " ", regex=True)
    shared = label.duplicated(keep=False)
    named = label.where(~shared, label + " (" + plan[VISIT_ID] + ")")
    return dict(zip(plan[VISIT_ID], named, strict=True))
