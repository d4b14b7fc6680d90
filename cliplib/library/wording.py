"""What a record says in words, for the word index and the embedder alike."""

from collections.abc import Sequence
from dataclasses import dataclass

from cliplib.config import Product
from cliplib.records import ClipRecord
from cliplib.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Shelf:
    """The names of things: labels of the vocabulary and everything that products are called."""

    vocabulary: Vocabulary
    products: tuple[Product, ...] = ()


def index_text(record: ClipRecord, vocabulary: Vocabulary, products: Sequence[Product]) -> str:
    """One text of everything a person may search a clip by, in both languages.

    Args:
        record: an effective record, so that a corrected word is found and the old one is not.
        vocabulary: labels of content types and forms.
        products: known products; one that is not among them is named by its id.
    """
    known = {product.id: product for product in products}
    labels = [
        vocabulary.label(listing, key, language)
        for listing, keys in (("content_type", record.content_types), ("form", record.forms))
        for key in keys
        for language in ("zh", "en")
    ]
    names = [
        name
        for link in record.products
        for name in (known[link.product].names() if link.product in known else (link.product,))
    ]
    seen = dict.fromkeys(text.text for text in record.on_screen_text)
    lines = [" ".join(dict.fromkeys(labels)), " ".join(names), record.spoken, record.description, *seen, record.name]
    return "\n".join(line for line in lines if line)
