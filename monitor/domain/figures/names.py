"""Project names of a use-of-proceeds table, put together from cells that text extraction tore apart.

Rule: ruled cells decide where they are known; else the longest run of words that the document prints
as one elsewhere; else the words between row number and sums.
"""

from __future__ import annotations

import re

from monitor.domain.figures.pages import Run
from monitor.domain.money import simplify

__all__ = ["name_rows"]

_CLOSED = re.compile(r"(?:项目|流动资金|银行贷款|储备资金|营运资金|偿还借款|还贷)\Z")
_MONEY = re.compile(r"-?\d{1,3}(?:,\d{3})*(?:\.\d+)?%?\Z|-\Z|—\Z|/\Z|不适用\Z")
_CODE = re.compile(r"[【\[〔﹝】\]〕﹞]|号\Z|\d-\d|\d{4}")
_OTHER_COLUMNS = re.compile(r"实施|主体|地点|类型|备案|建设期|周期|批文|批复|环评")
_NO_NAME = re.compile(r"[\d\-—/.,%]+\Z")
_TERM = re.compile(r"\d+(?:\.\d+)?(?:个月|年|月)|[A-Z\d\-]{6,}")
_LEAD = re.compile(r"(?:投资)?项目[::]?(?:\(.*)?\Z|[::]\Z")
_HEADER_WORD = re.compile(
    r"序号|项目名称|单位[::]|投资总额|募集资金|总投资|建设期|备案|环评|批复|实施(?:主体|单位)|万元"
)


def _is_closed(name: str) -> bool:
    """Whether the words end as project names end."""
    return len(name) > 3 and bool(_CLOSED.search(simplify(name)))


def _cells(run: Run, first: str, last: str) -> str | None:
    """The name cell of the ruled row that holds both sums, where the page has ruled tables."""
    for page in run.pages:
        for table in page.tables:
            header = [re.sub(r"\s", "", cell) for cell in table[0]] if table else []
            column = next(
                (
                    at
                    for at, cell in enumerate(header)
                    if cell in {"项目名称", "项目", "募投项目", "募集资金投资项目", "募投项目名称"}
                ),
                None,
            )
            for row in table:
                squeezed = [simplify(re.sub(r"\s", "", cell)) for cell in row]
                if first not in squeezed or last not in squeezed:
                    continue
                at = squeezed.index(first)
                # A row joined over pages may have fewer cells than its table's head.
                choices = [column] if column is not None and column < len(row) else []
                choices += [place for place in range(at) if not _NO_NAME.match(squeezed[place])]
                for place in choices:
                    name = re.sub(r"\s", "", row[place])
                    if name and not _NO_NAME.match(simplify(name)):
                        return name
    return None


class _Elsewhere:
    """The document's words outside the pages that carry this table."""

    def __init__(self, run: Run, mark: str) -> None:
        self.text = "\n".join(
            re.sub(r"\s", "", page.text)
            for page, squeezed in zip(run.pages, run.squeezed, strict=True)
            if mark not in squeezed
        )

    def ends(self, name: str) -> bool:
        """Whether the name stands somewhere with no character of a word behind it."""
        return re.search(rf"{re.escape(name)}(?![\u4e00-\u9fff])", self.text) is not None

    def longest(self, words: list[str], starts: int) -> tuple[str, tuple[int, ...]]:
        """The best joining of words in order, gaps allowed, that is printed as one elsewhere.

        A joining that ends as project names end is better than a longer one that does not.
        """
        best: tuple[bool, int, str, tuple[int, ...]] = (False, 0, "", ())
        budget = 4000

        def grow(prefix: str, at: int, taken: tuple[int, ...]) -> None:
            nonlocal best, budget
            if _HEADER_WORD.search(simplify(prefix)):
                return
            closed = _is_closed(prefix)
            if (closed, len(prefix)) > best[:2]:
                best = (closed, len(prefix), prefix, taken)
            for place in range(at, min(len(words), at + 8)):
                word = words[place]
                if budget <= 0 or (closed and not word.startswith(("（", "("))):
                    return
                budget -= 1
                if not _CODE.search(word) and prefix + word in self.text:
                    grow(prefix + word, place + 1, (*taken, place))

        for place in range(min(starts, len(words))):
            word = words[place]
            if _CODE.search(word):
                continue
            if not _NO_NAME.match(word) and word in self.text:
                grow(word, place + 1, (place,))
            elif word.isdigit() and place + 1 < len(words) and word + words[place + 1] in self.text:
                grow(word + words[place + 1], place + 2, (place, place + 1))
        return best[2], best[3]


