"""Everyone under a version and under the live one, at the same moment: what would change if it went live now.

`compare` scores them side by side in the database, and asks who could become an MQL; `figures` counts, `weeks` says how
many new MQLs a week are to be expected, `sharing` who would get them, `people` keeps those whom it changes something
for.
"""

from scoring.preview.compare import who_opens
from scoring.preview.result import run

__all__ = ["run", "who_opens"]
