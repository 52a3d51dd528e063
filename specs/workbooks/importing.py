"""A workbook as the files of a study.

What the layout's own sheets say of labels, types, lengths, formats, codelists, keys and comments
counts; rules, sources and constants come from the added sheets. A workbook without these gives
the variables with their origins, as far as these say how a value comes about.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from specs.errors import SpecError, did_you_mean, shortened
from specs.paths import dataset_name, inside
from specs.rule_models import ORIGINS
from specs.standards import GUIDES
from specs.terminology import latest_versions
from specs.workbooks import rule_cells
from specs.workbooks.added import NUMBER
from specs.workbooks.foreign import described, from_layout
from specs.workbooks.layouts import ADDED, FIRST, LAYOUTS, RULED
from specs.workbooks.rule_cells import CONDITIONS
from specs.workbooks.sheets import same_column, same_name
from specs.workbooks.value_level import condition_in, json_in

if TYPE_CHECKING:
    from specs.workbooks.sheets import Row, Workbook

_OWN: Final = (*ADDED, "Tests")
_KEYED: Final = ("Other", "Given", "Join", "Bind", "Assign")
"""The columns of the added sheets that hold JSON with keys."""

_FILE: Final = re.compile(r"(sdtm|adam)/[^/]+\.yaml")
"""The files of datasets by their path in a study: an import writes these, and terminology.yaml."""

_ALLOWED: Final = (
    "name one such as sdtm/ae.yaml or adam/adsl.yaml; an import writes specifications, and no other"
    " file"
)

_ELSEWHERE: Final = ("Common", "Source Variables", "Raw Variables", "Join Comment", "Purpose")


@dataclass
class WorkbookImport:
    """What an import made: the files by their path in the study's folder, and what was not used."""

    files: dict[str, dict[str, Any]]
    unknown: tuple[str, ...] = ()
    problems: list[str] = field(default_factory=list)


def read_files(book: Workbook) -> WorkbookImport:
    """The files that a workbook stands for, as they would be written; SpecError lists problems."""
    layout = LAYOUTS[book.family]  # type: ignore[index]  # the family is one of the three
    unknown = _unknown_sheets(book, tuple(layout))
    unknown += tuple(
        f"{sheet.name}: {column}"
        for sheet in book.sheets
        if sheet.name in layout
        for column in sheet.columns
        if column
        and not any(
            same_column(column, name)
            for name in (*layout[sheet.name], *_ELSEWHERE, *_added_columns(sheet.name))
        )
    )
    draft = WorkbookImport({"study.yaml": _study(book)}, unknown)
    if is_own(book):
        _from_added(book, draft)
    else:
        from_layout(book, draft)
    if draft.problems:
        raise SpecError("\n".join(f"{book.file}: {problem}" for problem in draft.problems))
    return draft


def is_own(book: Workbook) -> bool:
    """Whether the workbook was exported here: it has sheets that no layout has."""
    return any(book.sheet(name) is not None for name in _OWN)


def _unknown_sheets(book: Workbook, layout: tuple[str, ...]) -> tuple[str, ...]:
    """The sheets that are not read; SpecError names those that are missing or seem misspelt."""
    own = is_own(book)
    names = (*layout, *_OWN) if own else layout
    absent = [name for name in names if book.sheet(name) is None]
    strange = [s.name for s in book.sheets if not any(same_name(s.name, n) for n in names)]
    near = {
        name: matches[0]
        for name in absent
        if (matches := get_close_matches(name, strange, n=1, cutoff=0.75))
    }
    problems = [
        f"{book.file}: the sheet {name} is missing"
        + (f"; did you mean it by {near[name]}? rename that" if name in near else "")
        for name in absent
        if own or name in near
    ]
    if problems:
        remedy = "export the study again, and edit the sheets as they are named"
        raise SpecError("\n".join(problems), remedy=remedy if len(problems) > len(near) else "")
    return tuple(f"sheet {name}" for name in strange)


def _added_columns(sheet: str) -> tuple[str, ...]:
    return rule_cells.COLUMNS if sheet in RULED else ()


def _study(book: Workbook) -> dict[str, Any]:
    attributes = {r["Attribute"]: r["Value"] for r in book.rows(FIRST[book.family])}  # type: ignore[index]  # as above
    adam = "adam" in attributes.get("StandardName", "").casefold()
    return {
        "study": attributes.get("StudyName") or "STUDY",
        "title": attributes.get("StudyDescription") or attributes.get("StudyName") or "STUDY",
        "description": attributes.get("StudyDescription") or "",
        "protocol": attributes.get("ProtocolName") or attributes.get("StudyName") or "STUDY",
        "standards": {n: v for n, v in GUIDES.items() if adam or n != "ADaMIG"},
        "terminology": dict(latest_versions()),
        "data_cut": "1900-01-01",
        "raw": [],
    }


def _from_added(book: Workbook, draft: WorkbookImport) -> None:
    """Add the files that the added sheets state, checked against each other."""
    for row in book.rows("Files"):
        _check_file(row, draft)
        content: dict[str, Any] = {"dataset": row["Dataset"]}
        content |= {
            key: row[head] for key, head in (("id", "ID"), ("domain", "Domain")) if row[head]
        }
        content |= _parsed(row, "Other", draft) or {}
        draft.files[row["File"]] = content
    if draft.problems:
        return
    for row in book.rows("Records"):
        if (file := _file(row, draft)) is not None:
            file.setdefault("records", []).append(_block(row, draft))
    tests = book.sheet("Tests")
    by_file: dict[str, list[Row]] = {}
    for row in book.rows("Tests"):
        if _file(row, draft) is not None:
            by_file.setdefault(row["File"], []).append(row)
    for name, rows in by_file.items():
        columns = tests.columns[1:] if tests else ()
        head = [c for c in columns if any(row.cells.get(c) for row in rows)]
        table = [[_value(row.cells.get(column, "")) for column in head] for row in rows]
        draft.files[name]["tests"] = [head, *table]
    for row in book.rows("Rules"):
        if (file := _file(row, draft)) is not None:
            _add_rule(file, row, draft)
    for content in draft.files.values():
        for section in ("variables", "supplemental"):
            for name, entry in content.get(section, {}).items():
                content[section][name] = _shortened(entry)
        if "dataset" in content:
            content.setdefault("variables", {})
    _add_terms(book, draft)
    for row in book.rows("Variables"):
        described(row, {}, draft)  # what is wrong in it is found before anything is written


