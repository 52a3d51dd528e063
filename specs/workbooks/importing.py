"""A workbook as the files of a study.

What the layout's own sheets say of labels, types, lengths, formats, codelists, keys and comments
counts; rules, sources and constants come from the added sheets. A workbook without these gives
the variables with their origins, as far as these say how a value comes about.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, get_args

from specs.errors import SpecError, did_you_mean
from specs.files import ORIGINS, DataType
from specs.standards import standard
from specs.workbooks import rule_cells
from specs.workbooks.exporting import NUMBER
from specs.workbooks.layouts import FIRST, LAYOUTS, ORIGINS_2_0, RULED
from specs.workbooks.value_level import conditions

if TYPE_CHECKING:
    from collections.abc import Mapping

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


@dataclass
class Imported:
    """What an import made: the files by their path in the study's folder, and what was not used."""

    files: dict[str, dict[str, Any]]
    unknown: tuple[str, ...] = ()
    problems: list[str] = field(default_factory=list)


def read_files(book: Workbook) -> Imported:
    """The files that a workbook stands for, as they would be written; SpecError lists problems."""
    layout = LAYOUTS[book.family]  # type: ignore[index]  # the family is one of the three
    unknown = tuple(
        f"{sheet.name}: {column}"
        for sheet in book.sheets
        if sheet.name in layout
        for column in sheet.columns
        if column
        and not any(
            _known(column, name)
            for name in (*layout[sheet.name], *_ELSEWHERE, *_added_columns(sheet.name))
        )
    )
    made = Imported({"study.yaml": _study(book)}, unknown)
    if book.sheet("Files") is not None:
        _from_added(book, made)
    else:
        _from_layout(book, made)
    if made.problems:
        raise SpecError("\n".join(f"{book.file}: {problem}" for problem in made.problems))
    return made


_ELSEWHERE: Final = ("Common", "Source Variables", "Raw Variables", "Join Comment", "Purpose")


def _added_columns(sheet: str) -> tuple[str, ...]:
    return rule_cells.COLUMNS if sheet in RULED else ()


def _known(column: str, name: str) -> bool:
    from specs.workbooks.sheets import same_column

    return same_column(column, name)


def _study(book: Workbook) -> dict[str, Any]:
    told = {r["Attribute"]: r["Value"] for r in book.rows(FIRST[book.family])}  # type: ignore[index]  # as above
    adam = "adam" in told.get("StandardName", "").casefold()
    return {
        "study": told.get("StudyName") or "STUDY",
        "title": told.get("StudyDescription") or told.get("StudyName") or "STUDY",
        "description": told.get("StudyDescription") or "",
        "protocol": told.get("ProtocolName") or told.get("StudyName") or "STUDY",
        "standards": {"SDTMIG": "3.4", "ADaMIG": "1.3"} if adam else {"SDTMIG": "3.4"},
        "terminology": {"SDTM": "2025-03-28", "ADaM": "2025-03-28"},
        "data_cut": "1900-01-01",
        "raw": [],
    }


# from the added sheets


def _from_added(book: Workbook, made: Imported) -> None:
    for row in book.rows("Files"):
        said: dict[str, Any] = {"dataset": row["Dataset"]}
        said |= {key: row[head] for key, head in (("id", "ID"), ("domain", "Domain")) if row[head]}
        said |= _parsed(row, "Other", made) or {}
        made.files[row["File"]] = said
    for row in book.rows("Records"):
        if (file := _file(row, made)) is not None:
            file.setdefault("records", []).append(_block(row, made))
    tests = book.sheet("Tests")
    by_file: dict[str, list[Row]] = {}
    for row in book.rows("Tests"):
        if _file(row, made) is not None:
            by_file.setdefault(row["File"], []).append(row)
    for name, rows in by_file.items():
        columns = tests.columns[1:] if tests else ()
        head = [c for c in columns if any(row.cells.get(c) for row in rows)]
        table = [[_value(row.cells.get(column, "")) for column in head] for row in rows]
        made.files[name]["tests"] = [head, *table]
    for row in book.rows("Rules"):
        if (file := _file(row, made)) is not None:
            _add_rule(file, row, made)
    for said in made.files.values():
        for part in ("variables", "supplemental"):
            for name, told in said.get(part, {}).items():
                said[part][name] = _shortened(told)
        if "dataset" in said:
            said.setdefault("variables", {})
    _add_terms(book, made)
    for row in book.rows("Variables"):
        described(row, {}, made)  # what is wrong in it is found before anything is written


def _file(row: Row, made: Imported) -> dict[str, Any] | None:
    file = made.files.get(row["File"])
    if file is None:
        made.problems.append(
            f"{row.place('File')}: {row['File'] or 'nothing'} is no file of the sheet Files;"
            f" {did_you_mean(row['File'], made.files)}"
        )
    return file


