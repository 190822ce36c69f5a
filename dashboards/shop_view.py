"""How a member's shop is shown: points, and what is recommended as cards."""

import logging
from collections.abc import Callable, Mapping
from datetime import date, timedelta

import streamlit as st

from dashboards import shop_words
from dashboards.kpi_cards import WHOLE_NAMES
from dashboards.mall import MallAway, Refused, Told
from dashboards.plain_cards import show_plain_card
from dashboards.shop import Place, Shop
from dashboards.shop_prices import Lowered, lowered_prices, price_line
from dashboards.shop_state import ShopState, click, impressions
from dashboards.words import Words, literally

_log = logging.getLogger(__name__)

_SOON_DAYS = 30
_IN_A_ROW = 4
_KINDS = {"live": "bolt", "campaign": "local_fire_department", "explore": "auto_awesome"}
_SLOTS = {"repeat": "shop_slot_repeat", "novel": "shop_slot_novel", "explore": "shop_slot_explore"}


def expiring(lots: list[Told], today: date) -> tuple[int, date | None]:
    """Return the points that expire within 30 days, and the first last day of them."""
    until = today + timedelta(days=_SOON_DAYS)
    soon = [
        (date.fromisoformat(lot["expires_on"]), int(lot["remaining"]) - int(lot["held"]))
        for lot in lots
        if lot["state"] == "active" and lot["expires_on"] is not None
    ]
    near = [(day, points) for day, points in soon if day <= until and points > 0]
    return sum(points for _, points in near), min((day for day, _ in near), default=None)


def show_points(words: Words, balance: Told, soon: tuple[int, date | None]) -> None:
    """Show what the member can spend, what expires soon, and what is not spendable now."""
    st.html(WHOLE_NAMES)
    points, first_on = soon
    places = st.columns(3)
    with places[0]:
        show_plain_card(
            words,
            words("shop_available"),
            f"{balance['available']:,}",
            words("shop_spent", points=f"{balance['spent']:,}"),
            meaning=words("shop_available_meaning"),
        )
    with places[1]:
        show_plain_card(
            words,
            words("shop_expiring"),
            f"{points:,}",
            words("shop_first_on", day=words.short_day(first_on))
            if first_on
            else words("shop_nothing_expires"),
            meaning=words("shop_expiring_meaning", days=_SOON_DAYS),
        )
    with places[2]:
        show_plain_card(
            words,
            words("shop_held"),
            f"{balance['held'] + balance['pending']:,}",
            words("shop_held_note", held=f"{balance['held']:,}", pending=f"{balance['pending']:,}"),
            meaning=words("shop_held_meaning"),
        )


def answer_of(
    words: Words, shop: Shop, state: ShopState, member_id: str, place: Place, item_ids: tuple[str, ...] = ()
) -> Told | None:
    """Return what to show in a place, asked once until the member does something; None, and why, if there is none."""
    known = state.answers.get((place, item_ids))
    if known is not None:
        return known
    try:
        answer = shop.recommended(member_id, place, item_ids)
    except MallAway:
        st.warning(words("shop_serving_away"), icon=":material/cloud_off:")
        return None
    except Refused as error:
        told = {
            "no-release": words("no_release"),
            "unauthenticated": words("session_over"),
            "unknown-member": words("shop_unknown_member"),
            "unknown-item": words("shop_not_listed"),
        }
        st.warning(told.get(error.slug) or shop_words.refusal(words, error), icon=":material/info:")
        return None
    state.answers[place, item_ids] = answer
    return answer


def show_answer(
    words: Words,
    shop: Shop,
    state: ShopState,
    answer: Told,
    categories: Mapping[str, str],
    *,
    member_id: str,
    place: Place,
    may_act: bool,
    on_open: Callable[[str], None],
) -> None:
    """Show recommended items as cards, and log that they were shown if the visitor acts as the member."""
    if answer["degraded"]:
        st.caption(words("shop_degraded"))
    if not answer["items"]:
        st.info(words("shop_nothing_to_show"), icon=":material/inbox:")
        return
    if may_act and answer["request_id"] not in state.logged:
        _logged(shop, impressions(member_id, answer))
        state.logged.add(answer["request_id"])

    def opened(item: Told) -> None:
        if may_act:
            _logged(shop, click(member_id, answer, item))
        state.opened, state.checkout = item, None
        state.forget_answers()
        on_open(str(item["item_id"]))

    items = answer["items"]
    lowered = lowered_prices(shop, member_id, [str(item["item_id"]) for item in items])
    for first in range(0, len(items), _IN_A_ROW):
        for column, item in zip(st.columns(_IN_A_ROW), items[first : first + _IN_A_ROW], strict=False):
            with column:
                category = categories.get(item["category"], item["category"])
                price = None if item["flash_sale_id"] else lowered.get(str(item["item_id"]))
                _show_card(words, state, item, category, price, place=place, opened=opened)


def _show_card(
    words: Words,
    state: ShopState,
    item: Told,
    category: str,
    lowered: Lowered | None,
    *,
    place: Place,
    opened: Callable[[Told], None],
) -> None:
    reason, slot = item["reason"][words.language], item["slot"]
    icon = _KINDS.get(item["stage"], "favorite" if slot == "repeat" else "recommend")
    with st.container(border=True, height="stretch"):
        st.caption(f"{literally(category)} · {words(_SLOTS[slot])}")
        st.markdown(f"**{literally(item['name'])}**")
        due = price_line(words, item["price_points"], lowered)
        sale = f" :red-badge[{words('shop_sale')}]" if item["flash_sale_id"] else ""
        st.markdown(f"**{due}**{sale}  \n:small[{shop_words.affordability(words, item)}]")
        st.markdown(f":gray[:material/{icon}: {literally(reason)}]")
        with st.container(horizontal=True):
            key = f"{place}_{item['item_id']}"
            st.button(words("shop_open"), key=f"open_{key}", on_click=opened, args=(item,))
            st.button(
                words("shop_put"),
                key=f"put_{key}",
                icon=":material/add_shopping_cart:",
                on_click=state.put,
                args=(item,),
            )


def _logged(shop: Shop, events: object) -> None:
    """Log events; a member's page goes on without."""
    try:
        shop.log(events)  # type: ignore[arg-type]
    except (MallAway, Refused) as error:
        _log.warning("what was shown could not be logged: %s", error)