def _after_serial(words: list[str], serial: int) -> tuple[list[str], bool]:
    for at in range(len(words) - 1, -1, -1):
        word = simplify(words[at])
        if word in {str(serial), f"{serial}、", f"{serial}."}:
            return words[at + 1 :], True
        glued = re.match(rf"{serial}、?(?=[\u4e00-\u9fff])", word)
        if glued:
            return [words[at][glued.end() :], *words[at + 1 :]], True
    return words, False


def _by_lines(own: list[str], elsewhere: str, other_columns: bool, whole: bool) -> tuple[str, bool]:
    """The name from the words between row number and sums, and whether nothing else can be among them."""
    if not other_columns:
        return "".join(own), bool(own)
    if _is_closed(elsewhere):
        return elsewhere, True
    kept = ""
    for word in own:
        kept += word
        if _is_closed(kept):
            return kept, True
    return elsewhere, len(elsewhere) > 5 and whole


def _plain_words(run: Run, start: int, end: int) -> list[str]:
    words = run.words(start, end)
    return [word for word in words if word.isdigit() or not _MONEY.match(simplify(word))]


def _by_rows(run: Run, start: int, end: int) -> bool:
    """Whether the table's pages are printed row by row without line ends, torn cells interleaved."""
    pages = run.pages[run.index_at(start) : run.index_at(end) + 1]
    letters = sum(len(page.text) for page in pages)
    lines = sum(page.text.strip().count("\n") + 1 for page in pages)
    return letters > 90 * lines


def _whole_words(run: Run, start: int, spans: list[tuple[int, int]], end: int) -> list[str] | None:
    """The names of a row-wise printed table where each is one word and nothing was torn; else None."""
    names: list[str] = []
    behind: list[str] = []  # what follows each row's sums: a term, a code, who carries it out
    floor = start
    for index, (low, high) in enumerate([*spans, (end, end)]):
        words = [simplify(word) for word in _plain_words(run, floor, low)]
        words = [word for word in words if not (_HEADER_WORD.search(word) or _LEAD.match(word))]
        words = [word for word in words if not (_OTHER_COLUMNS.search(word) and len(word) < 8)]
        own: list[str] = []
        if index == len(spans):
            rest = [word for word in words if not re.fullmatch(r"合|总|计|合计|总计|[\d,. ]+-?", word)]
        else:
            own, numbered = _after_serial(words, index + 1)
            if not numbered:
                own = words[-1:]
            rest = words[: len(words) - len(own) - (1 if numbered else 0)]
            if len(own) != 1 or not (_is_closed(own[0]) or (numbered and len(own[0]) > 5)):
                return None
            names.append(run.words(floor, low)[-1])
        behind.append(_TERM.sub("", " ".join(rest)).strip())
        floor = high
    return names if not behind[0] and len(set(behind[1:])) == 1 else None


def name_rows(run: Run, start: int, spans: list[tuple[int, int]], end: int) -> tuple[list[str], bool]:
    """The project names in row order, and whether every one of them is sure to be whole."""
    elsewhere = _Elsewhere(run, run.text[spans[0][0] : spans[0][1]].split()[0])
    other_columns = bool(_OTHER_COLUMNS.search(run.text[start : spans[0][0]]))
    by_rows = _by_rows(run, start, end)
    if by_rows and not any(page.tables for page in run.pages):
        whole_words = _whole_words(run, start, spans, end)
        if whole_words:
            return whole_words, True
    names: list[str] = []
    sure, floor = True, start
    spent: set[int] = set()  # words behind the row before that its name took
    for index, (low, high) in enumerate(spans):
        sums = run.text[low:high].split()
        name, known = _cells(run, sums[0], sums[-1]) or "", True
        if not name:
            before = _plain_words(run, floor, low)
            before = [word for at, word in enumerate(before) if at not in spent]
            spent = set()
            if index == 0:
                before = [
                    word
                    for word in before
                    if not (_HEADER_WORD.search(simplify(word)) or _LEAD.match(simplify(word)))
                ]
            own, numbered = _after_serial(before, index + 1)
            if by_rows:
                stop = spans[index + 1][0] if index + 1 < len(spans) else end
                words = [word for word in before if simplify(word) != str(index + 1)]
                whole = elsewhere.longest(own, 1)[0] if numbered else ""
                taken: tuple[int, ...] = ()
                if _is_closed(whole):
                    name = whole
                else:
                    name, taken = elsewhere.longest(words + _plain_words(run, high, stop), len(words))
                spent = {place - len(words) for place in taken if place >= len(words)}
                known = _is_closed(name) or (len(name) > 5 and elsewhere.text.count(name) > 1)
                if not known and numbered and not other_columns and _is_closed("".join(own)):
                    name, known = "".join(own), True
            else:
                named = elsewhere.longest(own, 1 if numbered else len(own))[0]
                name, known = _by_lines(own, named, other_columns, elsewhere.ends(named))
        names.append(name)
        sure = sure and known and len(name) > 3
        floor = high
    return names, sure
