"""Tells a reason in one sentence, in Chinese and in English."""

from datetime import date, timedelta

from serving.recommendations.domain import Expiring, Motive, Reason, Signal, SignalKind

# zh and en verb of what the member did.
_DONE: dict[SignalKind, tuple[str, str]] = {
    "redemption": ("兑换", "redeemed"),
    "favourite": ("收藏", "saved"),
    "click": ("点开", "opened"),
    "view": ("浏览", "viewed"),
}
_JUST = timedelta(hours=1)
_PLAIN: dict[Motive, tuple[str, str]] = {
    "bought_together": ("常与您兑换过的商品一起被兑换", "Often redeemed together with what you redeemed"),
    "popular": ("近期受会员欢迎", "Popular with members lately"),
    "starting": ("同类会员喜欢", "Members like you like it"),
    "sale": ("限时秒杀", "Flash sale"),
    "new": ("换个新选择", "Something different to try"),
    "affordable": ("您的积分可以兑换", "Within reach of your points"),
}


def sentences(reason: Reason) -> tuple[str, str]:
    """Return the reason as one sentence in Chinese and one in English."""
    if reason.signal is not None:
        return _of_signal(reason.motive == "follows", reason.signal)
    if reason.anchor_name is not None:
        return _of_anchor(reason.motive, reason.anchor_name)
    if reason.expiring is not None:
        return _of_expiring(reason.expiring)
    if reason.motive == "redeemed":
        return _of_count(reason.redemption_count)
    return _PLAIN[reason.motive]


def _of_signal(is_neighbour: bool, signal: Signal) -> tuple[str, str]:
    done_zh, done_en = _DONE[signal.kind]
    when_zh, when_en = ("刚刚", "just") if signal.age <= _JUST else ("最近", "recently")
    if is_neighbour:
        return (
            f"因为您{when_zh}{done_zh}了“{signal.item_name}”",
            f"Because you {when_en} {done_en} “{signal.item_name}”",
        )
    return f"您{when_zh}{done_zh}过", f"You {when_en} {done_en} it"


def _of_anchor(motive: Motive, name: str) -> tuple[str, str]:
    if motive == "alike":
        return f"与“{name}”相似", f"Similar to “{name}”"
    if motive == "also_redeemed":
        return f"兑换“{name}”的会员也兑换了", f"Members who redeemed “{name}” redeemed it too"
    return f"常与“{name}”一起被兑换", f"Often redeemed together with “{name}”"


def _of_expiring(expiring: Expiring) -> tuple[str, str]:
    points, day = f"{expiring.points:,}", expiring.first_on
    if expiring.is_at_once:
        return (
            f"积分即将到期：{points} 积分{_zh(day)}到期",
            f"Points about to expire: {points} on {day.isoformat()}",
        )
    return (
        f"积分即将到期：{points} 积分，最早{_zh(day)}",
        f"Points about to expire: {points}, the first on {day.isoformat()}",
    )


def _zh(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _of_count(count: int) -> tuple[str, str]:
    if count == 1:
        return "您兑换过 1 次", "You redeemed it once"
    if count > 1:
        return f"常换好物：您兑换过 {count} 次", f"A favourite of yours: you redeemed it {count} times"
    return "您可能会再次兑换", "You may want it again"
