"""A workbook written as the files of a study, with what was edited in the layout's own sheets.

A workbook that cdisckit exported says a fact in two places: in the layout's sheets, for those who
know these, and in the added ones, as the files have it. Where they differ the one counts that says
otherwise than the study did before; the layout's, if both do.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ruamel.yaml import YAML

from specs.errors import SpecError
from specs.output.work import NEW, work_folder
from specs.paths import new_in
from specs.prefixes import with_prefix
from specs.shared import with_shared
from specs.workbooks import rule_cells
from specs.workbooks.added import SECTIONS, added_sheets
from specs.workbooks.comparing import compared, keyed, row_key, same_content, same_text
from specs.workbooks.exporting import exported, written_rules
from specs.workbooks.foreign import described, variable_of
from specs.workbooks.importing import is_own, read_files
from specs.workbooks.layouts import RULED
from specs.workbooks.places import located
from specs.yaml_files import read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from specs.model import Study
    from specs.workbooks.importing import WorkbookImport
    from specs.workbooks.sheets import Row, Workbook

_DESCRIBED: Final = {
    "label": "Label",
    "length": "Length",
    "codelist": "Codelist",
    "format": "Format",
    "comment": "Comment",
}
"""What a file says of a variable, and the column of the sheet Variables that says it too."""


@dataclass(frozen=True)
class Import:
    """What an import of a workbook did: all of it is to be told."""

    unknown: tuple[str, ...] = ()  # columns and sheets that are not read
    taken: Mapping[str, int] | None = None  # cells that changed the study, by sheet, where known
    kept: tuple[str, ...] = ()  # edits that the study does not have, and what to edit instead
    variables: tuple[str, ...] = ()  # that came or went
    written: tuple[str, ...] = ()  # files of the study


def import_study(book: Workbook, folder: Path, load: Callable[[Path], Study]) -> Import:
    """Write those files of a study that a workbook changes.

    All is written into a copy first, which must load; else nothing is changed and SpecError names
    sheet and cell. A workbook that was exported here needs its study, as it does not hold the
    files study.yaml and derivations.py; one of others may start a study, which need not load yet.
    """
    draft = read_files(book)
    _check_case(draft, book, folder)
    is_study = (folder / "study.yaml").exists()
    if is_own(book) and not is_study:
        raise SpecError(
            f"{folder} holds no study, and a workbook exported here does not hold all of one:"
            " study.yaml, tables and derivations.py are missing",
            where=book.file,
            remedy="import it over the study or a copy of its folder, or start one from define.xml",
        )
    folder = folder.resolve()
    with work_folder(folder) as held:
        aside = held / NEW / folder.name
        if folder.exists():
            ignored = shutil.ignore_patterns(".git", "__pycache__")
            shutil.copytree(folder, aside, copy_function=_linked, ignore=ignored)
        if not is_study:
            written = tuple(_write_changed(draft.files, aside))
            _put(written, aside, folder)
            return Import(draft.unknown, written=written)
        del draft.files["study.yaml"]
        before = _as_it_was(aside, load)
        was = exported(before, book.family) if before else None  # type: ignore[arg-type]  # one of three
        written = tuple(_write_changed(draft.files, aside))
        if not is_own(book):
            _loaded(aside, load, book)
            _put(written, aside, folder)
            return Import(draft.unknown, written=written)
        first = before if before and not written else _loaded(aside, load, book)
        edits = {name: draft.files[name] for name in _edited(book, draft, first, was)}
        edited = tuple(_write_changed(edits, aside))
        written = tuple(dict.fromkeys((*written, *edited)))
        after = _loaded(aside, load, book) if edited else first
        now = exported(after, book.family) if written or was is None else was  # type: ignore[arg-type]  # as above
        result = compared(book, was, now)
        _put(written, aside, folder)
    taken = result.taken if before else None
    return Import(draft.unknown, taken, result.kept, tuple(_came(before, after)), written)


def _check_case(draft: WorkbookImport, book: Workbook, folder: Path) -> None:
    """SpecError where a file of the workbook is one of the study but for capital letters."""
    for name in draft.files:
        path = folder / name
        there = [other.name for other in path.parent.glob("*")]
        same = [n for n in there if n != path.name and n.casefold() == path.name.casefold()]
        if same and path.name not in there:
            rows = (row for row in book.rows("Files") if row["File"] == name)
            raise SpecError(
                f"{name} differs from {same[0]} of the study in capital letters alone",
                where=next((row.place("File") for row in rows), book.file),
                remedy="name the file as it is named there",
            )


def _as_it_was(folder: Path, load: Callable[[Path], Study]) -> Study | None:
    """The study before the import, if it can be loaded: the import may be what mends it."""
    try:
        return load(folder)
    except SpecError:
        return None


def _loaded(folder: Path, load: Callable[[Path], Study], book: Workbook) -> Study:
    try:
        return load(folder)
    except SpecError as error:
        lines = [
            f"{book.file}: {cell}: {what}" if cell else f"{book.file}: {what}"
            for cell, what in located(str(error).splitlines(), folder, book)
        ]
        raise SpecError("\n".join(lines), remedy="nothing was changed") from None


def _came(before: Study | None, after: Study) -> Iterator[str]:
    """The variables that came or went, with a word on those the guide does not have."""
    for dataset in after.datasets if before else ():
        if before is None or dataset.parent or not before.has(dataset.name):
            continue
        was = before.dataset(dataset.name)
        for variable in dataset.variables:
            if not was.has(variable.name):
                in_guide = variable.standard or dataset.purpose == "Analysis"
                strange = f", which {dataset.domain} of {dataset.standard} does not have"
                yield f"added: {dataset.name}.{variable.name}{'' if in_guide else strange}"
        for variable in was.variables:
            if not dataset.has(variable.name):
                yield f"removed: {dataset.name}.{variable.name}"


def _linked(source: str, target: str) -> None:
    """A file in the copy of a study: the same one where the disk can say so, as none is edited."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _write_changed(files: Mapping[str, dict[str, Any]], folder: Path) -> Iterator[str]:
    """Write the files that say something else than those that are there; their names."""
    for name, content in files.items():
        path = new_in(folder, name, name)
        if path.exists():
            now = with_shared(read_yaml(path), read_yaml(folder / "study.yaml")).content
            if same_content(added_sheets({name: now}), added_sheets({name: content})):
                continue
        _write(path, content)
        yield name


