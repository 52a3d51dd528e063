"""A workbook of other origin as the files of a study: what its rows say, as far as they tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

from specs.errors import SpecError, did_you_mean
from specs.limits import LONGEST_TEXT
from specs.paths import dataset_name
from specs.rule_models import ORIGINS, DataType
from specs.standards import latest
from specs.workbooks import rule_cells
from specs.workbooks.layouts import FIRST, ORIGINS_2_0
from specs.workbooks.value_level import conditions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from specs.workbooks.importing import WorkbookImport
    from specs.workbooks.sheets import Row, Workbook

_CLASSES: Final = {
    "ADSL": "SUBJECT LEVEL ANALYSIS DATASET",
    "BDS": "BASIC DATA STRUCTURE",
    "OCCDS": "OCCURRENCE DATA STRUCTURE",
    "ADAE": "OCCURRENCE DATA STRUCTURE",
}
_WITH_LENGTH: Final = ("Char", "integer", "float")
_VERBS: Final = {
    **{verb: verb for verb in ORIGINS},
    **{said.casefold(): verb for verb, said in ORIGINS_2_0.items()},
    "edt": "collected",
    "source": "collected",
    "copied": "predecessor",
}


def from_layout(book: Workbook, draft: WorkbookImport) -> None:
    """Add the files of a workbook of other origin; what is wrong in it goes to its problems."""
    comments = {row["ID"]: row["Description"] for row in book.rows("Comments")}
    for row in book.rows("Datasets"):
        name = row["Dataset"]
        if name.startswith("SUPP"):
            continue
        try:
            dataset_name(name, row.place("Dataset"))
        except SpecError as error:
            draft.problems.append(str(error))
            continue
        adam = _is_adam(row, book)
        content: dict[str, Any] = {"dataset": name, "label": row["Label"]}
        if adam or latest("SDTMIG").dataset(name) is None:
            content["class"] = _CLASSES.get(row["Class"].upper(), row["Class"])
        content["keys"] = [key.strip() for key in row["Key Variables"].split(",") if key.strip()]
        content |= {"structure": row["Structure"]} if row["Structure"] else {}
        comment = comments.get(row["Comment"], row["Comment"])
        content |= {"comment": comment} if comment else {}
        if not adam:
            content["records"] = [{"from": name.lower()}]
        content["variables"] = {}
        path = f"{'adam' if adam else 'sdtm'}/{name.lower()}.yaml"
        if path in draft.files:
            draft.problems.append(f"{row.place('Dataset')}: the dataset {name} is there twice")
        draft.files[path] = content
    for row in book.rows("Variables"):
        file = _file_of(row, draft)
        if file is not None:
            file["variables"][row["Variable"]] = variable_of(row, comments, draft)
    for row in book.rows("ValueLevel"):
        _add_value(book, row, comments, draft)
    lists = {row["ID"] for row in book.rows("Codelists")}
    lists |= {row["ID"] for row in book.rows("Dictionaries")}
    for row in book.rows("Variables"):
        if row["Codelist"] and row["Codelist"] not in lists:
            draft.problems.append(
                f"{row.place('Codelist')}: there is no codelist {row['Codelist']};"
                f" {did_you_mean(row['Codelist'], lists)}"
            )
    own: dict[str, dict[str, Any]] = {}
    for row in book.rows("Codelists"):
        if not row["NCI Codelist Code"]:
            content = own.setdefault(row["ID"], {"label": row["Name"], "terms": {}})
            content["terms"][row["Term"]] = row["Decoded Value"] or None
    if own:
        draft.files["terminology.yaml"] = {"codelists": own}


def _add_value(
    book: Workbook, row: Row, comments: Mapping[str, str], draft: WorkbookImport
) -> None:
    """A line of value level: a qualifier of the domain, or the values under a condition."""
    when = conditions(book, row, draft.problems)
    owner = row["Dataset"].removeprefix("SUPP")
    file = next((f for f in draft.files.values() if f.get("dataset") == owner), None)
    if not when or file is None:
        return
    entry = variable_of(row, comments, draft)
    if row["Dataset"] != owner:
        name = str(next(iter(when[0].get("QNAM", {}).values()), ""))
        file.setdefault("supplemental", {})[name] = {**entry, "label": entry["label"] or name}
        return
    variable = file["variables"].setdefault(row["Variable"], {})
    entry = {key: value for key, value in entry.items() if value != ""}
    variable.setdefault("values", []).append({"when": when, **entry})


def _is_adam(row: Row, book: Workbook) -> bool:
    attributes = {r["Attribute"]: r["Value"] for r in book.rows(FIRST[book.family])}  # type: ignore[index]  # as above
    name = row["Standard"] or attributes.get("StandardName", "")
    return "adam" in name.casefold() or row["Purpose"].casefold() == "analysis"


def _file_of(row: Row, draft: WorkbookImport) -> dict[str, Any] | None:
    name = row["Dataset"]
    if name.startswith("SUPP"):
        return None
    file = next((f for f in draft.files.values() if f.get("dataset") == name), None)
    if file is None:
        names = [f["dataset"] for f in draft.files.values() if "dataset" in f]
        draft.problems.append(
            f"{row.place('Dataset')}: there is no dataset {name or 'without name'};"
            f" {did_you_mean(name, names)}"
        )
    return file


def variable_of(row: Row, comments: Mapping[str, str], draft: WorkbookImport) -> dict[str, Any]:
    """What a row says of a variable or value, with its rule as far as it tells it."""
    entry = described(row, comments, draft)
    if row["Rule"]:
        rules = rule_cells.rules_in(row, [], draft.problems)
        return entry | (rules[0] if len(rules) == 1 else {"rules": rules})
    verb = _VERBS.get(row["Origin"].casefold(), "")
    predecessor, constant = row["Predecessor"], row["Assigned Value"]
    if row["Origin"] and not verb:
        draft.problems.append(
            f"{row.place('Origin')}: {row['Origin']} is not an origin;"
            f" {did_you_mean(row['Origin'], _VERBS)}"
        )
    if verb == "predecessor" and predecessor:
        entry["predecessor"] = predecessor
    elif constant and verb in ("assigned", "protocol", "collected"):
        entry[verb] = {"constant": constant}
    return entry


def described(row: Row, comments: Mapping[str, str], draft: WorkbookImport) -> dict[str, Any]:
    """What a row says of a variable beside its rule."""
    entry: dict[str, Any] = {"label": row["Label"]}
    kind = row["Data Type"].casefold()
    if kind:
        types = {name.casefold(): name for name in get_args(DataType)} | {"number": "Num"}
        types |= {"text": "Char"}
        entry["type"] = types.get(kind, "Char")
    length = row["Length"]
    if length and length.isdigit() and int(length) <= LONGEST_TEXT:
        entry |= {"length": int(length)} if entry.get("type") in _WITH_LENGTH else {}
    elif length:
        draft.problems.append(
            f"{row.place('Length')}: {length} is not a length from 1 to {LONGEST_TEXT}"
        )
    if row["Significant Digits"].isdigit():
        entry["digits"] = int(row["Significant Digits"])
    for key, head in (("codelist", "Codelist"), ("format", "Format")):
        if row[head]:
            entry[key] = row[head]
    comment = comments.get(row["Comment"], row["Comment"])
    return entry | ({"comment": comment} if comment else {})
