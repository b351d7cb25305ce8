"""Contacts, companies and activities from a file of rows, by a map of its columns.

Read in this order: `spec` says what a map can say, `map_file` reads one, `reading` turns a file into rows, `drafts`
turns a row into facts by the map, `chunks` takes facts to `crm.record`, and `run` does it all for one file.
`docs/import.md` explains it to those who write maps.
"""

from crm.contact_import.map_file import read_map
from crm.contact_import.report import Report
from crm.contact_import.run import import_file

__all__ = ["Report", "import_file", "read_map"]
