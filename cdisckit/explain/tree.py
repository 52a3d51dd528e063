"""A cell and its sources as a tree in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from rich.tree import Tree

from cdisckit.explain.cells import Cell, Field

if TYPE_CHECKING:
    from cdisckit.explain.cells import Source

MISSING = "(missing)"


def drawn(cell: Cell) -> Tree:
    """The tree of a cell; a method stands once, where it is first needed."""
    tree = Tree(_title(cell))
    _fill(tree, cell, set())
    return tree


def _fill(tree: Tree, cell: Cell, shown: set[str]) -> None:
    if cell.method and cell.method not in shown:
        shown.add(cell.method)
        tree.add(Text(cell.method, style="italic"))
    again = [source for source in cell.sources if _again(source)]
    for source in cell.sources:
        if source not in again and not _same(source, cell):
            _add(tree, source, shown)
    for line in cell.choice:
        tree.add(Text(line, style="dim"))
    if again:
        tree.add(Text("as above: " + "; ".join(map(_briefly, again)), style="dim"))


def _add(tree: Tree, source: Source, shown: set[str]) -> None:
    """Add a source with what was read from it to the tree."""
    note = f"  {source.note}" if source.note else ""
    count = len(source.inputs) + source.more
    if source.constant:
        tree.add(Text(f"constant {source.name}"))
    elif not source.name:
        tree.add(Text(source.note, style="dim"))
    elif not count:
        tree.add(Text(f"{source.name}: no record{note}"))
    else:
        branch = tree if count == 1 else tree.add(Text(f"{source.name}: {count:,} records{note}"))
        for one in source.inputs:
            title = _field(one) if isinstance(one, Field) else _title(one)
            added = branch.add(title.append(note) if count == 1 else title)
            if isinstance(one, Cell):
                _fill(added, one, shown)
        if source.more:
            branch.add(Text(f"and {source.more:,} more"))


def _again(source: Source) -> bool:
    """Whether all of a source stands above."""
    if source.constant or not source.inputs:
        return source.more > 0
    return len(source.inputs) == 1 and isinstance(one := source.inputs[0], Cell) and one.again


def _briefly(source: Source) -> str:
    if len(source.inputs) != 1:
        return f"{source.name}, {source.more:,} records"
    (one,) = source.inputs
    return _title(one).plain.removesuffix("  as above") if isinstance(one, Cell) else source.name


def _same(source: Source, cell: Cell) -> bool:
    """Whether a source is the constant that the cell shows."""
    return source.constant and source.name == cell.value


def _title(cell: Cell) -> Text:
    text = Text.assemble(
        (f"{cell.dataset}.{cell.variable}", "bold"), " = ", (cell.value or MISSING, "green")
    )
    if cell.keys:
        text.append("  " + ", ".join(f"{name} {value}" for name, value in cell.keys))
    if cell.again:
        return text.append("  as above", style="dim")
    if cell.origin:
        text.append(f"  {cell.origin}", style="cyan")
    return text.append("  ...", style="dim") if cell.cut else text


def _field(field: Field) -> Text:
    if field.form.startswith("@"):
        return Text(f"study table {field.form[1:]}, row {field.record + 1}, {field.name}")
    text = Text.assemble("form ", (field.form, "bold"), " field ", (field.name, "bold"))
    if field.value is not None:
        text.append(" = ").append(field.value or MISSING, style="green")
    text.append(f"  subject {field.subject}" + (f", event {field.event}" if field.event else ""))
    position = f"{field.file} line {field.line}" if field.line else field.file
    return text.append(f", {position}", style="yellow")
