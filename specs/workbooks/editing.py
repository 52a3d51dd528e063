"""A workbook written as the files of a study, with what was edited in the layout's own sheets.

A workbook that cdisckit exported says a fact in two places: in the layout's sheets, for those who
know these, and in the added ones, as the files have it. Where they differ the layout's was edited.
"""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from specs.errors import SpecError
from specs.workbooks import rule_cells
from specs.workbooks.exporting import PARTS, written_rules
from specs.workbooks.foreign import described, variable_of
from specs.workbooks.importing import read_files
from specs.workbooks.layouts import RULED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from specs.model import Study
    from specs.workbooks.importing import Imported
    from specs.workbooks.sheets import Workbook


def import_study(book: Workbook, folder: Path, load: Callable[[Path], Study]) -> tuple[str, ...]:
    """Write a study's files from a workbook; the columns that it has beside the known are listed.

    Files of the study that a workbook does not hold (study.yaml, explanations, derivations) stay
    as they are; a study.yaml is made where there is none. SpecError names sheet and cell.
    """
    made = read_files(book)
    for name, said in made.files.items():
        if name == "study.yaml" and (folder / name).exists():
            continue
        _write(folder / name, said)
    if book.sheet("Files") is not None:
        for name in _edited(book, made, load(folder)):
            _write(folder / name, made.files[name])
    return made.unknown


def _edited(book: Workbook, made: Imported, study: Study) -> Iterator[str]:
    """Change what the layout's sheets say otherwise than the added ones; the files changed."""
    changed: dict[str, None] = {}
    comments = {row["ID"]: row["Description"] for row in book.rows("Comments")}
    for row in book.rows("Variables"):
        name = row["Dataset"]
        if not study.has(name) or study.dataset(name).parent:
            continue
        dataset = study.dataset(name)
        files = [f for f, said in made.files.items() if said.get("dataset") == name]
        if not dataset.has(row["Variable"]):
            made.files[files[0]]["variables"][row["Variable"]] = variable_of(row, comments, made)
            changed[files[0]] = None
            continue
        variable = dataset.variable(row["Variable"])
        now = described(row, comments, made)
        was = {
            "label": variable.label,
            "length": variable.length,
            "codelist": variable.codelist,
            "format": variable.format,
            "comment": variable.comment,
        }
        edits = {k: now.get(k, "") for k, v in was.items() if (now.get(k) or "") != (v or "")}
        for file in files if edits else ():
            told = made.files[file]["variables"].get(row["Variable"], {})
            kept = {"rules": told} if isinstance(told, list) else dict(told)
            kept |= {key: value for key, value in edits.items() if value or key == "codelist"}
            made.files[file]["variables"][row["Variable"]] = kept
            changed[file] = None
    for name in _rules_edited(book, made, study):
        changed[name] = None
    for row in book.rows("Datasets"):
        if not study.has(row["Dataset"]) or study.dataset(row["Dataset"]).parent:
            continue
        keys = [key.strip() for key in row["Key Variables"].split(",") if key.strip()]
        dataset = study.dataset(row["Dataset"])
        if (keys, row["Label"]) == (list(dataset.keys), dataset.label):
            continue
        for name, told in made.files.items():
            if told.get("dataset") == dataset.name:
                told.update(keys=keys, label=row["Label"])
                changed[name] = None
    if made.problems:
        raise SpecError("\n".join(f"{book.file}: {problem}" for problem in made.problems))
    yield from changed


def _rules_edited(book: Workbook, made: Imported, study: Study) -> Iterator[str]:
    """Change the rules that cells beside a variable or value state otherwise; the files changed."""
    known = written_rules(made.files)
    for row in (row for name in RULED for row in book.rows(name)):
        if not study.has(row["Dataset"]) or "Rule" not in row.columns:
            continue
        if row.sheet == "ValueLevel" and not row["Rule"]:
            continue  # a line of value level may have no rule of its own
        dataset = study.dataset(row["Dataset"])
        owner, name = dataset.parent or dataset.name, row["Variable"]
        if row.sheet == "ValueLevel":
            name = row["Where Clause"].replace(".", " ").split(" ")[-1]
        was = known.get((owner, name), [])
        shown = rule_cells.cells(was)
        if all(row[column] == shown[column].strip() for column in rule_cells.COLUMNS):
            continue
        places = [
            (file, part, told)
            for file, said in made.files.items()
            if said.get("dataset") == owner
            for part in PARTS
            for told in said.get(part, {})
            if told.replace("--", said.get("domain") or owner, 1) == name
        ]
        if len(places) != 1:
            made.problems.append(
                f"{row.place('Rule')}: the rules of {name} stand in {len(places)} files of"
                f" {owner}; edit them in the sheet Rules"
            )
            continue
        ((file, part, told),) = places
        rules = rule_cells.rules_in(row, was, made.problems)
        given = made.files[file][part][told]
        own = (
            {k: v for k, v in given.items() if k in PARTS[part]} if isinstance(given, dict) else {}
        )
        ruled = rules[0] if len(rules) == 1 else {"rules": rules} if rules else {}
        made.files[file][part][told] = own | ruled
        yield file


def _write(path: Path, said: dict[str, Any]) -> None:
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # None is its default
    yaml.width = 1 << 16  # a key may not stand alone on its line
    text = StringIO()
    yaml.dump(said, text)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.getvalue(), encoding="utf-8")