def _put(written: tuple[str, ...], aside: Path, folder: Path) -> None:
    """Put the files in their place, each whole."""
    targets = [new_in(folder, name, name) for name in written]
    for name, target in zip(written, targets, strict=True):
        target.parent.mkdir(parents=True, exist_ok=True)
        (aside / name).replace(target)


def _edited(
    book: Workbook, draft: WorkbookImport, study: Study, before: Workbook | None
) -> tuple[str, ...]:
    """Change what the layout's sheets say otherwise than the added ones; the files changed."""
    changed: dict[str, None] = {}
    comments = {row["ID"]: row["Description"] for row in book.rows("Comments")}
    seen = _Seen(before)
    for row in book.rows("Variables"):
        name = row["Dataset"]
        if not study.has(name) or study.dataset(name).parent:
            continue
        dataset = study.dataset(name)
        files = [f for f, content in draft.files.items() if content.get("dataset") == name]
        if not dataset.has(row["Variable"]):
            if seen.same(row, ("Variable",)):
                continue  # it was removed from the sheet Rules
            draft.files[files[0]]["variables"][row["Variable"]] = variable_of(row, comments, draft)
            changed[files[0]] = None
            continue
        variable = dataset.variable(row["Variable"])
        now = described(row, comments, draft)
        was = {key: getattr(variable, key) for key in _DESCRIBED}
        told_anew = not seen.says(now.get("comment", ""))
        edits = {
            key: now.get(key, "")
            for key, v in was.items()
            if (now.get(key) or "") != (v or "")
            and not (seen.same(row, (_DESCRIBED[key],)) and (key != "comment" or not told_anew))
        }
        for file in files if edits else ():
            entry = draft.files[file]["variables"].get(row["Variable"], {})
            kept = {"rules": entry} if isinstance(entry, list) else dict(entry)
            kept |= {key: value for key, value in edits.items() if value or key == "codelist"}
            draft.files[file]["variables"][row["Variable"]] = kept
            changed[file] = None
    for name in _rules_edited(book, draft, study, seen):
        changed[name] = None
    for row in book.rows("Datasets"):
        if not study.has(row["Dataset"]) or study.dataset(row["Dataset"]).parent:
            continue
        if seen.same(row, ("Key Variables", "Label")):
            continue
        keys = [key.strip() for key in row["Key Variables"].split(",") if key.strip()]
        dataset = study.dataset(row["Dataset"])
        if (keys, row["Label"]) == (list(dataset.keys), dataset.label):
            continue
        for name, entry in draft.files.items():
            if entry.get("dataset") == dataset.name:
                entry.update(keys=keys, label=row["Label"])
                changed[name] = None
    if draft.problems:
        raise SpecError("\n".join(f"{book.file}: {problem}" for problem in draft.problems))
    return tuple(changed)