def _block(row: Row, made: Imported) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if row["Rule"]:
        told = {"derived": row["Rule"], "from": row["Sources"].split("\n")}
        if constants := _parsed(row, "Constants", made):
            told["with"] = constants
    elif row["From"]:
        told["from"] = row["From"]
    if row["Name"]:
        told["name"] = row["Name"]
    for part in ("where", "join", "bind", "assign"):
        if given := _parsed(row, part.capitalize(), made):
            told[part] = given
    return told | (_parsed(row, "Other", made) or {})


def _add_rule(file: dict[str, Any], row: Row, made: Imported) -> None:
    part = row["Part"]
    if part not in ("variables", "supplemental", "parameters"):
        made.problems.append(
            f"{row.place('Part')}: {part or 'nothing'} is no part of a file; it is variables,"
            " supplemental or parameters"
        )
        return
    said = file.setdefault(part, {}).setdefault(row["Name"], {})
    said |= _parsed(row, "Given", made) or {}
    rule = _rule(row, made)
    if rule and part == "parameters":
        said |= rule
    elif rule:
        said.setdefault("rules", []).append(rule)


def _rule(row: Row, made: Imported) -> dict[str, Any]:
    verb = row["Verb"]
    if not verb:
        return {}
    if verb == "standard":
        return {"standard": True}
    if verb not in ORIGINS:
        made.problems.append(
            f"{row.place('Verb')}: {verb} is no verb; {did_you_mean(verb, (*ORIGINS, 'standard'))}"
        )
        return {}
    sources = row["Sources"].split("\n") if row["Sources"] else []
    constants = _parsed(row, "Constants", made)
    rule: dict[str, Any]
    if verb == "derived":
        rule = {"derived": row["Rule"], "from": sources}
        if constants:
            rule["with"] = constants
    elif constants is not None:
        rule = {verb: constants}
    else:
        rule = {verb: sources[0] if len(sources) == 1 else sources}
    for key, head in (("when", "Condition"), ("where", "Where")):
        if given := _parsed(row, head, made):
            rule[key] = given
    return rule | (_parsed(row, "Other", made) or {})


def _shortened(told: dict[str, Any]) -> Any:
    """What is said of a variable as a person writes it: one rule beside the rest."""
    rules = told.get("rules", [])
    if rules == [{"standard": True}]:
        return {**{k: v for k, v in told.items() if k != "rules"}, "standard": True}
    if len(rules) == 1:
        return {**{k: v for k, v in told.items() if k != "rules"}, **rules[0]}
    return told


def _add_terms(book: Workbook, made: Imported) -> None:
    lists: dict[str, dict[str, Any]] = {}
    for row in book.rows("Terms"):
        said, kind = lists.setdefault(row["Codelist"], {}), row["Kind"]
        if kind in ("label", "of"):
            said[kind] = row["Value"]
        elif kind == "only":
            said.setdefault(kind, []).append(row["Value"])
        elif kind in ("terms", "extend", "collected"):
            said.setdefault(kind, {})[row["Value"]] = row["Meaning"] or None
        else:
            made.problems.append(
                f"{row.place('Kind')}: {kind or 'nothing'} is no kind of entry;"
                f" {did_you_mean(kind, ('label', 'of', 'only', 'terms', 'extend', 'collected'))}"
            )
    if lists:
        made.files["terminology.yaml"] = {"codelists": lists}


def _parsed(row: Row, column: str, made: Imported) -> Any:
    text = row[column]
    if not text:
        return None
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        made.problems.append(f"{row.place(column)}: is not JSON ({error.msg}): {text[:60]}")
        return None


def _value(text: str) -> Any:
    if not text:
        return None
    if text.startswith('"') and text.endswith('"'):
        return json.loads(text)
    if NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


# from a workbook of others


