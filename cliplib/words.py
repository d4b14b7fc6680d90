"""Text to tokens, the same way for the word index, the offline embedder and the rules. For Chinese and English."""

import re
import unicodedata

_PIECES = re.compile(r"[a-z0-9]+(?:[.'][a-z0-9]+)*|[\u3400-\u9fff\uf900-\ufaff]+|[\u3040-\u30ff]+|[\uac00-\ud7af]+")
_CHINESE = re.compile("[\u3400-\u9fff]")
_PRICE = re.compile(
    r"[¥$€£]\s*\d"
    r"|\d+(?:\.\d+)?\s*(?:元(?![素件器宝])|块钱|yuan(?![a-z])|rmb(?![a-z])|cny(?![a-z])|usd(?![a-z])|dollars?(?![a-z]))"
    r"|(?<![a-z])(?:rmb|cny|usd)\s*\d"
)
_ENGLISH_STOP_TEXT = """
a an and are as at be by do for from has have i in is it its my of on or our so that the their them then there these
they this to was we were will with you your
"""
_ENGLISH_STOP = frozenset(_ENGLISH_STOP_TEXT.split())
_CHINESE_STOP = frozenset("的了是在和与也都就还把被让给这那个")


def folded(text: str) -> str:
    """Text in one width, case and composition, so that ＡＢ and ab are the same."""
    return unicodedata.normalize("NFKC", text).casefold()


def folded_with_places(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters and its end the place in the text that it comes from.

    >>> folded_with_places("Ａ㎏!")
    ('akg!', [0, 1, 1, 2, 3])
    """
    pieces: list[str] = []
    places: list[int] = []
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1  # a letter and the accents that follow it are one
        piece = folded(text[start:end])
        pieces.append(piece)
        places += [start] * len(piece)
        start = end
    return "".join(pieces), [*places, len(text)]


def is_chinese(text: str) -> bool:
    """Whether the text holds any Chinese character."""
    return _CHINESE.search(text) is not None


def names_price(text: str) -> bool:
    """Whether a figure with a currency stands in the text.

    >>> [names_price(text) for text in ("到手价￥99", "129 yuan", "2元素", "24 h")]
    [True, True, False, False]
    """
    return _PRICE.search(folded(text)) is not None


def tokens(text: str) -> list[str]:
    """Words of alphabetic scripts with simple endings removed; characters and pairs of characters of Chinese.

    >>> tokens("Leak-proof cups 不漏水")
    ['leak', 'proof', 'cup', '不', '漏', '水', '不漏', '漏水']
    """
    found: list[str] = []
    for piece in _PIECES.findall(folded(text)):
        if piece[0].isascii():
            if piece not in _ENGLISH_STOP:
                found.append(_stem(piece))
        else:
            found.extend(character for character in piece if character not in _CHINESE_STOP)
            found.extend(piece[i : i + 2] for i in range(len(piece) - 1))
    return found


def stems(text: str) -> list[str]:
    """The words of alphabetic scripts alone, with simple endings removed."""
    return [token for token in tokens(text) if not is_chinese(token)]


def _stem(word: str) -> str:
    word = word.removesuffix("'s")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            return word[: -len(ending)]
    return word
