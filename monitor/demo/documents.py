"""One document, two row forms: the list of 2019–2023 (GP_GPZCZ_SHXXPL) and today's GP_COMMON_FILE_SEARCH.

Rule: pure. Both forms of a document keep one filePath, so a reader of both can tell they are the same file.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from monitor.domain.errors import LayoutChanged

Row: TypeAlias = dict[str, Any]

# Old fileType → the part of the new code before the version digit (1 申报稿, 2 上会稿, 3 注册稿).
_VERSIONED = {30: "I001", 32: "I002", 33: "I003", 34: "I004", 36: "I005", 37: "I006"}
_WHOLE = {5: "I3010", 6: "I3010", 35: "I1010", 38: "I1020", 1: "I2010", 2: "I2020"}
# New code → (fileType, fileVersion, auditStatus) as the old list prints them.
_OLD_WHOLE = {"I3010": (6, 1, 1), "I1010": (35, 4, 5), "I1020": (38, 4, 8)}
_STAGE_OF_VERSION = {1: 1, 2: 2, 3: 4}


def new_code(file_type: int, version: int) -> str:
    """The `fileTypeMap` code of an old (fileType, fileVersion); version 4 (seen once) counts as 注册稿.

    Raises LayoutChanged for a file type the exchange's table does not hold.
    """
    if file_type in _WHOLE:
        return _WHOLE[file_type]
    if file_type in _VERSIONED:
        return f"{_VERSIONED[file_type]}{min(max(version, 1), 3)}"
    raise LayoutChanged("a document of an unknown fileType", seen=file_type)


def old_type(code: str) -> tuple[int, int, int]:
    """The (fileType, fileVersion, auditStatus) an old row carries for a new code.

    Raises LayoutChanged for a code outside the exchange's table.
    """
    if code in _OLD_WHOLE:
        return _OLD_WHOLE[code]
    for file_type, stem in _VERSIONED.items():
        if code[:4] == stem and code[4:] in {"1", "2", "3"}:
            version = int(code[4:])
            return file_type, version, _STAGE_OF_VERSION[version]
    raise LayoutChanged("a document code outside the exchange's table", seen=code)


def short_name(info: Row) -> str:
    """The issuer's abbreviated name as the list row carries it."""
    return str(info["stockIssuer"][0]["s_issueCompanyAbbrName"])


def full_name(info: Row) -> str:
    """The issuer's full name as the list row carries it."""
    return str(info["stockIssuer"][0]["s_issueCompanyFullName"])


def file_row(
    *, info: Row, code: str, title: str, path: str, updated: str, size: int | str, file_id: str
) -> Row:
    """A GP_COMMON_FILE_SEARCH row of 15 fields; inquiry replies (I3010) carry empty type and version."""
    kind: int | str = ""
    version: int | str = ""
    if code in {"I2010", "I2020"}:
        kind = 1 if code == "I2010" else 2
    elif code != "I3010":
        kind, version, _ = old_type(code)
    return {
        "fileUpdTime": updated,
        "fileName": path.rsplit("/", 1)[-1],
        "filePath": path,
        "companyCode": "",
        "companyAbbr": short_name(info),
        "companyName": full_name(info),
        "auditId": str(info["stockAuditNum"]),
        "fileTypeMap": code,
        "fileSize": size,
        "fileTitle": title,
        "marketType": info["issueMarketType"],
        "fileVersion": version,
        "fileType": kind,
        "fileId": file_id,
        "isPreviewFile": "",
    }


def file_from_document(row: Row, info: Row) -> Row:
    """The current row form of an old document row."""
    return file_row(
        info=info,
        code=new_code(row["fileType"], row["fileVersion"]),
        title=row["fileTitle"],
        path=row["filePath"],
        updated=row["fileUpdateTime"],
        size=row["fileSize"],
        file_id=row["fileId"],
    )


def file_from_meeting(row: Row, info: Row) -> Row:
    """The current row form of a committee notice or result, filed under one of the meeting's issuers."""
    return file_row(
        info=info,
        code=new_code(row["fileType"], 0),
        title=row["fileTitle"],
        path=row["filePath"],
        updated=row["fileUpdTime"],
        size=row["fileSize"],
        file_id=row["fileId"],
    )


def document_from_file(row: Row, *, item_id: str, mark: str) -> Row:
    """The old row form of a current document row (not for committee files, which have their own list)."""
    file_type, version, stage = old_type(row["fileTypeMap"])
    day = row["fileUpdTime"]
    return {
        "fileUpdateTime": day,
        "filePath": row["filePath"],
        "publishDate": f"{day[:4]}-{day[4:6]}-{day[6:8]}",
        "fileLastVersion": 1,
        "stockAuditNum": row["auditId"],
        "auditItemId": item_id,
        "filename": row["fileName"],
        "companyFullName": row["companyName"],
        "fileSize": row["fileSize"],
        "StockType": 1,
        "fileTitle": row["fileTitle"],
        "auditStatus": stage,
        "fileVersion": version,
        "fileType": file_type,
        "MarketType": row["marketType"],
        "fileId": row["fileId"],
        "OPERATION_SEQ": mark,
    }
