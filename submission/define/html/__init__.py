"""define.html: a define.xml as one self-contained page, made without XSLT.

All content is in the page. Its script, which the page can do without, adds search.
"""

from submission.define.html.addition import Addition, DatasetAddition
from submission.define.html.page import define_html, write_html

__all__ = ["Addition", "DatasetAddition", "define_html", "write_html"]
