"""Datasets, their variables and, folded under each variable, its value level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from submission.define.html.markup import Markup, joined, link, number, row, table, tag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submission.define.document import Item, ItemGroup, ItemReference, ValueList
    from submission.define.html.addition import DatasetAddition
    from submission.define.html.cells import Cells


def dataset_list(cells: Cells) -> Markup:
    """The table of all datasets."""
    counted = bool(cells.addition.datasets)
    head = ["Dataset", "Description", "Class", "Structure", "Keys", "Purpose"]
    head += ["Records"] if counted else []
    return table(
        f"Datasets ({len(cells.document.groups):,})",
        [*head, "File"],
        (_listed(cells, group, counted=counted) for group in cells.document.groups),
        "datasets",
        hidden_caption=True,
    )


def _listed(cells: Cells, group: ItemGroup, *, counted: bool) -> Markup:
    addition = cells.addition.datasets.get(group.name)
    content: list[Markup | str | None] = [
        link(group.name or group.oid, cells.anchors.to("group", group.oid)),
        group.label,
        joined(group.class_, [tag("small", s) for s in group.subclasses]),
        group.structure,
        ", ".join(_keys(cells, group)),
        group.purpose,
    ]
    if counted:
        content.append(f"{addition.records:,}" if addition else "")
    content.append(link(group.leaf.title or group.leaf.href, group.leaf.href) if group.leaf else "")
    return row(content)


def dataset_section(cells: Cells, group: ItemGroup) -> Markup:
    """A dataset: what it is, and the table of its variables."""
    anchor = cells.anchors.of("group", group.oid)
    addition = cells.addition.datasets.get(group.name)
    with_role = any(reference.role for reference in group.references)
    head = ["Variable", "Label", "Type", *(["Role"] if with_role else []), "Controlled terms"]
    return tag(
        "section",
        tag(
            "h3",
            link(group.name or group.oid, f"#{anchor}"),
            " ",
            tag("span", group.label, class_="label"),
        ),
        _facts(cells, group, addition),
        cells.comment(group.comment, (group.name, f"#{anchor}")),
        table(
            joined("Variables of ", group.name),
            [*head, "Origin, method, comment"],
            (
                table_row
                for reference in group.references
                for table_row in _variable(cells, group, reference, with_role=with_role)
            ),
            "variables",
            hidden_caption=True,
        ),
        _preview(group, addition) if addition else None,
        id=anchor,
        class_="dataset",
        data_entry="dataset",
    )


def _facts(cells: Cells, group: ItemGroup, addition: DatasetAddition | None) -> Markup:
    """What a dataset is, as a list."""
    standard = cells.document.standard.get(group.standard)
    alias = group.aliases.get("DomainDescription", "")
    flags = [
        "no data" if group.no_data else "",
        "not a dataset of the guide" if group.non_standard else "",
        "reference data" if group.reference == "Yes" else "",
        "one record per subject at most" if group.repeating == "No" and not group.reference else "",
    ]
    facts: list[Markup | str | None] = [
        " / ".join((group.class_, *group.subclasses)),
        group.structure,
        f"Keys: {', '.join(_keys(cells, group))}" if _keys(cells, group) else "",
        f"Domain {group.domain}{f' ({alias})' if alias else ''}"
        if group.domain and group.domain != group.name
        else "",
        standard.full_name if standard else "",
        number(addition.records, "record") if addition else "",
        number(len(group.references), "variable"),
        link(group.leaf.title or group.leaf.href, group.leaf.href) if group.leaf else "",
        *flags,
    ]
    return tag("ul", *(tag("li", fact) for fact in facts if fact), class_="facts")


def _keys(cells: Cells, group: ItemGroup) -> list[str]:
    """The names of the key variables in the order of the keys."""
    return [_name(cells, reference) for reference in group.keys]


def _name(cells: Cells, reference: ItemReference) -> str:
    item = cells.document.item.get(reference.item)
    return item.name if item else reference.item


def _variable(
    cells: Cells, group: ItemGroup, reference: ItemReference, *, with_role: bool
) -> Iterator[Markup]:
    """The row of a variable, and below it that of its value level."""
    anchor = cells.anchors.of("item", group.oid, reference.item)
    item = cells.document.item.get(reference.item)
    if item is None:
        broken = tag("span", f"{reference.item} (not defined)", class_="broken")
        yield tag("tr", tag("th", broken, scope="row"), tag("td", colspan="5"), id=anchor)
        return
    user = (f"{group.name}.{item.name}", f"#{anchor}")
    addition = cells.addition.datasets.get(group.name)
    sources = addition.sources.get(item.name, ()) if addition else ()
    yield tag(
        "tr",
        tag("th", link(item.name, f"#{anchor}"), _badges(reference), scope="row"),
        tag("td", item.label),
        tag("td", cells.type(item)),
        tag("td", reference.role) if with_role else None,
        tag("td", cells.terms(item, user)),
        tag("td", cells.origin(item, reference, user, sources)),
        id=anchor,
        data_entry="variable",
    )
    values = cells.document.value_list.get(item.value_list)
    if values is not None:
        level = _value_level(cells, group, item, reference, values)
        yield tag("tr", tag("td", level, colspan="6" if with_role else "5"), class_="level")


def _badges(reference: ItemReference) -> Markup:
    texts = [
        f"key {reference.key}" if reference.key else "",
        "mandatory" if reference.mandatory else "",
        "not standard" if reference.non_standard else "",
        "no data" if reference.no_data else "",
    ]
    shown = " \N{MIDDLE DOT} ".join(text for text in texts if text)
    return tag("small", shown) if shown else joined()


def _value_level(
    cells: Cells, group: ItemGroup, item: Item, parent: ItemReference, values: ValueList
) -> Markup:
    """The conditions of a variable, folded; columns that none of them fills are left out."""
    count = len(values.references)
    name = f"{group.name}.{item.name}"
    rows = [_value(cells, group, parent, reference) for reference in values.references]
    heads = ("Condition", "Label", "Type", "Controlled terms", "Origin, method, comment")
    shown = [any(row.cells[column] for row in rows) for column in range(len(heads))]
    return tag(
        "details",
        tag(
            "summary",
            f"Value level of {name}: {number(count, 'condition')}",
        ),
        tag("p", values.description) if values.description else None,
        table(
            f"Value level of {name}",
            [head for head, kept in zip(heads, shown, strict=True) if kept],
            (row.shown(shown) for row in rows),
            "values",
            hidden_caption=True,
        ),
    )


@dataclass(frozen=True)
class _ValueRow:
    """The cells of a condition, the condition itself first."""

    cells: tuple[Markup | None, ...]
    anchor: str

    def shown(self, kept: list[bool]) -> Markup:
        condition, *others = (c for c, keep in zip(self.cells, kept, strict=True) if keep)
        return tag(
            "tr",
            tag("th", condition, scope="row"),
            *(tag("td", cell) for cell in others),
            id=self.anchor,
            data_entry="value",
        )


def _value(
    cells: Cells, group: ItemGroup, parent: ItemReference, reference: ItemReference
) -> _ValueRow:
    """The cells of one line of value level, and its anchor."""
    anchor = cells.anchors.of("value", group.oid, parent.item, reference.item)
    item = cells.document.item.get(reference.item)
    condition = joined(cells.condition(reference.where, group.name), _badges(reference))
    if item is None:
        broken = tag("span", f"{reference.item} (not defined)", class_="broken")
        return _ValueRow((condition, broken, None, None, None), anchor)
    user = (anchor, f"#{anchor}")
    label = item.label or (item.name if item.name != _name(cells, parent) else "")
    return _ValueRow(
        (
            condition,
            joined(label),
            cells.type(item),
            cells.terms(item, user),
            cells.origin(item, reference, user),
        ),
        anchor,
    )


def _preview(group: ItemGroup, addition: DatasetAddition) -> Markup | None:
    if not addition.rows:
        return None
    return tag(
        "details",
        tag("summary", f"First {len(addition.rows):,} of {addition.records:,} records"),
        table(
            f"First records of {group.name}",
            addition.columns,
            map(row, addition.rows),
            "preview",
            hidden_caption=True,
        ),
        class_="preview",
    )
