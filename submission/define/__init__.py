"""define.xml: the description of a package's datasets in Define-XML 2.1.

What it says is read off the specification and off `submission.attributes`; nothing is entered
here. One ItemDef per dataset variable, code lists of the terms that are possible for a use, value
level only where the values of a variable differ in kind or in origin.

`read_define` reads anybody's define.xml into a `Document`, from which define.html is made.
"""

from submission.define.document import Document
from submission.define.read import read_define
from submission.define.stylesheet import write_stylesheet
from submission.define.writer import define_document, write_define

__all__ = ["Document", "define_document", "read_define", "write_define", "write_stylesheet"]