def _from_layout(book: Workbook, made: Imported) -> None:
    comments = {row["ID"]: row["Description"] for row in book.rows("Comments")}
    for row in book.rows("Datasets"):
        name = row["Dataset"]
        if name.startswith("SUPP"):
            continue
        adam = _is_adam(row, book)
        said: dict[str, Any] = {"dataset": name, "label": row["Label"]}
        if adam or standard("SDTMIG", "3.4").dataset(name) is None:
            said["class"] = _CLASSES.get(row["Class"].upper(), row["Class"])
        said["keys"] = [key.strip() for key in row["Key Variables"].split(",") if key.strip()]
        said |= {"structure": row["Structure"]} if row["Structure"] else {}
        comment = comments.get(row["Comment"], row["Comment"])
        said |= {"comment": comment} if comment else {}
        if not adam:
            said["records"] = [{"from": name.lower()}]
        said["variables"] = {}
        made.files[f"{'adam' if adam else 'sdtm'}/{name.lower()}.yaml"] = said
    for row in book.rows("Variables"):
        file = _file_of(row, made)
        if file is not None:
            file["variables"][row["Variable"]] = variable_of(row, comments, made)
    for row in book.rows("ValueLevel"):
        _add_value(book, row, comments, made)
    lists = {row["ID"] for row in book.rows("Codelists")}
    lists |= {row["ID"] for row in book.rows("Dictionaries")}
    for row in book.rows("Variables"):
        if row["Codelist"] and row["Codelist"] not in lists:
            made.problems.append(
                f"{row.place('Codelist')}: there is no codelist {row['Codelist']};"
                f" {did_you_mean(row['Codelist'], lists)}"
            )
    own: dict[str, dict[str, Any]] = {}
    for row in book.rows("Codelists"):
        if not row["NCI Codelist Code"]:
            said = own.setdefault(row["ID"], {"label": row["Name"], "terms": {}})
            said["terms"][row["Term"]] = row["Decoded Value"] or None
    if own:
        made.files["terminology.yaml"] = {"codelists": own}


def _add_value(book: Workbook, row: Row, comments: Mapping[str, str], made: Imported) -> None:
    """A line of value level: a qualifier of the domain, or the values under a condition."""
    when = conditions(book, row, made.problems)
    owner = row["Dataset"].removeprefix("SUPP")
    file = next((f for f in made.files.values() if f.get("dataset") == owner), None)
    if not when or file is None:
        return
    said = variable_of(row, comments, made)
    if row["Dataset"] != owner:
        name = str(next(iter(when[0].get("QNAM", {}).values()), ""))
        file.setdefault("supplemental", {})[name] = {**said, "label": said["label"] or name}
        return
    variable = file["variables"].setdefault(row["Variable"], {})
    said = {key: value for key, value in said.items() if value != ""}
    variable.setdefault("values", []).append({"when": when, **said})


def _is_adam(row: Row, book: Workbook) -> bool:
    told = {r["Attribute"]: r["Value"] for r in book.rows(FIRST[book.family])}  # type: ignore[index]  # as above
    name = row["Standard"] or told.get("StandardName", "")
    return "adam" in name.casefold() or row["Purpose"].casefold() == "analysis"


def _file_of(row: Row, made: Imported) -> dict[str, Any] | None:
    name = row["Dataset"]
    if name.startswith("SUPP"):
        return None
    found = next((f for f in made.files.values() if f.get("dataset") == name), None)
    if found is None:
        known = [f["dataset"] for f in made.files.values() if "dataset" in f]
        made.problems.append(
            f"{row.place('Dataset')}: there is no dataset {name or 'without name'};"
            f" {did_you_mean(name, known)}"
        )
    return found


def variable_of(row: Row, comments: Mapping[str, str], made: Imported) -> dict[str, Any]:
    """What a row says of a variable or value, with its rule as far as it tells it."""
    said = described(row, comments, made)
    if row["Rule"]:
        rules = rule_cells.rules_in(row, [], made.problems)
        return said | (rules[0] if len(rules) == 1 else {"rules": rules})
    verb = _VERBS.get(row["Origin"].casefold(), "")
    predecessor, constant = row["Predecessor"], row["Assigned Value"]
    if row["Origin"] and not verb:
        made.problems.append(
            f"{row.place('Origin')}: {row['Origin']} is no origin;"
            f" {did_you_mean(row['Origin'], _VERBS)}"
        )
    if verb == "predecessor" and predecessor:
        said["predecessor"] = predecessor
    elif constant and verb in ("assigned", "protocol", "collected"):
        said[verb] = {"constant": constant}
    return said


def described(row: Row, comments: Mapping[str, str], made: Imported) -> dict[str, Any]:
    """What a row says of a variable beside its rule."""
    said: dict[str, Any] = {"label": row["Label"]}
    kind = row["Data Type"].casefold()
    if kind:
        types = {name.casefold(): name for name in get_args(DataType)} | {"number": "Num"}
        types |= {"text": "Char"}
        said["type"] = types.get(kind, "Char")
    length = row["Length"]
    if length and length.isdigit() and int(length) <= 200:
        said |= {"length": int(length)} if said.get("type") in _WITH_LENGTH else {}
    elif length:
        made.problems.append(f"{row.place('Length')}: {length} is no length from 1 to 200")
    if row["Significant Digits"].isdigit():
        said["digits"] = int(row["Significant Digits"])
    for key, head in (("codelist", "Codelist"), ("format", "Format")):
        if row[head]:
            said[key] = row[head]
    comment = comments.get(row["Comment"], row["Comment"])
    return said | ({"comment": comment} if comment else {})
