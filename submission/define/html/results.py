"""Analysis results metadata: displays, and how each of their results comes from the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submission.define.html.lists import code
from submission.define.html.markup import Markup, joined, link, separated, table, tag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submission.define.document import AnalysisDataset, Display, Result
    from submission.define.html.cells import Cells


def display_list(cells: Cells) -> Markup:
    """The table of all displays with their results."""
    return table(
        "Analysis results",
        ["Display", "Title", "Results"],
        (
            tag(
                "tr",
                tag("th", link(d.name, cells.anchors.to("display", d.oid)), scope="row"),
                tag("td", d.title),
                tag(
                    "td",
                    separated(
                        link(r.title or r.oid, cells.anchors.to("result", d.oid, r.oid))
                        for r in d.results
                    ),
                ),
            )
            for d in cells.document.displays
        ),
        hidden_caption=True,
    )


def display_section(cells: Cells, display: Display) -> Markup:
    """A display with its results."""
    anchor = cells.anchors.of("display", display.oid)
    return tag(
        "section",
        tag(
            "h3", link(display.name, f"#{anchor}"), " ", tag("span", display.title, class_="label")
        ),
        [tag("p", cells.reference(d)) for d in display.documents],
        [_result(cells, display, result) for result in display.results],
        id=anchor,
        class_="display",
    )


def _result(cells: Cells, display: Display, result: Result) -> Markup:
    anchor = cells.anchors.of("result", display.oid, result.oid)
    user = (result.title or result.oid, f"#{anchor}")
    facts = [(name, markup) for name, markup in _facts(cells, result, user) if markup]
    return tag(
        "section",
        tag("h4", link(result.title or result.oid, f"#{anchor}")),
        tag("dl", *(joined(tag("dt", name), tag("dd", markup)) for name, markup in facts)),
        code(result.code) if result.code else None,
        id=anchor,
        class_="result",
        data_entry="result",
    )


def _facts(
    cells: Cells, result: Result, user: tuple[str, str]
) -> Iterator[tuple[str, Markup | str | None]]:
    """What define.xml says of an analysis result, as names and contents."""
    yield "Reason", result.reason
    yield "Purpose", result.purpose
    item = cells.document.item.get(result.parameter)
    if item is not None:
        owner = cells.document.owner.get(result.parameter, "")
        yield "Parameter", cells.variable(f"{owner}.{item.name}")
    for dataset in result.datasets:
        group = cells.document.group.get(dataset.group)
        yield (
            "Data",
            joined(
                link(group.name, cells.anchors.to("group", group.oid)) if group else dataset.group,
                _records(cells, dataset, group.name if group else ""),
            ),
        )
        if dataset.variables:
            yield (
                "Analysis variables",
                separated(_variable(cells, oid) for oid in dataset.variables),
            )
    yield "Datasets together", cells.comment(result.comment, user)
    documents = [joined(" ", cells.reference(d)) for d in result.documents]
    yield (
        "Documentation",
        joined(tag("span", cells.text(result.documentation), class_="prose"), documents),
    )
    yield "Programs", separated(cells.reference(d) for d in result.programs)


def _records(cells: Cells, dataset: AnalysisDataset, group: str) -> Markup | None:
    if not dataset.where:
        return None
    return joined(" where ", cells.condition((dataset.where,), group))


def _variable(cells: Cells, oid: str) -> Markup:
    item = cells.document.item.get(oid)
    if item is None:
        return tag("span", f"{oid} (not defined)", class_="broken")
    return joined(
        cells.variable(f"{cells.document.owner.get(oid, '')}.{item.name}"), f" ({item.label})"
    )
