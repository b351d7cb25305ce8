"""Public data sets for tests of the import, and the maps under `examples/maps` that they are taken with.

They are looked for in `shared/data` beside the checkout and are no part of the project.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from crm.contact_import import Report, import_file, read_map
from tests.factories import NOW

DATA = Path(settings.BASE_DIR).parent / "shared" / "data"
MAPS = Path(settings.BASE_DIR) / "examples" / "maps"

needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="there is no folder shared/data beside the checkout"
)


def take(file: str, map_name: str, folder: Path, **options: Any) -> Report:
    text = (MAPS / f"{map_name}.yaml").read_text()
    options.setdefault("at", NOW)
    return import_file(DATA / file, read_map(text), rejected_path=folder / "rejected.csv", **options)
