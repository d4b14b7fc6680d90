"""How a record is shown to people: the six lines that Chinese editors know."""

from collections.abc import Sequence

from cliplib.config import Product
from cliplib.records import ClipRecord
from cliplib.vocabulary import Vocabulary


def six_lines(record: ClipRecord, vocabulary: Vocabulary, products: Sequence[Product] = ()) -> dict[str, str]:
    """An effective record as exactly six named values, labels in Chinese, lists joined with 、."""
    names = {product.id: product.name for product in products}
    return {
        "视频内容": "、".join(vocabulary.label("content_type", key, "zh") for key in record.content_types),
        "视频形式": "、".join(vocabulary.label("form", key, "zh") for key in record.forms),
        "视频时长": seconds(record.span.length),
        "相关产品": "、".join(names.get(link.product, link.product) for link in record.products),
        "音频文字": record.spoken,
        "视觉描述": record.description,
    }


def seconds(millis: int) -> str:
    """A length as editors write it.

    >>> seconds(6000), seconds(5200)
    ('6秒', '5.2秒')
    """
    return f"{round(millis / 1000, 1):g}秒"
