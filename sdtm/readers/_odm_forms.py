"""ODM: from collected values to forms, and from definitions to their fields."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from sdtm.accepted import ANYTHING, TYPES, Accepted
from sdtm.dates import DateStyle
from sdtm.raw import TICKED, UNIT, Field, Form, context
from specs.errors import RawDataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sdtm.readers._odm_data import OdmFile
    from sdtm.readers._odm_definitions import Definition, Definitions
    from sdtm.readers._odm_state import Cell, KeySet

    Groups = tuple[tuple[str, str], ...]
    Column = tuple[str, str]  # item group, item


_VERSION = re.compile(r"_V[0-9][0-9A-Z_.]*$", flags=re.IGNORECASE)


@dataclass(frozen=True)
class OdmNames:
    """How names are taken from OIDs, and what every field shares.

    With `versions` those of one form, as OpenClinica ends their OIDs (`F_VS_V10`), have one name.
    """

    without: Mapping[str, str]
    style: DateStyle
    missing: Mapping[str, str]
    versions: bool = False

    def short(self, kind: str, oid: str) -> str:
        """An OID without its declared prefix, and a form's without its version."""
        name = oid.removeprefix(self.without.get(kind, ""))
        return _VERSION.sub("", name) if self.versions and kind == "form" else name


@dataclass
class _Table:
    """A form in the making: its columns, its rows, and its values by column and row."""

    name: str
    form: str
    label: str = ""
    columns: dict[Column, None] = field(default_factory=dict)
    numbers: dict[tuple[str, ...], int] = field(default_factory=dict)
    rows: list[tuple[KeySet, str, int]] = field(default_factory=list)
    cells: dict[Column, dict[int, Cell]] = field(default_factory=lambda: defaultdict(dict))
    homes: dict[str, list[Column]] = field(default_factory=lambda: defaultdict(list))

    def add(self, column: Column) -> Column:
        """The column, made if it is not there."""
        if column not in self.columns:
            self.columns[column] = None
            self.homes[column[1]].append(column)
        return column

    def put(self, column: Column, row: int, cell: Cell) -> bool:
        """Put a value into a column of the form; False where it has none, or it is taken."""
        if column not in self.columns or row in self.cells[column]:
            return False
        self.cells[column][row] = cell
        return True

    def put_elsewhere(self, group: str, item: str, row: int, cell: Cell) -> bool:
        """Put a value whose group does not have its item: where the item is, or in a new column.

        Data name another group than the definitions do in exports of REDCap.
        """
        homes = self.homes.get(item, [])
        if len(homes) == 1 and self.put(homes[0], row, cell):
            return True
        return self.put(self.add((group, item)), row, cell)


def forms_of(file: OdmFile, definitions: Definitions, names: OdmNames) -> Iterator[Form]:
    """The forms: those defined, in their order, then others in the order of the data."""
    events, forms, groups = _kept_repeats(file, definitions)
    tables = _defined(definitions, names, groups)
    astray: list[tuple[_Table, str, str, int, Cell]] = []
    for keys, instance in file.collected.instances.items():
        nested, inner = _split(keys.groups, groups)
        name = _name(keys.form, nested, names)
        table = tables.setdefault(name, _Table(name, keys.form))
        key = (*keys[:5], *(text for pair in nested for text in pair))
        number = table.numbers.setdefault(key, len(table.rows))
        if number == len(table.rows):
            where = keys._replace(
                event_repeat=keys.event_repeat if keys.event in events else "",
                form_repeat=keys.form_repeat if keys.form in forms else "",
            )
            table.rows.append((where, ".".join(repeat for _, repeat in nested), instance.line))
        group = inner or (nested[-1][0] if nested else "")
        for item, cell in instance.cells.items():
            if not table.put((group, item), number, cell):
                astray.append((table, group, item, number, cell))
    for table, group, item, number, cell in astray:
        if not table.put_elsewhere(group, item, number, cell):
            raise RawDataError(
                f"item {item} of item group {group} has two values in one record of {table.name}",
                where=f"{file.path.name} line {cell.line}",
                remedy="a repeat key is missing; export the data again",
            )
    for table in tables.values():
        if table.columns:
            yield _form(table, file, definitions, names)


def _split(groups: Groups, repeating: frozenset[str]) -> tuple[Groups, str]:
    """The groups of a place up to the last that repeats, and the last of those within it."""
    last = max((n for n, (oid, _) in enumerate(groups, 1) if oid in repeating), default=0)
    nested = tuple(pair for pair in groups[:last] if pair[0] in repeating)
    return nested, groups[-1][0] if len(groups) > last else ""


def _name(form: str, nested: Groups, names: OdmNames) -> str:
    names_of = [names.short("form", form), *(names.short("group", oid) for oid, _ in nested[-1:])]
    return ".".join(names_of)


