"""Make a define.xml of many datasets and variables; read it, make its page, show it in Chromium.

By default 60 datasets and 5,000 variables: a large study. Demanded are a page in under 5 s and of
less than 15 MB, and a first paint in under 1 s. The browser needs playwright and a Chromium.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from lxml import etree

from submission.define import read_define
from submission.define.elements import description, element, leaf
from submission.define.html import write_html
from submission.define.pdf import find_browser

METHOD = (
    "The date part of {0} minus that of DM.RFSTDTC, plus 1 on and after it; there is no day 0."
    " Missing when either date is not complete to the day."
)
ROUNDS = 5


def made_up(datasets: int, variables: int) -> etree._Element:
    """A define.xml whose variables have the terms, methods, comments and values of real ones."""
    groups, items, values, clauses, codelists, methods, comments = ([] for _ in range(7))
    each = variables // datasets
    for number in range(datasets):
        name = f"D{number:03d}"
        references = []
        for place in range(each + (number < variables - each * datasets)):
            variable = f"V{place:04d}"
            oid = f"{name}.{variable}"
            item = {"OID": f"IT.{oid}", "Name": variable, "DataType": "text", "Length": 20}
            children = [description(f"Variable {place} of dataset {number}")]
            if place % 3 == 0:
                children.append(element("CodeListRef", {"CodeListOID": f"CL.{name}.{place % 8}"}))
            kind = "Derived" if place % 3 == 1 else "Collected"
            children.append(element("def:Origin", {"Type": kind, "Source": "Sponsor"}))
            if place % 10 == 5:
                children.append(element("def:ValueListRef", {"ValueListOID": f"VL.{oid}"}))
                under = []
                for value in range(12):
                    clause = f"WC.{name}.{value}"
                    if place == 5:
                        check = {"Comparator": "EQ", "def:ItemOID": f"IT.{name}.V0000"}
                        held = element("CheckValue", text=f"TERM{value}")
                        clauses.append(
                            element(
                                "def:WhereClauseDef",
                                {"OID": clause},
                                element("RangeCheck", {**check, "SoftHard": "Soft"}, held),
                            )
                        )
                    described = {**item, "OID": f"IT.{oid}.{value}", "DataType": "integer"}
                    items.append(element("ItemDef", described, description(f"Result {value}")))
                    under.append(
                        element(
                            "ItemRef",
                            {"ItemOID": f"IT.{oid}.{value}", "Mandatory": "No"},
                            element("def:WhereClauseRef", {"WhereClauseOID": clause}),
                        )
                    )
                values.append(element("def:ValueListDef", {"OID": f"VL.{oid}"}, *under))
            if place % 7 == 0:
                item["def:CommentOID"] = f"COM.{oid}"
                text = f"Answers of {variable} were reviewed before the data cut."
                comments.append(element("def:CommentDef", {"OID": f"COM.{oid}"}, description(text)))
            method = f"MT.{oid}" if kind == "Derived" else ""
            if method:
                methods.append(
                    element(
                        "MethodDef",
                        {"OID": method, "Name": f"Algorithm for {oid}", "Type": "Computation"},
                        description(METHOD.format(variable)),
                    )
                )
            items.append(element("ItemDef", item, *children))
            references.append(
                element("ItemRef", {"ItemOID": f"IT.{oid}", "MethodOID": method, "Role": "Topic"})
            )
        codelists.extend(
            element(
                "CodeList",
                {"OID": f"CL.{name}.{n}", "Name": f"Terms {n} of {name}", "DataType": "text"},
                *(
                    element(
                        "CodeListItem",
                        {"CodedValue": f"TERM{term}"},
                        description(f"Meaning of term {term}", "Decode"),
                    )
                    for term in range(15)
                ),
            )
            for n in range(8)
        )
        groups.append(
            element(
                "ItemGroupDef",
                {"OID": f"IG.{name}", "Name": name, "def:Structure": "One record per subject"},
                description(f"Dataset {number}"),
                *references,
                leaf(f"LF.{name}", f"{name.lower()}.xpt", f"{name.lower()}.xpt"),
            )
        )
    contents = (*values, *clauses, *groups, *items, *codelists, *methods, *comments)
    version = element("MetaDataVersion", {"OID": "MDV", "def:DefineVersion": "2.1.10"}, *contents)
    names = element("GlobalVariables", {}, element("StudyName", text="LARGE"))
    return element("ODM", {}, element("Study", {"OID": "S"}, names, version))


def first_paint(page: Path) -> tuple[float, float]:
    """Milliseconds until Chromium paints something of the page, and until it is all loaded."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(find_browser()))
        shown = browser.new_page()
        shown.goto(page.as_uri())
        shown.wait_for_timeout(500)
        paint = shown.evaluate(
            "performance.getEntriesByName('first-contentful-paint')[0].startTime"
        )
        loaded = shown.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
        browser.close()
    return float(paint), float(loaded)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", type=int, default=60)
    parser.add_argument("--variables", type=int, default=5000)
    parser.add_argument("--keep", type=Path, help="folder for the define.xml and the page")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        define, page = folder / "define.xml", folder / "define.html"
        define.write_bytes(etree.tostring(made_up(given.datasets, given.variables)))
        read, written = [], []
        for _ in range(ROUNDS):
            start = perf_counter()
            document = read_define(define)
            middle = perf_counter()
            write_html(document, page)
            read.append(middle - start)
            written.append(perf_counter() - middle)
        count = sum(len(group.references) for group in document.groups)
        print(
            f"{len(document.groups)} datasets, {count:,} variables, {len(document.items):,} items"
        )
        print(f"define.xml {define.stat().st_size / 1e6:.1f} MB, read in {median(read):.2f} s")
        print(f"define.html {page.stat().st_size / 1e6:.1f} MB, made in {median(written):.2f} s")
        if find_browser() is None:
            print("no Chromium here: first paint not measured")
            return
        paints = sorted(first_paint(page.resolve()) for _ in range(ROUNDS))
        paint, loaded = paints[len(paints) // 2]
        print(f"first paint after {paint:.0f} ms, loaded after {loaded:.0f} ms")


if __name__ == "__main__":
    main()
