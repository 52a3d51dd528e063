from __future__ import annotations

from pathlib import Path

from cdisckit.building import known_derivations
from cdisckit.derivations import page

ROOT = Path(__file__).parents[2]


def test_the_page_of_the_documentation_lists_the_derivations_as_they_are() -> None:
    written = (ROOT / "docs" / "derivations.md").read_text(encoding="utf-8")
    assert written == page(known_derivations(ROOT)), "cdisckit derivations > docs/derivations.md"


def test_a_derivation_is_told_with_its_sources_constants_and_text(tmp_path: Path) -> None:
    (tmp_path / "derivations.py").write_text(
        "from specs.derivation import derivation\n"
        "@derivation\n"
        "def scaled(value, *others, factor, places=2):\n"
        '    """{value} times {factor}.\n\n    Not told."""\n',
        encoding="utf-8",
    )
    made = page(known_derivations(tmp_path))
    assert "**scaled**(value, *others; factor, places=2)  \n{value} times {factor}.\n" in made
    assert "Not told" not in made