def _kept_repeats(
    file: OdmFile, definitions: Definitions
) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The events, forms and item groups that repeat: by definition, or by their data.

    Many an EDC writes the repeat key 1 for what cannot repeat, so a key alone tells nothing.
    """
    seen: dict[tuple[str, str], dict[tuple[object, ...], set[str]]] = {}
    lines: dict[tuple[str, str], int] = {}
    for key_set, instance in file.collected.instances.items():
        keys: list[tuple[str, str, tuple[object, ...], str]] = [
            ("StudyEventDef", key_set.event, (key_set.subject,), key_set.event_repeat),
            ("FormDef", key_set.form, key_set[:3], key_set.form_repeat),
        ]
        keys += [
            ("ItemGroupDef", oid, (*key_set[:5], key_set.groups[:depth]), repeat)
            for depth, (oid, repeat) in enumerate(key_set.groups)
        ]
        for element, oid, owner, repeat in keys:
            seen.setdefault((element, oid), {}).setdefault(owner, set()).add(repeat)
            lines.setdefault((element, oid), instance.line)
    kept: dict[str, set[str]] = {
        name: set() for name in ("StudyEventDef", "FormDef", "ItemGroupDef")
    }
    for element in kept:
        kept[element].update(oid for oid, of in definitions.of[element].items() if of.repeating)
    for (element, oid), owners in seen.items():
        several = any(len(repeats) > 1 for repeats in owners.values())
        numbered = any(repeats - {"", "1"} for repeats in owners.values())
        if not (several or numbered) or oid in kept[element]:
            continue
        kept[element].add(oid)
        if element == "FormDef" and oid in definitions.of["ItemGroupDef"]:
            defined = definitions.get("ItemGroupDef", oid)
        else:
            defined = definitions.get(element, oid)
        if defined is not None and not defined.repeating:
            file.findings.add(
                "notice",
                "CK-ODM-REPEATS",
                f"{oid} repeats in the data and not by its definition",
                lines[element, oid],
            )
    forms = kept["FormDef"] | {o for o, d in definitions.of["ItemGroupDef"].items() if d.repeating}
    return frozenset(kept["StudyEventDef"]), frozenset(forms), frozenset(kept["ItemGroupDef"])


def _defined(
    definitions: Definitions, names: OdmNames, repeating: frozenset[str]
) -> dict[str, _Table]:
    """The forms with their columns as the definitions have them, without records."""
    tables: dict[str, _Table] = {}
    forms = dict(definitions.of["FormDef"])
    inner = {ref for group in definitions.of["ItemGroupDef"].values() for ref in group.refs}
    if not forms:  # ODM 2.0
        forms = {o: d for o, d in definitions.of["ItemGroupDef"].items() if o not in inner}
    for oid, form in forms.items():
        name = _name(oid, (), names)
        label = form.attributes.get("Name", "")
        tables.setdefault(name, _Table(name, oid, label))
        for item in definitions.items_of(oid):
            tables[name].add(("", item))
        waiting: list[tuple[str, tuple[str, ...], Groups]] = [
            (group, (oid,), ()) for group in reversed(definitions.groups_of(oid))
        ]
        _add_groups(tables, waiting, label, (definitions, names, repeating))
    return tables


def _add_groups(
    tables: dict[str, _Table],
    waiting: list[tuple[str, tuple[str, ...], Groups]],
    label: str,
    study: tuple[Definitions, OdmNames, frozenset[str]],
) -> None:
    """Add the columns of groups and of the groups in them; one that holds itself is left there."""
    definitions, names, repeating = study
    while waiting:
        group, above, nested = waiting.pop()
        if group in above:
            continue
        inside = (*nested, (group, "")) if group in repeating else nested
        name = _name(above[0], inside, names)
        table = tables.setdefault(name, _Table(name, above[0], label))
        for item in definitions.items_of(group):
            table.add((group, item))
        waiting += [(g, (*above, group), inside) for g in reversed(definitions.groups_of(group))]


def _form(table: _Table, file: OdmFile, definitions: Definitions, names: OdmNames) -> Form:
    """A form of its rows and cells, with units and labels by the definitions."""
    index = pd.RangeIndex(len(table.rows))
    columns: dict[str, pd.Series] = {}
    fields: dict[str, Field] = {}
    values = 0
    for (group, item), name in _column_names(table.columns, names).items():
        cells = table.cells.get((group, item), {})
        texts = {row: cell.text for row, cell in cells.items() if cell.text is not None}
        several = definitions.several(item)
        if several:
            texts = {row: text.replace(",", TICKED) for row, text in texts.items()}
        columns[name] = _column(texts, index)
        fields[name] = _field(
            name, item, definitions, names, several=several or item in file.several
        )
        values += len(texts)
        defined = definitions.get("ItemDef", item)
        usual = defined.unit if defined else ""
        units = {row: cells[row].unit or usual for row in texts if cells[row].unit or usual}
        if units or usual:
            columns[f"{name}{UNIT}"] = _column(
                {r: definitions.unit(u) for r, u in units.items()}, index
            )
            fields[f"{name}{UNIT}"] = Field(f"{name}{UNIT}", f"Unit of {name}")
    key_sets = [keys for keys, _, _ in table.rows]
    whose = context(
        index,
        file.path.name,
        pd.Series([line for _, _, line in table.rows], index=index, dtype="Int64"),
        subject=_texts([keys.subject for keys in key_sets], index),
        event=_texts([names.short("event", keys.event) for keys in key_sets], index),
        event_repeat=_texts([keys.event_repeat for keys in key_sets], index),
        form_repeat=_texts([keys.form_repeat for keys in key_sets], index),
        group_repeat=_texts([repeat for _, repeat, _ in table.rows], index),
    )
    frame = pd.concat([whose, pd.DataFrame(columns, index=index)], axis=1)
    return Form(
        table.name,
        frame,
        MappingProxyType(fields),
        label=table.label,
        columns=len(table.columns),
        values=values,
        units={n: f"{n}{UNIT}" for n in fields if f"{n}{UNIT}" in fields},
        events=_planned(table, definitions, names),
    )


def _planned(table: _Table, definitions: Definitions, names: OdmNames) -> frozenset[str] | None:
    """The events a form is planned at, and those that nothing defines, which are told elsewhere."""
    events = definitions.of["StudyEventDef"]
    if not any(event.refs for event in events.values()):
        return None
    planned = {oid for oid, event in events.items() if table.form in event.refs or not event.refs}
    undefined = {keys.event for keys, _, _ in table.rows if keys.event not in events}
    return frozenset(names.short("event", oid) for oid in planned | undefined)


def _column(texts: Mapping[int, str], index: pd.Index) -> pd.Series:
    return pd.Series(texts, dtype="str").reindex(index)


def _texts(values: list[str], index: pd.Index) -> pd.Series:
    column = pd.Series(values, index=index, dtype="str")
    return column.where(column != "")


def _column_names(columns: Iterable[Column], names: OdmNames) -> dict[Column, str]:
    """The name of each column: its item, with its group where the form has the item twice."""
    listed = list(columns)
    items = [names.short("item", item) for _, item in listed]
    twice = {item for item in items if items.count(item) > 1}
    return {
        column: f"{names.short('group', column[0])}.{item}" if item in twice else item
        for column, item in zip(listed, items, strict=True)
    }


def _field(
    name: str, item: str, definitions: Definitions, names: OdmNames, *, several: bool
) -> Field:
    defined = definitions.get("ItemDef", item)
    choices = definitions.choices(defined) if defined else {}
    targets = [alias for context, alias in defined.aliases if context == "SDTM"] if defined else []
    return Field(
        name=name,
        label=(defined.label or defined.attributes.get("Name", "")) if defined else "",
        kind="checkbox" if several else "code" if choices else "text",
        choices=MappingProxyType(dict(choices)),
        missing=names.missing,
        accepts=_accepts(defined, names) if defined else ANYTHING,
        style=names.style,
        targets=tuple(targets),
    )


def _accepts(defined: Definition, names: OdmNames) -> Accepted:
    """What an item accepts by its data type and range checks; dates in ISO 8601 unless declared."""
    of_type = TYPES.get(defined.attributes.get("DataType", "").lower(), ANYTHING)
    as_written = of_type.kind == "date" and names.style == DateStyle()
    return replace(of_type, limits=defined.limits, as_written=as_written)


def attribute_forms(file: OdmFile, names: OdmNames) -> Iterator[Form]:
    """What an EDC writes beside the data: a form for the attributes of subjects, events, forms."""
    for element in ("SubjectData", "StudyEventData", "FormData"):
        rows = [
            (keys, line, attributes)
            for (level, keys), (line, attributes) in file.attributes.items()
            if level == element
        ]
        if not rows:
            continue
        columns = dict.fromkeys(name for _, _, attributes in rows for name in attributes)
        index = pd.RangeIndex(len(rows))
        whose = context(
            index,
            file.path.name,
            pd.Series([line for _, line, _ in rows], index=index, dtype="Int64"),
            subject=_texts([keys.subject for keys, _, _ in rows], index),
            event=_texts([names.short("event", keys.event) for keys, _, _ in rows], index),
            event_repeat=_texts([keys.event_repeat for keys, _, _ in rows], index),
            form_repeat=_texts([keys.form_repeat for keys, _, _ in rows], index),
        )
        told_columns = {
            name: _texts([attributes.get(name, "") for _, _, attributes in rows], index)
            for name in columns
        }
        fields = {
            name: Field(name, name, missing=names.missing, style=names.style) for name in columns
        }
        frame = pd.concat([whose, pd.DataFrame(told_columns, index=index)], axis=1)
        yield Form(element, frame, MappingProxyType(fields), label=f"Attributes of {element}")
