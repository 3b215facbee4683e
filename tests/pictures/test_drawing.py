"""The files: their size, their bytes, the font's characters, and what happens to one it lacks."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime

import pytest
from PIL import Image

from alerts.glossary import BOARD, FIGURE, OUTCOME, STAGE, Word
from alerts.pictures import metrics, words
from alerts.pictures.facts import Language, Name
from alerts.pictures.paint import THEMES, draw, lay_out
from alerts.pictures.samples import SAMPLES, timeline
from alerts.pictures.sheet import WIDTH, Ink
from alerts.pictures.stored import facts_of, picture_of
from monitor.domain.errors import DecodeError
from monitor.domain.registry import bundled_registry
from tests.pictures.hard import HARD, LANGUAGES

MOST = 150_000


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", HARD)
def test_a_picture_is_a_png_of_at_most_150_kb(name: str, dark: bool) -> None:
    """In every language, 1,080 px wide and as tall as its sheet."""
    for language in LANGUAGES:
        made = draw(HARD[name], language, dark=dark)
        assert len(made) <= MOST, language
        with Image.open(io.BytesIO(made)) as image:
            image.load()
            assert (image.format, image.size) == ("PNG", (WIDTH, lay_out(HARD[name], language).height))


def test_a_picture_takes_less_than_a_second_of_work() -> None:
    """The largest board, with the processor's own time counted and not the neighbours'."""
    draw(HARD["sixty issuers"], "both")
    began = time.thread_time()
    draw(HARD["sixty issuers"], "both")
    assert time.thread_time() - began < 1.0


@pytest.mark.parametrize("name", SAMPLES)
def test_equal_facts_give_equal_bytes_and_other_themes_other_ones(name: str) -> None:
    """Also in a process of its own: nothing of the machine or the moment is in the file."""
    light = draw(SAMPLES[name], "both")
    program = (
        "import hashlib\n"
        "from alerts.pictures.paint import draw\n"
        "from alerts.pictures.samples import SAMPLES\n"
        f"print(hashlib.sha256(draw(SAMPLES[{name!r}], 'both')).hexdigest())"
    )
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == hashlib.sha256(light).hexdigest()
    assert draw(SAMPLES[name], "both", dark=True) != light


def test_ground_and_text_stand_apart_in_both_themes() -> None:
    """Text on its ground has a contrast of 4.5 to 1 or more (WCAG AA)."""

    def light(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for theme in THEMES:
        for ground, more in ((Ink.PAGE, (Ink.ACCENT, Ink.GOOD, Ink.BAD)), (Ink.CARD, ()), (Ink.SOFT, ())):
            for ink in (Ink.TEXT, Ink.MUTED, *more):
                high, low = sorted((light(theme[ground]), light(theme[ink])), reverse=True)
                assert (high + 0.05) / (low + 0.05) >= 4.5, (theme[ground], theme[ink])


def test_the_font_has_every_character_of_our_own_words_and_of_the_registry() -> None:
    """Stages, outcomes, boards, figures, labels, and every name of every company of the registry."""
    said = [text for table in (STAGE, OUTCOME, BOARD, FIGURE) for word in table.values() for text in word]
    said += [text for word in vars(words).values() if isinstance(word, Word) for text in word]
    said += [name for company in bundled_registry().companies for name in company.names]
    assert metrics.missing("".join(said)) == set()
    assert len(said) > 200


def test_a_character_the_font_lacks_is_seen_as_a_box() -> None:
    """It is reported as missing, takes room, leaves ink, and stops nothing."""
    assert metrics.missing("沐曦 MetaX 龘😀") == {"龘", "😀"}
    with_box = replace(timeline(), name=Name(zh="龘芯片"))
    without = replace(timeline(), name=Name(zh="芯片"))
    assert draw(with_box, "zh") != draw(without, "zh")
    assert metrics.width("龘", 32) > 0
    assert metrics.font(32).getmask("龘").getbbox() is not None


def test_a_naive_instant_is_refused() -> None:
    """Nobody could say which clock it is of."""
    naive = replace(timeline(), origin=replace(timeline().origin, as_of=datetime(2026, 7, 13)))
    with pytest.raises(ValueError, match="without a time zone"):
        draw(naive, "zh")


@pytest.mark.parametrize("name", HARD)
def test_facts_come_back_from_the_queue_as_they_went_in(name: str) -> None:
    """Dates, exact amounts, states and names survive being stored as text."""
    picture = picture_of(HARD[name], "both", dark=True)
    assert facts_of(picture) == HARD[name]
    assert (picture.language, picture.dark) == ("both", True)


def test_what_is_no_picture_of_ours_is_refused() -> None:
    """A kind nobody knows, facts of another kind, and text that is no JSON."""
    good = picture_of(SAMPLES["board"], "zh")
    for bad in (replace(good, kind="pie"), replace(good, kind="league"), replace(good, facts="{")):
        with pytest.raises(DecodeError):
            facts_of(bad)


def test_the_library_is_loaded_by_the_first_picture_and_not_before() -> None:
    """Storing, captioning and addressing pictures costs the daemon no drawing library."""
    program = (
        "import sys\nimport alerts.pictures, alerts.pictures.stored, alerts.pictures.caption\n"
        "from alerts.channels import telegram\n"
        "import monitor.bot\n"
        "sys.exit('PIL' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_languages_differ() -> None:
    """Each language has a picture of its own."""
    made: dict[Language, bytes] = {language: draw(SAMPLES["board"], language) for language in LANGUAGES}
    assert len(set(made.values())) == 3
