"""A baseline without learning: words of praise and of complaint are counted, and turned round after a negation.

The words are those that reviews of goods and deliveries use most, chosen by hand; a learnt model must beat them.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from recommender.sentiment.model import Floats
from recommender.sentiment.texts import normalise

_PRAISE: Final = [
    "好",
    "很好",
    "不错",
    "喜欢",
    "满意",
    "推荐",
    "方便",
    "舒服",
    "漂亮",
    "新鲜",
    "好吃",
    "美味",
    "快",
    "划算",
    "实惠",
    "便宜",
    "干净",
    "热情",
    "周到",
    "值得",
    "完美",
    "优秀",
    "精美",
    "清晰",
    "流畅",
    "赞",
    "棒",
    "感谢",
    "谢谢",
    "超值",
    "耐用",
    "结实",
    "合适",
    "正品",
    "及时",
    "准时",
    "贴心",
    "开心",
    "惊喜",
    "支持",
    "信赖",
    "good",
    "great",
    "excellent",
    "love",
    "perfect",
    "fast",
    "nice",
    "fresh",
    "recommend",
    "thanks",
    "happy",
    "easy",
]
_COMPLAINT: Final = [
    "差",
    "太差",
    "很差",
    "差评",
    "失望",
    "后悔",
    "垃圾",
    "难吃",
    "难用",
    "坏",
    "破",
    "烂",
    "慢",
    "太慢",
    "贵",
    "脏",
    "臭",
    "假",
    "假货",
    "骗",
    "骗子",
    "骗人",
    "投诉",
    "退货",
    "退款",
    "问题",
    "毛病",
    "不好",
    "不行",
    "不值",
    "不新鲜",
    "不满意",
    "不推荐",
    "不舒服",
    "没用",
    "没有",
    "糟糕",
    "恶心",
    "敷衍",
    "态度差",
    "掉色",
    "漏",
    "凉了",
    "冷了",
    "缺",
    "少了",
    "错",
    "死机",
    "异味",
    "bad",
    "poor",
    "terrible",
    "slow",
    "broken",
    "fake",
    "refund",
    "disappointed",
    "worst",
    "late",
    "dirty",
    "wrong",
]
_NEGATIONS: Final = ("不", "没", "别", "无", "not ", "no ", "n't ")


def scores(texts: Sequence[str]) -> Floats:
    """Return 1 for texts with more praise, 0 for those with more complaint, 0.5 where neither has more."""
    return np.array([(np.sign(_balance(normalise(text))) + 1) / 2 for text in texts], dtype=np.float64)


def _balance(text: str) -> int:
    """Count praise less complaint; a longer word is counted in place of those within it."""
    balance, place = 0, 0
    while place < len(text):
        word, sign = _word_at(text, place)
        if not word:
            place += 1
            continue
        is_negated = any(text[:place].endswith(negation) for negation in _NEGATIONS)
        balance += -sign if is_negated else sign
        place += len(word)
    return balance


def _word_at(text: str, place: int) -> tuple[str, int]:
    for size in range(min(_LONGEST, len(text) - place), 0, -1):
        word = text[place : place + size]
        if word in _SIGNS:
            return word, _SIGNS[word]
    return "", 0


_SIGNS: Final = dict.fromkeys(_PRAISE, 1) | dict.fromkeys(_COMPLAINT, -1)
_LONGEST: Final = max(map(len, _SIGNS))
