"""Which words a title is found by."""

# ruff: noqa: RUF001 - titles are like that
import pytest

from ticketing_tickets.search import MOST_SEARCHED, search_fields, searched, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Beyoncé", "beyonce"),
        ("Beyonce\u0301", "beyonce"),
        ("BEYONCÉ – World Tour", "beyonce world tour"),
        ("Straße / STRASSE", "strasse strasse"),
        ("Björk, Sigur Rós & Ólafur", "bjork sigur ros olafur"),
        ("Røyksopp, Łódź, Þórir, Æther", "royksopp lodz thorir aether"),
        ("Ｒａｄｉｏｈｅａｄ ①②", "radiohead 12"),
        ("ﬁnal", "final"),
        ("Can’t stop, can't won`t", "cant stop cant wont"),
        ("O'Brien", "obrien"),
        ("AC/DC 7.30pm_row-F", "ac dc 7 30pm row f"),
        ("Sof\u00ada Zero\u200bWidth", "sofa zerowidth"),
        ("Чайковский Щелкунчик", "чаиковскии щелкунчик"),
        ("हिन्दी", "हिनदी"),
        ("İstanbul ISTANBUL ıstanbul", "istanbul istanbul istanbul"),
        ("!!! 🎫 ...", ""),
        ("", ""),
        ("\ud800x\x00y", "x y"),
    ],
)
def test_a_titles_words(text: str, words: str) -> None:
    """Case, accents, composition and signs make no difference; what can be typed stays."""
    assert " ".join(words_of(text)) == words


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("L’Opéra", "lopera opera"),
        ("Soirée à l'opéra d'Évry", "soiree a lopera devry opera evry"),
        ("O'Brien's", "obriens briens"),
        ("Rock 'n' Roll", "rock n roll"),
        ("'Quoted'", "quoted"),
    ],
)
def test_found_without_the_article(title: str, words: str) -> None:
    """What follows an apostrophe is a word of its own beside the whole, which sorts."""
    fields = search_fields(title)
    assert " ".join(fields["words"]) == words
    assert fields["title"] == " ".join(words_of(title))
    assert search_fields("Gala", title)["words"] == ["gala", *words.split()]


def test_a_search_looks_for_no_word_twice() -> None:
    """The longest first; a beginning of another adds nothing; there is a most."""
    assert searched("b Beyoncé bey tour") == ["beyonce", "tour"]
    assert len(searched(" ".join(f"{n}x" for n in range(99)))) == MOST_SEARCHED


def test_what_is_kept_of_a_title_is_bounded() -> None:
    """Some characters become eighteen."""
    assert sum(map(len, words_of("\ufdfa" * 500))) <= 1000
