"""The exchange's code tables for intermediaries and documents; stages stand in `monitor.domain.stages`.

Rule: each entry is proven by a fixture or a captured row; what is unknown stays visible as unknown.
"""

from __future__ import annotations

from monitor.domain.records import DocumentType, Role

BOARDS: dict[str, str] = {"1": "科创板", "2": "主板"}

ROLES: dict[str, Role] = {
    "1": Role.SPONSOR,
    "2": Role.ACCOUNTANT,
    "3": Role.LAW_FIRM,
    "4": Role.APPRAISER,
}

# Current codes (fileTypeMap): family → type; the last digit is the draft (1 申报稿, 2 上会稿, 3 注册稿).
DOCUMENT_TYPES: dict[str, DocumentType] = {
    "I0011": DocumentType.PROSPECTUS_DRAFT,
    "I0012": DocumentType.PROSPECTUS_COMMITTEE,
    "I0013": DocumentType.PROSPECTUS_REGISTRATION,
    "I0021": DocumentType.AUDIT_REPORT,
    "I0022": DocumentType.AUDIT_REPORT,
    "I0023": DocumentType.AUDIT_REPORT,
    "I0031": DocumentType.LEGAL_OPINION,
    "I0032": DocumentType.LEGAL_OPINION,
    "I0033": DocumentType.LEGAL_OPINION,
    "I0051": DocumentType.OFFERING_SPONSOR_LETTER,
    "I0052": DocumentType.OFFERING_SPONSOR_LETTER,
    "I0053": DocumentType.OFFERING_SPONSOR_LETTER,
    "I0061": DocumentType.LISTING_SPONSOR_LETTER,
    "I0062": DocumentType.LISTING_SPONSOR_LETTER,
    "I0063": DocumentType.LISTING_SPONSOR_LETTER,
    "I1010": DocumentType.REGISTRATION_DECISION,
    "I1020": DocumentType.TERMINATION_DECISION,
    "I2010": DocumentType.COMMITTEE_NOTICE,
    "I2020": DocumentType.COMMITTEE_RESULT,
    "I3010": DocumentType.INQUIRY_REPLY,
}

# Older fileType → current family. Families ending in a dot take the draft number as their last digit.
_OLDER_FAMILIES: dict[str, str] = {
    "30": "I001.",
    "32": "I002.",
    "33": "I003.",
    "36": "I005.",
    "37": "I006.",
    "6": "I3010",
    "35": "I1010",
    "38": "I1020",
    "1": "I2010",
    "2": "I2020",
}

# 其他 (34) stands in the page script, never in a row; 问询函 (5) in the filter, never in a row.
_OLDER_OTHERS: dict[str, DocumentType] = {"34": DocumentType.OTHER, "5": DocumentType.OTHER}


def current_code(file_type: str, version: str) -> str:
    """The current code of an older (fileType, fileVersion) pair; an unknown pair stays readable as it is."""
    family = _OLDER_FAMILIES.get(file_type)
    if family is None:
        return f"{file_type}/{version}" if version else file_type
    if not family.endswith("."):
        return family
    return family[:-1] + version if version in {"1", "2", "3"} else f"{file_type}/{version}"


def document_type(code: str) -> DocumentType:
    """The type of a current or older code; an unknown one is UNKNOWN, which the caller reports."""
    known = DOCUMENT_TYPES.get(code)
    if known is not None:
        return known
    file_type = code.split("/", 1)[0]
    family = _OLDER_FAMILIES.get(file_type, "")
    if family.endswith("."):  # a draft number we have not seen, of a family we know
        return DOCUMENT_TYPES[family[:-1] + "1"] if file_type != "30" else DocumentType.UNKNOWN
    return _OLDER_OTHERS.get(file_type, DocumentType.UNKNOWN)
