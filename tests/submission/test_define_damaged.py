"""Files that are not right, and files of another writer: shown and compared, never a crash."""

from __future__ import annotations

import importlib.util
from copy import deepcopy
from typing import TYPE_CHECKING

import pytest
from lxml import etree, html

from submission.define import read_define
from submission.define.compare import compare
from submission.define.html import define_html
from submission.define.start import StudyDraft
from tests.submission.defines import DEFINE_20, DEFINE_21
from tests.submission.test_define import study, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def damaged(text: str) -> Iterator[etree._Element]:
    """The document without each of its elements, then without each of its attributes."""
    whole = etree.fromstring(text.encode())
    count = len(list(whole.iter("{*}*")))
    for number in range(count):
        for name in (None, *map(str, list(whole.iter("{*}*"))[number].attrib)):
            made = deepcopy(whole)
            element = list(made.iter("{*}*"))[number]
            if name is not None:
                del element.attrib[name]
            elif element.getparent() is not None:
                element.getparent().remove(element)
            if made.find("{*}Study/{*}MetaDataVersion") is not None:
                yield made


@pytest.mark.parametrize("text", [DEFINE_20.replace("ISO-8859-1", "UTF-8"), DEFINE_21])
def test_a_file_that_lacks_anything_is_shown_all_the_same(tmp_path: Path, text: str) -> None:
    path = tmp_path / "define.xml"
    path.write_text(text, encoding="utf-8")
    whole = read_define(path)
    for made in damaged(text):
        path.write_bytes(etree.tostring(made))
        document = read_define(path)
        page = html.document_fromstring(define_html(document))
        identifiers = page.xpath("//@id")
        assert len(identifiers) == len(set(identifiers))
        inside = {href[1:] for href in page.xpath("//a/@href") if href.startswith("#")}
        assert inside <= {*identifiers}
        compare(whole, document)
        assert "study.yaml" in StudyDraft([document], {}).files


@pytest.mark.parametrize("standard", ["SDTMIG", "ADaMIG"])
def test_what_another_writer_writes_says_the_same(tmp_path: Path, standard: str) -> None:
    if importlib.util.find_spec("odmlib") is None:
        pytest.skip("odmlib is not installed")
    from odmlib import define_loader, loader

    ours = write(tmp_path, standard, study())
    reader = loader.ODMLoader(define_loader.XMLDefineLoader(model_package="define_2_1"))
    reader.open_odm_document(str(ours))
    theirs = tmp_path / "theirs.xml"
    reader.load_odm().write_xml(str(theirs))
    assert compare(read_define(ours), read_define(theirs)).empty
    assert define_html(read_define(theirs)) == define_html(read_define(ours))