def _check_file(row: Row, draft: WorkbookImport) -> None:
    """Add to the problems where a row of Files names no file of a dataset, or one named before."""
    name, place = row["File"], row.place("File")
    same = next((path for path in draft.files if path.casefold() == name.casefold()), "")
    try:
        inside(Path(), name, place, _ALLOWED)
        dataset_name(row["Dataset"], row.place("Dataset"))
    except SpecError as error:
        draft.problems.append(str(error))
    else:
        if not _FILE.fullmatch(name):
            what = f"{shortened(name)!r} is not a file of a dataset; {_ALLOWED}"
            draft.problems.append(f"{place}: {what}")
        elif same:
            draft.problems.append(f"{place}: {name} is named twice, here and as {same}")


def _file(row: Row, draft: WorkbookImport) -> dict[str, Any] | None:
    file = draft.files.get(row["File"])
    if file is None:
        draft.problems.append(
            f"{row.place('File')}: {row['File'] or 'nothing'} is not a file of the sheet Files;"
            f" {did_you_mean(row['File'], draft.files)}"
        )
    return file


def _block(row: Row, draft: WorkbookImport) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    if row["Rule"]:
        entry = {"derived": row["Rule"], "from": row["Sources"].split("\n")}
        if constants := _parsed(row, "Constants", draft):
            entry["with"] = constants
    elif row["From"]:
        entry["from"] = row["From"]
    if row["Name"]:
        entry["name"] = row["Name"]
    for key in ("where", "join", "bind", "assign"):
        if value := _parsed(row, key.capitalize(), draft):
            entry[key] = value
    return entry | (_parsed(row, "Other", draft) or {})


def _add_rule(file: dict[str, Any], row: Row, draft: WorkbookImport) -> None:
    section = row["Part"]
    if section not in ("variables", "supplemental", "parameters"):
        draft.problems.append(
            f"{row.place('Part')}: {section or 'nothing'} is not a section of a file;"
            " write variables, supplemental or parameters"
        )
        return
    entry = file.setdefault(section, {}).setdefault(row["Name"], {})
    entry |= _parsed(row, "Given", draft) or {}
    rule = _rule(row, draft)
    if rule and section == "parameters":
        entry |= rule
    elif rule:
        entry.setdefault("rules", []).append(rule)


def _rule(row: Row, draft: WorkbookImport) -> dict[str, Any]:
    """The rule that a row of the sheet Rules states; nothing for a row without a verb."""
    verb = row["Verb"]
    if not verb:
        return {}
    if verb in rule_cells.WORDS:
        return {verb: True}
    if verb not in ORIGINS:
        draft.problems.append(
            f"{row.place('Verb')}: {verb} is not a verb;"
            f" {did_you_mean(verb, (*ORIGINS, *rule_cells.WORDS))}"
        )
        return {}
    sources = row["Sources"].split("\n") if row["Sources"] else []
    constants = _parsed(row, "Constants", draft)
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
        if value := _parsed(row, head, draft):
            rule[key] = value
    return rule | (_parsed(row, "Other", draft) or {})


def _shortened(entry: dict[str, Any]) -> Any:
    """What is said of a variable as a person writes it: one rule beside the rest."""
    rules = entry.get("rules", [])
    if len(rules) == 1:
        return {**{k: v for k, v in entry.items() if k != "rules"}, **rules[0]}
    return entry


def _add_terms(book: Workbook, draft: WorkbookImport) -> None:
    """Add terminology.yaml by the sheet Terms."""
    lists: dict[str, dict[str, Any]] = {}
    for row in book.rows("Terms"):
        entry, kind = lists.setdefault(row["Codelist"], {}), row["Kind"]
        if kind in ("label", "of"):
            entry[kind] = row["Value"]
        elif kind == "only":
            entry.setdefault(kind, []).append(row["Value"])
        elif kind in ("terms", "extend", "collected"):
            entry.setdefault(kind, {})[row["Value"]] = row["Meaning"] or None
        else:
            draft.problems.append(
                f"{row.place('Kind')}: {kind or 'nothing'} is not a kind of entry;"
                f" {did_you_mean(kind, ('label', 'of', 'only', 'terms', 'extend', 'collected'))}"
            )
    if lists:
        draft.files["terminology.yaml"] = {"codelists": lists}


def _parsed(row: Row, column: str, draft: WorkbookImport) -> Any:
    text = row[column]
    if not text:
        return None
    try:
        value = condition_in(text) if column in CONDITIONS else json_in(text)
    except json.JSONDecodeError as error:
        draft.problems.append(f"{row.place(column)}: {rule_cells.unread(column, text, error)}")
        return None
    if column in _KEYED and not isinstance(value, dict):
        draft.problems.append(f'{row.place(column)}: is not keys with values, {{"key": "value"}}')
        return None
    return value


def _value(text: str) -> Any:
    if not text:
        return None
    try:
        if text.startswith('"') and text.endswith('"'):
            return json_in(text)
        if NUMBER.fullmatch(text):
            return float(text) if "." in text else int(text)
    except ValueError:  # text after all
        pass
    return text
