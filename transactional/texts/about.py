"""What is told of a text in place of it: how long it is, in which language, and what it is about."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Language = Literal["zh", "en", "other"]
Topic = Literal["delivery", "quality", "description", "service", "price", "code", "other"]

_HAN = re.compile(r"[\u4e00-\u9fff\u3400-\u4dbf]")
_KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_LATIN_WORD = re.compile(r"[A-Za-z]+")
_LETTER = re.compile(r"[^\W\d_]")

# Words that name what a text is about; of topics named equally often the first one counts.
_WORDS: Mapping[Topic, re.Pattern[str]] = MappingProxyType(
    {
        "code": re.compile(
            r"兑换码|卡密|券码|充值|激活|验证码|卡券|voucher|top.?up|activat|redeem(?:ed|ing)? code"
        ),
        "delivery": re.compile(
            r"快递|物流|发货|送货|配送|送达|包裹|运输|收货|没收到|顺丰|京东|送餐|外卖员|小哥|签收"
            r"|deliver|shipp|parcel|courier|arriv"
        ),
        "description": re.compile(
            r"描述|不符|图片|色差|尺寸|尺码|型号|规格|发错|少发|漏发|as described|picture|wrong (?:item|size|colou?r)"
        ),
        "quality": re.compile(
            r"质量|破损|破了|坏了|损坏|瑕疵|做工|材质|异味|味道|过期|假货|正品|掉色|死机|好用|耐用|好吃|难吃|新鲜"
            r"|quality|broken|damaged|defect|expired|fake"
        ),
        "service": re.compile(
            r"客服|服务|态度|售后|回复|投诉|热情|耐心|不理|service|support|staff|agent|rude|repl(?:y|ied)"
        ),
        "price": re.compile(
            r"价格|便宜|太贵|好贵|积分|划算|实惠|优惠|性价比|值得|不值|price|cheap|expensive|points|worth"
        ),
    }
)


@dataclass(frozen=True)
class About:
    """What is known of a text."""

    length: int
    language: Language
    topic: Topic


def describe(text: str) -> About:
    """Tell of a text how long it is, in which language, and what it is about by the words that it names."""
    return About(len(text), _language(text), _topic(text.lower()))


def _language(text: str) -> Language:
    han, words = len(_HAN.findall(text)), len(_LATIN_WORD.findall(text))
    if _KANA_OR_HANGUL.search(text) or not han + words:
        return "other"
    # A character of Chinese says about what half a word of English does.
    if han and han >= words:
        return "zh"
    latin = sum(map(len, _LATIN_WORD.findall(text)))
    return "en" if 2 * latin > len(_LETTER.findall(text)) else "other"


def _topic(text: str) -> Topic:
    counts = {topic: len(words.findall(text)) for topic, words in _WORDS.items()}
    most = max(counts.values())
    return next((topic for topic, count in counts.items() if most and count == most), "other")