class _Seen:
    """What the study said before, to tell a cell that was edited from one that only differs."""

    def __init__(self, before: Workbook | None) -> None:
        self._rows: dict[tuple[str, ...], Row] = {}
        self._comments = {row["Description"] for row in before.rows("Comments")} if before else None
        for name in ("Datasets", *RULED) if before else ():
            rows = keyed(before.sheet(name)) if before else {}
            self._rows |= {(name, *key): row for key, row in rows.items()}

    def same(self, row: Row, columns: tuple[str, ...]) -> bool:
        """Whether the study said the same before."""
        was = self._rows.get((row.sheet, *row_key(row), "1"))
        return was is not None and all(same_text(c, row[c], was[c]) for c in columns)

    def says(self, comment: str) -> bool:
        """Whether a comment is one that the study had."""
        return not comment or self._comments is None or comment in self._comments


def _rules_edited(
    book: Workbook, draft: WorkbookImport, study: Study, seen: _Seen
) -> Iterator[str]:
    """Change the rules that cells beside a variable or value state otherwise; the files changed."""
    written = written_rules(draft.files)
    for row in (row for name in RULED for row in book.rows(name)):
        if not study.has(row["Dataset"]) or "Rule" not in row.columns:
            continue
        if seen.same(row, rule_cells.COLUMNS):
            continue
        if row.sheet == "ValueLevel" and not row["Rule"]:
            continue  # a line of value level may have no rule of its own
        dataset = study.dataset(row["Dataset"])
        owner, name = dataset.parent or dataset.name, row["Variable"]
        if row.sheet == "ValueLevel":
            name = row["Where Clause"].replace(".", " ").split(" ")[-1]
        was = written.get((owner, name), [])
        shown = rule_cells.cells(was)
        if all(row[column] == shown[column].strip() for column in rule_cells.COLUMNS):
            continue
        entries = [
            (file, section, key)
            for file, content in draft.files.items()
            if content.get("dataset") == owner
            for section in SECTIONS
            for key in content.get(section, {})
            if with_prefix(key, content.get("domain") or owner) == name
        ]
        if len(entries) != 1:
            draft.problems.append(
                f"{row.place('Rule')}: the rules of {name} stand in {len(entries)} files of"
                f" {owner}; edit them in the sheet Rules"
            )
            continue
        ((file, section, key),) = entries
        rules = rule_cells.rules_in(row, was, draft.problems)
        entry = draft.files[file][section][key]
        own = (
            {k: v for k, v in entry.items() if k in SECTIONS[section]}
            if isinstance(entry, dict)
            else {}
        )
        ruled = rules[0] if len(rules) == 1 else {"rules": rules} if rules else {}
        draft.files[file][section][key] = own | ruled
        yield file


def _write(path: Path, content: dict[str, Any]) -> None:
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # None is its default
    yaml.width = 1 << 16  # a key may not stand alone on its line
    text = StringIO()
    yaml.dump(content, text)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # it may be one with the study's own file
    path.write_text(text.getvalue(), encoding="utf-8", newline="\n")
