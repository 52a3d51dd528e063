"""Results metadata (ARM 1.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validation.define.check import Fault, rule
from validation.define.shapes import label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.define.document import Node
    from validation.define.model import Define


@rule("DD0087")
def results_of_analysis(define: Define) -> Iterator[Fault]:
    """Only a file of analysis data has results metadata."""
    analysis = "ADaM" in define.kinds or any(
        dataset.get("Purpose") == "Analysis" for dataset in define.datasets
    )
    for node in define.at("arm:AnalysisResultDisplays"):
        if not analysis:
            yield Fault(node, "results metadata stand in a file that is not of ADaM")


def _datasets_of(result: Node) -> list[Node]:
    return [node for held in result.all("arm:AnalysisDatasets") for node in held.children]


def _is_bds(define: Define, node: Node) -> bool:
    dataset = define.target("ItemGroupDef", node.get("ItemGroupOID"))
    return dataset is not None and define.class_of(dataset).endswith("BASIC DATA STRUCTURE")


@rule("DD0092")
def parameter_named(define: Define) -> Iterator[Fault]:
    """A result from a BDS dataset names the variable of its parameters."""
    for result in define.at("arm:AnalysisResult"):
        if not result.get("ParameterOID") and any(_is_bds(define, p) for p in _datasets_of(result)):
            yield Fault(result, f"{label(result)} rests on a BDS dataset and has no ParameterOID")


@rule("DD0093")
def parameter_is_paramcd(define: Define) -> Iterator[Fault]:
    """The parameter variable of a result is PARAMCD of one of its BDS datasets."""
    for result in define.at("arm:AnalysisResult"):
        named = result.get("ParameterOID")
        if not named:
            continue
        item = define.target("ItemDef", named)
        if item is None or item.get("Name") != "PARAMCD":
            what = "does not exist" if item is None else f"is {item.get('Name')}"
            yield Fault(result, f"ParameterOID {named} {what}; it names a PARAMCD", named)
            continue
        of = {use.dataset.get("OID") for use in define.variables_of(item) if use.dataset}
        nodes = [node for node in _datasets_of(result) if _is_bds(define, node)]
        if not any(node.get("ItemGroupOID") in of for node in nodes):
            yield Fault(
                result, f"ParameterOID {named} is of no BDS dataset of {label(result)}", named
            )


@rule("DD0094")
def join_comment_of_result(define: Define) -> Iterator[Fault]:
    """A result from several datasets has a comment on how they are joined."""
    for held in define.at("arm:AnalysisDatasets"):
        nodes = held.all("arm:AnalysisDataset")
        if len(nodes) > 1 and not held.get("def:CommentOID"):
            yield Fault(held, f"{len(nodes)} datasets are used, and no comment says how")


@rule("DD0096")
def analysis_variable(define: Define) -> Iterator[Fault]:
    """A result has at least one analysis variable."""
    for result in define.at("arm:AnalysisResult"):
        if _datasets_of(result) and not any(
            p.all("arm:AnalysisVariable") for p in _datasets_of(result)
        ):
            yield Fault(result, f"{label(result)} has no analysis variable")


@rule("DD0098")
def code_context(define: Define) -> Iterator[Fault]:
    """Programming code says what it is written in."""
    for code in define.at("arm:ProgrammingCode"):
        if code.all("arm:Code") and not code.get("Context"):
            yield Fault(code, "arm:ProgrammingCode has code and no Context")


@rule("DD0117")
def documentation_described(define: Define) -> Iterator[Fault]:
    """Documentation of a result that refers to a document has a description."""
    for node in define.at("arm:Documentation"):
        if node.all("def:DocumentRef") and not node.translated():
            yield Fault(node, "arm:Documentation refers to a document and has no description")


@rule("CK-DEFINE-ANALYSIS-VARIABLE")
def variable_of_its_dataset(define: Define) -> Iterator[Fault]:
    """An analysis variable is a variable of its analysis dataset."""
    for node in define.at("arm:AnalysisDataset/arm:AnalysisVariable"):
        item = define.target("ItemDef", node.get("ItemOID"))
        named = node.parent.get("ItemGroupOID") if node.parent is not None else ""
        if item is None or define.target("ItemGroupDef", named) is None:
            continue
        of = {use.dataset.get("OID") for use in define.uses.get(item, []) if use.dataset}
        if named not in of:
            yield Fault(node, f"{node.get('ItemOID')} is not a variable of {named}", named)
