"""Tells a reason in one sentence, in Chinese and in English."""

from datetime import timedelta

from serving.recommendations.domain import Reason, Signal, SignalKind

# zh and en verb of what the member did.
_DONE: dict[SignalKind, tuple[str, str]] = {
    "redemption": ("兑换", "redeemed"),
    "favourite": ("收藏", "saved"),
    "click": ("点开", "opened"),
    "view": ("浏览", "viewed"),
}
_JUST = timedelta(hours=1)


def sentences(reason: Reason) -> tuple[str, str]:
    """Return the reason as one sentence in Chinese and one in English."""
    if reason.signal is not None:
        return _of_signal(reason.motive == "follows", reason.signal)
    if reason.motive == "redeemed":
        return _of_count(reason.redemption_count)
    if reason.motive == "bought_together":
        return "常与您兑换过的商品一起被兑换", "Often redeemed together with what you redeemed"
    if reason.motive == "popular":
        return "近期受会员欢迎", "Popular with members lately"
    return "您的积分可以兑换", "Within reach of your points"


def _of_signal(is_neighbour: bool, signal: Signal) -> tuple[str, str]:
    done_zh, done_en = _DONE[signal.kind]
    when_zh, when_en = ("刚刚", "just") if signal.age <= _JUST else ("最近", "recently")
    if is_neighbour:
        return (
            f"因为您{when_zh}{done_zh}了“{signal.item_name}”",
            f"Because you {when_en} {done_en} “{signal.item_name}”",
        )
    return f"您{when_zh}{done_zh}过", f"You {when_en} {done_en} it"


def _of_count(count: int) -> tuple[str, str]:
    if count == 1:
        return "您兑换过 1 次", "You redeemed it once"
    if count > 1:
        return f"您兑换过 {count} 次", f"You redeemed it {count} times"
    return "您可能会再次兑换", "You may want it again"
