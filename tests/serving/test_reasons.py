from datetime import date, timedelta
from typing import get_args
from uuid import UUID

import pytest

from serving.recommendations.domain import Expiring, Motive, Reason, Signal
from serving.recommendations.reasons import sentences


def signal(kind, age):
    return Signal(kind, UUID(int=1), "茶叶礼盒", age, True)


@pytest.mark.parametrize(
    ("reason", "zh", "en"),
    [
        (
            Reason("follows", signal("redemption", timedelta(minutes=5))),
            "因为您刚刚兑换了“茶叶礼盒”",
            "Because you just redeemed “茶叶礼盒”",
        ),
        (
            Reason("follows", signal("click", timedelta(days=2))),
            "因为您最近点开了“茶叶礼盒”",
            "Because you recently opened “茶叶礼盒”",
        ),
        (Reason("looked", signal("view", timedelta(minutes=1))), "您刚刚浏览过", "You just viewed it"),
        (Reason("redeemed", redemption_count=1), "您兑换过 1 次", "You redeemed it once"),
        (
            Reason("redeemed", redemption_count=3),
            "常换好物：您兑换过 3 次",
            "A favourite of yours: you redeemed it 3 times",
        ),
        (Reason("redeemed"), "您可能会再次兑换", "You may want it again"),
        (
            Reason("bought_together"),
            "常与您兑换过的商品一起被兑换",
            "Often redeemed together with what you redeemed",
        ),
        (Reason("popular"), "近期受会员欢迎", "Popular with members lately"),
        (Reason("starting"), "同类会员喜欢", "Members like you like it"),
        (Reason("sale"), "限时秒杀", "Flash sale"),
        (Reason("new"), "换个新选择", "Something different to try"),
        (
            Reason("expiring", expiring=Expiring(1_200, date(2026, 4, 20), True)),
            "积分即将到期：1,200 积分4月20日到期",
            "Points about to expire: 1,200 on 2026-04-20",
        ),
        (
            Reason("expiring", expiring=Expiring(1_200, date(2026, 4, 20), False)),
            "积分即将到期：1,200 积分，最早4月20日",
            "Points about to expire: 1,200, the first on 2026-04-20",
        ),
        (Reason("affordable"), "您的积分可以兑换", "Within reach of your points"),
        (Reason("goes_with", anchor_name="茶"), "常与“茶”一起被兑换", "Often redeemed together with “茶”"),
        (Reason("alike", anchor_name="茶"), "与“茶”相似", "Similar to “茶”"),
        (
            Reason("also_redeemed", anchor_name="茶"),
            "兑换“茶”的会员也兑换了",
            "Members who redeemed “茶” redeemed it too",
        ),
    ],
)
def test_each_reason_is_one_sentence_per_language(reason, zh, en):
    assert sentences(reason) == (zh, en)


def test_every_motive_has_its_sentences():
    told = [
        sentences(Reason(motive))
        for motive in get_args(Motive)
        if motive not in ("looked", "follows", "expiring", "goes_with", "alike", "also_redeemed")
    ]
    assert len(set(told)) == len(told)
