"""What members and agents of a simulated shop say, in phrases of our own that are put together by what happened and a mood."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal

import numpy as np

Happened = Literal["late", "lost", "broken", "wrong", "missing", "asked", "good"]
Mood = Literal["negative", "neutral", "positive"]

MOODS: Final[tuple[Mood, ...]] = ("negative", "neutral", "positive")
# How members feel about what happened to them: shares of the moods, in their order.
MOOD_SHARES: Final[Mapping[Happened, tuple[float, float, float]]] = MappingProxyType(
    {
        "late": (0.70, 0.26, 0.04), "lost": (0.88, 0.11, 0.01), "broken": (0.80, 0.17, 0.03),
        "wrong": (0.72, 0.24, 0.04), "missing": (0.72, 0.24, 0.04), "asked": (0.08, 0.74, 0.18),
        "good": (0.03, 0.15, 0.82),
    }
)  # fmt: skip
# So many say it in words of another mood: nobody always sounds as they feel.
OFF_KEY: Final = 0.06

OPENINGS: Final[Mapping[Happened, Sequence[str]]] = MappingProxyType(
    {
        "late": ("你好，我兑换的{item}快递怎么还没到", "请问{item}的物流好几天没更新了", "说好两天送达，{item}现在都没收到", "{item}发货太晚了吧"),
        "lost": ("我的{item}包裹好像丢了", "物流显示{item}异常，一直没收到", "快递说找不到我的{item}了", "{item}这个包裹去哪了"),
        "broken": ("收到的{item}外壳破损了", "{item}打开一看已经坏了", "刚收到{item}，里面有损坏", "{item}的质量有问题，边上裂了"),
        "wrong": ("你们把{item}发错了型号", "{item}和页面图片描述不符", "我换的{item}，收到的规格不对", "{item}的颜色发错了"),
        "missing": ("{item}少发了一件", "{item}的配件漏发了", "订单里的{item}数量不够", "箱子里少了{item}的一部分"),
        "asked": ("请问{item}可以开发票吗", "想问一下{item}怎么用积分兑换", "{item}能改收货地址吗", "我的积分什么时候到期"),
        "good": ("{item}已经收到了", "我来反馈一下{item}", "刚收到{item}", "{item}今天到了"),
    }
)  # fmt: skip
FEELINGS: Final[Mapping[Mood, Sequence[str]]] = MappingProxyType(
    {
        "negative": ("太让人失望了", "真的很生气", "体验非常差", "等得很着急，没人管", "以后再也不换了", "你们这服务太差劲了", "态度敷衍，很不满意", "感觉被骗了"),
        "neutral": ("麻烦帮我看一下", "想了解一下情况", "请帮忙查询", "不知道要怎么处理", "先跟你们说一声", "等你们回复", "看看后面怎么安排", "就问问"),
        "positive": ("整体很满意", "服务很贴心，谢谢", "真不错，会再来", "物流很快，好评", "质量很好，超出预期", "客服很耐心，辛苦了", "积分用得很值", "家里人都喜欢"),
    }
)  # fmt: skip
FOLLOWS: Final[Mapping[Mood, Sequence[str]]] = MappingProxyType(
    {
        "negative": ("都催了好几次了，能不能快点", "我要投诉，给个说法", "每次都这样，太气人了", "别再让我等了，尽快退积分"),
        "neutral": ("好的，订单信息我发您", "大概要多久", "嗯，我在线等", "那按流程来吧"),
        "positive": ("没关系，辛苦您了", "好的，你们一直很负责", "谢谢，处理得真快", "太好了，感谢"),
    }
)  # fmt: skip
CLOSINGS: Final[Mapping[Mood, Sequence[str]]] = MappingProxyType(
    {
        "negative": ("但愿别再出问题，太折腾人", "希望你们好好改进，这次很差", "算了，不满意", "结果还是让人失望"),
        "neutral": ("知道了", "好的，先这样", "行，等通知", "明白了"),
        "positive": ("非常感谢，很满意", "谢谢，好评", "太棒了，祝工作顺利", "服务真好，下次还来"),
    }
)  # fmt: skip
GREETINGS: Final = (
    "您好，我是智能助手，正在为您转接人工客服",
    "您好，请描述一下您遇到的问题",
    "欢迎来到积分商城，请稍候",
)
ANSWERS: Final[Mapping[Happened, Sequence[str]]] = MappingProxyType(
    {
        "late": ("很抱歉让您久等，已为您催促承运方", "抱歉，我这边马上核实物流进度"),
        "lost": ("非常抱歉，包裹确认遗失，积分会退回给您", "抱歉给您带来困扰，我们已向承运方索赔并为您退回积分"),
        "broken": ("抱歉，请提供照片，我们为您核实处理", "给您添麻烦了，已登记售后并通知供应商"),
        "wrong": ("抱歉，核实后会给您一个说明", "已记录，发错的商品我们来跟进"),
        "missing": ("抱歉，已通知仓库核对", "我们马上核实少发的部分"),
        "asked": ("可以的，在订单详情里就能操作", "您好，这边帮您查到了，稍后发您说明"),
        "good": ("感谢您的反馈，祝您生活愉快", "谢谢您的认可，欢迎再来"),
    }
)  # fmt: skip
REVIEWS: Final[Mapping[Mood, Sequence[str]]] = MappingProxyType(
    {
        "negative": ("{item}质量不行", "{item}和描述差得远", "这个{item}不值这些积分", "{item}包装破了", "{item}用了两天就坏了", "等了好久才送到的{item}"),
        "neutral": ("{item}一般般", "{item}还可以，中规中矩", "{item}收到了，还没用", "{item}和想的差不多", "给家里换的{item}", "{item}凑合能用"),
        "positive": ("{item}质量很好", "{item}很好用", "{item}包装完好，送得快", "用积分换的{item}很划算", "{item}做工精细", "第二次换{item}了"),
    }
)  # fmt: skip


def mood_of(happened: Happened, rng: np.random.Generator) -> Mood:
    """Return how a member feels about what happened."""
    return MOODS[int(np.searchsorted(np.cumsum(MOOD_SHARES[happened])[:-1], rng.random(), side="right"))]


def mood_of_stars(stars: int, rng: np.random.Generator) -> Mood:
    """Return how a member feels who gives so many stars; three of them say little."""
    if stars == 3:
        return MOODS[int(rng.choice(3, p=(0.2, 0.7, 0.1)))]
    return "negative" if stars < 3 else "positive"


def sounding(mood: Mood, rng: np.random.Generator) -> Mood:
    """Return the mood of a member's words, which now and then is another one."""
    return MOODS[int(rng.integers(len(MOODS)))] if rng.random() < OFF_KEY else mood


def pick(phrases: Sequence[str], rng: np.random.Generator, item: str = "") -> str:
    """Return one of the phrases, about an item."""
    return phrases[int(rng.integers(len(phrases)))].format(item=item)


def review_of(mood: Mood, item: str, rng: np.random.Generator) -> str:
    """Return the words of a review."""
    sounds = sounding(mood, rng)
    return f"{pick(REVIEWS[sounds], rng, item)}，{pick(FEELINGS[sounds], rng)}。"
