"""Tokens: the same word in another form is the same token, in both languages."""

import pytest

from cliplib.words import folded, is_chinese, tokens


@pytest.mark.parametrize(
    ("one", "other"), [("Cups", "cup"), ("LEAKING", "leaks"), ("colours", "colour"), ("Ａｂｃ", "abc")]
)
def test_forms_of_a_word_share_a_token(one: str, other: str) -> None:
    assert set(tokens(one)) == set(tokens(other))


def test_chinese_gives_characters_and_pairs() -> None:
    assert tokens("保温杯") == ["保", "温", "杯", "保温", "温杯"]


def test_particles_alone_are_not_words_but_stay_in_pairs() -> None:
    assert "的" not in tokens("我的杯子")
    assert "的杯" in tokens("我的杯子")


def test_nothing_gives_nothing() -> None:
    assert tokens("，。！ … 🙂") == []
    assert folded("ＡＢ½") == "ab1⁄2"
    assert is_chinese("cup 杯") and not is_chinese("cup")
