"""The section `documents`: which documents are fetched, where they are kept, and how much of them."""

from __future__ import annotations

from pathlib import Path

from monitor.settings_schema import DocumentSettings
from monitor.settings_values import Values

_MIB = 1 << 20


def documents(values: Values, home: Path | None, data: Path | None, archive: Path) -> DocumentSettings:
    """The checked section; the folder lies in the data folder, else beside the archive, unless named."""
    beside = archive.parent / "documents" if archive != Path() else None
    default = beside if data is None else data / "documents"
    folder = values.path("documents.dir", default, '"documents" in the data folder', home)
    enabled = values.flag("documents.enabled", True)
    if folder is None and enabled:
        values.problem("documents.dir", "must be set where neither HOME nor XDG_DATA_HOME is")
    return DocumentSettings(
        enabled=enabled,
        fetch=values.flag("documents.fetch", True),
        dir=folder or Path(),
        max_file_bytes=values.number("documents.max_file_bytes", 64 * _MIB, _MIB, 64 * _MIB, "integer"),
        max_bytes=values.number("documents.max_bytes", 4_000_000_000, 100_000_000, 10**15, "integer"),
        max_per_hour=values.number("documents.max_per_hour", 20, 1, 1000, "integer"),
        deadline=values.seconds("documents.deadline", 300, 1, 3600),
    )
