"""How a member's orders and points have moved: the way of each redemption, and the last changes of the balance."""

from collections.abc import Mapping
from datetime import datetime

import pandas as pd
import streamlit as st

from dashboards import shop_words
from dashboards.mall import MallAway, Refused, Told
from dashboards.page import BUSINESS_ZONE
from dashboards.shop import Shop
from dashboards.shop_cash import show_payment
from dashboards.shop_state import ShopState
from dashboards.words import NOTHING, Words

# The steps of goods that are sent, and of what is handed over at once, each with the moment that shows it.
_SENT = (
    ("created", "effective_at"),
    ("paid", "paid_at"),
    ("allocated", None),
    ("shipped", "shipped_at"),
    ("delivered", "delivered_at"),
    ("completed", "completed_at"),
)
_AT_ONCE = (("created", "effective_at"), ("paid", "paid_at"), ("completed", "completed_at"))
# Its points are set aside and not taken.
_HELD = ("created", "in_review")
_BACK = ("cancelled", "refunded")
_MOVES = {"allocated": "ship", "shipped": "deliver", "delivered": "complete"}
_MOVE_NAMES = {"ship": "order_ship", "deliver": "order_deliver", "complete": "order_complete"}


def show_orders(
    words: Words, shop: Shop, state: ShopState, names: Mapping[str, str], *, member_id: str, may_act: bool
) -> None:
    """Show the member's last redemptions with how far each has come, and the last changes of points."""
    try:
        orders, changes = shop.orders(member_id), shop.changes(member_id)
    except (MallAway, Refused) as error:
        st.warning(shop_words.refusal(words, error), icon=":material/cloud_off:")
        return
    if not orders:
        st.info(words("order_none"), icon=":material/receipt_long:")
    for order in orders:
        _show_order(words, shop, state, order, names, may_act=may_act)
    st.subheader(words("order_changes"), anchor=False)
    if not changes:
        st.info(words("change_none"), icon=":material/toll:")
        return
    rows = pd.DataFrame(
        {
            words("change_when"): [_moment(words, change["effective_at"]) for change in changes],
            words("change_what"): [shop_words.change(words, change["kind"]) for change in changes],
            words("change_points"): [f"{change['points']:+,}".replace("-", "−") for change in changes],
        }
    )
    st.dataframe(rows, hide_index=True, placeholder=NOTHING, alt=words("order_changes"), key="shop_changes")


def _show_order(
    words: Words, shop: Shop, state: ShopState, order: Told, names: Mapping[str, str], *, may_act: bool
) -> None:
    status = order["status"]
    with st.container(border=True):
        st.markdown(f"**{shop_words.lines(words, order, names)}**  \n{_steps(words, order)}")
        st.caption(_settled(words, order))
        if may_act and status == "created" and order["payment"] is not None:
            show_payment(words, shop, state, order)
        move = _MOVES.get(status)
        if may_act and move is not None:
            st.button(
                words(_MOVE_NAMES[move]),
                key=f"{move}_{order['redemption_id']}",
                icon=":material/local_shipping:",
                help=words("order_move_help"),
                on_click=_advance,
                args=(words, shop, state, order["redemption_id"], move),
            )


def _advance(words: Words, shop: Shop, state: ShopState, redemption_id: str, move: str) -> None:
    try:
        made = shop.advance(redemption_id, move)
    except (MallAway, Refused) as error:
        state.news = ("refused", shop_words.refusal(words, error))
        return
    state.news = ("done", words("order_moved", state=shop_words.state(words, made["status"])))


def _steps(words: Words, order: Told) -> str:
    """Return the way of an order: steps that are behind it with their moments, where it is, and those to come."""
    status = order["status"]
    steps = _AT_ONCE if order["completed_at"] and not order["shipped_at"] else _SENT
    if status in (*_BACK, "in_review", "partially_refunded"):
        passed = [(step, at) for step, at in steps if at is not None and order[at]]
        told = [_step(words, step, order[at], is_past=True) for step, at in passed]
        colour = "orange" if status == "in_review" else "gray"
        return " → ".join([*told, f":{colour}-badge[{shop_words.state(words, status)}]"])
    reached = [step for step, _ in steps].index(status)
    return " → ".join(
        f":primary-badge[{shop_words.state(words, step)}]"
        if n == reached
        else _step(words, step, order[at] if at else None, is_past=n < reached)
        for n, (step, at) in enumerate(steps)
    )


def _step(words: Words, step: str, at: str | None, *, is_past: bool) -> str:
    name = shop_words.state(words, step)
    if not is_past:
        return f":gray[{name}]"
    return f":green[:material/check: {name}]" + (f" :small[{_moment(words, at)}]" if at else "")


def _settled(words: Words, order: Told) -> str:
    """Return what became of the points: held, taken, or given back."""
    points = shop_words.points(words, order["points"])
    if order["status"] == "cancelled":
        told = words("settled_back", points=points)
    elif order["refunded_points"]:
        told = words(
            "settled_refunded", points=points, refunded=shop_words.points(words, order["refunded_points"])
        )
    elif order["status"] in _HELD:
        told = words("settled_held", points=points)
    else:
        moment = _moment(words, order["paid_at"] or order["effective_at"])
        told = words("settled", points=points, moment=moment)
    codes = f" · {words('order_codes', n=len(order['codes']))}" if order["codes"] else ""
    cash = f" · {_cash(words, order)}" if order["payment"] is not None else ""
    return told + cash + codes


def _cash(words: Words, order: Told) -> str:
    """Return what became of the cash part: waited for, paid, or not paid any more."""
    cash, status = words.money(order["cash_fen"]), order["payment"]["status"]
    if status == "pending":
        return words("cash_due", cash=cash, moment=_moment(words, order["deadline"]))
    if status == "captured":
        return words("cash_paid", cash=cash)
    return words("cash_closed", cash=cash) if status == "closed" else words("cash_back", cash=cash)


def _moment(words: Words, at: str) -> str:
    moment = datetime.fromisoformat(at).astimezone(BUSINESS_ZONE)
    return f"{words.short_day(moment.date())} {moment:%H:%M}"
