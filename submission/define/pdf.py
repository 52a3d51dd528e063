"""define.pdf: define.html printed by a browser of the Chromium family, without a window."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from specs.errors import CdisckitError
from specs.output import new_file

if TYPE_CHECKING:
    from datetime import datetime

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
)

_BROWSER_PATHS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
    "C:/Program Files/Microsoft/Edge/Application/msedge.exe",
)

_TIMEOUT = 300


def find_browser() -> Path | None:
    """A browser of the Chromium family on this machine, or None."""
    on_path = (shutil.which(name) for name in BROWSERS)
    installed = (browser for browser in _BROWSER_PATHS if Path(browser).exists())
    browser = next((f for f in on_path if f), None) or next(installed, None)
    return Path(browser) if browser else None


def write_pdf(page: Path, path: Path, created: datetime | None = None) -> None:
    """Print a page of HTML; with `created` the file says that time, and not that of printing.

    CdisckitError where no browser is found or it prints nothing.
    """
    browser = find_browser()
    if browser is None:
        raise CdisckitError(
            "no browser that can print a PDF was found",
            remedy="install Chromium, Chrome or Edge, or print define.html from any browser",
        )
    with tempfile.TemporaryDirectory() as folder:
        printed = Path(folder) / "define.pdf"
        command = [
            str(browser),
            "--headless",
            "--disable-gpu",
            *(["--no-sandbox"] if _is_root() else []),
            f"--user-data-dir={folder}",
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
            f"--print-to-pdf={printed}",
            page.resolve().as_uri(),
        ]
        try:
            # The command is a browser found on this machine and a file that was just written.
            run = subprocess.run(command, capture_output=True, timeout=_TIMEOUT, check=False)  # noqa: S603
        except subprocess.TimeoutExpired:
            raise CdisckitError(
                f"{browser.name} did not print within {_TIMEOUT} seconds", where=str(page)
            ) from None
        if not printed.exists():
            lines = run.stderr.decode(errors="replace").strip().splitlines()
            raise CdisckitError(
                f"{browser.name} printed nothing ({lines[-1] if lines else 'no message'})",
                where=str(page),
                remedy="print define.html from a browser by hand",
            )
        content = printed.read_bytes()
    with new_file(path) as partial:
        partial.write_bytes(_dated(content, created) if created else content)


def _dated(content: bytes, created: datetime) -> bytes:
    """A PDF with other dates; they are as long as before, so no offset moves."""
    text = f"(D:{created:%Y%m%d%H%M%S}+00'00')".encode()
    return re.sub(rb"\(D:\d{14}\+00'00'\)", text, content)


def _is_root() -> bool:
    """Whether the user is root on Linux, for whom Chromium has no sandbox."""
    if sys.platform == "win32":
        return False
    import os

    return os.geteuid() == 0
