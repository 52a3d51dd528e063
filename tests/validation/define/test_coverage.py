from __future__ import annotations

from typing import TYPE_CHECKING

from tests.validation.define.edits import ODM, URIS
from validation.define import check_define, coverage_page

if TYPE_CHECKING:
    from pathlib import Path


def test_the_page_of_coverage_is_what_the_code_says(root: Path) -> None:
    written = (root / "docs" / "define-rules.md").read_text(encoding="utf-8")
    assert written == coverage_page(), "write coverage_page() into docs/define-rules.md"


def test_a_check_says_nothing_of_a_file_without_its_parts(tmp_path: Path) -> None:
    path = tmp_path / "define.xml"
    head = f'<ODM xmlns="{ODM}" xmlns:def="{URIS["def"]}"/>'
    path.write_text(head, encoding="utf-8")
    assert set(check_define(path)["rule"]) >= {"DEFINE-006", "DEFINE-010"}
