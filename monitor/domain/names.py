"""Company names: one printed name and another are the same company, or they are not.

Rule: equality of the normalised full name or of a former name somebody printed; nothing fuzzy, ever.
Rule: 有限公司 and 股份有限公司 stay part of the name. By law an applicant is a joint-stock company
(股份有限公司) when it files, so tutoring under the older 有限公司 counts only through a printed former name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

# What NFKC leaves apart: other brackets used for （）, and the many dots inside transliterated names.
_SAME = str.maketrans(
    {
        **dict.fromkeys("[{〔【〖〈《「『﹝", "("),
        **dict.fromkeys("]}〕】〗〉》」』﹞", ")"),
        **dict.fromkeys("•‧∙⋅・᛫●", "·"),
        **dict.fromkeys("‐‑‒–—―−﹣", "-"),
        **dict.fromkeys("‘’“”\"'", ""),
    }
)
_FORMER = re.compile(r"\((?:曾用名|原名称|原名|前称|更名前)(?:为|:)*([^()]*(?:\([^()]*\)[^()]*)*)\)$")
# Blanks of every kind (Zs, Zl, Zp), control characters, and format characters such as zero-width ones.
_INVISIBLE = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
_SEPARATORS = re.compile(r"[、,;/]")


@dataclass(frozen=True, kw_only=True, slots=True)
class CompanyName:
    """A printed name taken apart: the full name and the former names beside it, all normalised."""

    full: str
    former: tuple[str, ...] = ()


@lru_cache(maxsize=8192)
def normalise_company_name(printed: str) -> str:
    """One spelling for every way to print a full name: NFKC, one kind of brackets, no blanks, no case."""
    name = printed
    while True:  # NFKC after removing and folding may compose again; a key must be its own normal form
        compatible = unicodedata.normalize("NFKC", name)
        visible = "".join(char for char in compatible if unicodedata.category(char) not in _INVISIBLE)
        folded = visible.translate(_SAME).casefold()
        if folded == name:
            return folded
        name = folded


@lru_cache(maxsize=8192)
def read_company_name(printed: str) -> CompanyName:
    """A name with its annotation (曾用名：…) taken off and kept as former names."""
    whole = normalise_company_name(printed)
    annotation = _FORMER.search(whole)
    if annotation is None or annotation.start() == 0:
        return CompanyName(full=whole)
    former = tuple(name for name in _SEPARATORS.split(annotation[1]) if name)
    return CompanyName(full=whole[: annotation.start()], former=former)


def same_issuer(printed: str, issuer: str, former_names: Iterable[str] = ()) -> bool:
    """Whether a printed name is the issuer's full name or one of its former names, in either direction."""
    left, right = read_company_name(printed), read_company_name(issuer)
    lefts = {left.full, *left.former} - {""}
    rights = {right.full, *right.former, *(normalise_company_name(name) for name in former_names)} - {""}
    # A former name both once had proves nothing: one of the two current names must be involved.
    return bool(left.full) and bool(right.full) and (left.full in rights or right.full in lefts)
