"""An item's page, the basket, and redeeming: asked, confirmed, told, each at most once."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import streamlit as st

from dashboards import shop_words
from dashboards.mall import MallAway, Refused, Told
from dashboards.shop import Order, Shop
from dashboards.shop_cash import choose_payment
from dashboards.shop_prices import lowered_prices, price_line
from dashboards.shop_state import Checkout, ShopState
from dashboards.words import Words, literally

_MOST = 99


def show_news(words: Words, state: ShopState) -> None:
    """Tell what the last thing that was done came to, once."""
    if state.news is None:
        return
    (kind, text), state.news = state.news, None
    if kind == "done":
        st.success(text, icon=":material/check_circle:")
    else:
        st.error(text, icon=":material/error:")


def show_item(
    words: Words,
    shop: Shop,
    state: ShopState,
    item_id: str,
    categories: Mapping[str, str],
    *,
    member_id: str,
    may_act: bool,
) -> bool:
    """Show an item's page with its stock and what it costs; return whether it is on sale."""
    try:
        offer = shop.offer(item_id)
    except (MallAway, Refused) as error:
        st.warning(shop_words.refusal(words, error), icon=":material/info:")
        return False
    # What was clicked may have been shown at a flash sale's price.
    clicked = state.opened if state.opened is not None and state.opened["item_id"] == item_id else None
    sale_id = clicked["flash_sale_id"] if clicked else None
    lowered = None if sale_id else lowered_prices(shop, member_id, [item_id]).get(item_id)
    plain = clicked["price_points"] if clicked and sale_id else offer["price_points"]
    price = plain if lowered is None else lowered.price_points
    with st.container(border=True):
        st.subheader(literally(offer["name"]), anchor=False)
        category = categories.get(offer["category"], offer["category"])
        st.caption(f"{literally(category)} · {shop_words.handover(words, offer['handover'])}")
        st.markdown(
            f"### {price_line(words, plain, lowered)}"
            + (f" :red-badge[{words('shop_sale')}]" if sale_id else "")
        )
        st.markdown(_stock(words, offer["on_hand"]))
        pieces = int(st.number_input(words("shop_pieces"), 1, _MOST, 1, key=f"pieces_{item_id}", width=160))
        st.caption(words("shop_total", total=shop_words.points(words, price * pieces)))

        def check_out() -> None:
            order = Order(member_id, ((item_id, pieces),), sale_id, expected_points=price * pieces)
            state.checkout = Checkout(order, str(offer["name"]))

        with st.container(horizontal=True):
            st.button(
                words("shop_redeem"),
                type="primary",
                icon=":material/redeem:",
                key="shop_redeem",
                disabled=not may_act,
                on_click=check_out,
            )
            st.button(
                words("shop_put"),
                icon=":material/add_shopping_cart:",
                key="shop_put",
                on_click=state.put,
                args=({"item_id": item_id, "name": offer["name"]},),
            )
    return True


def show_basket(words: Words, state: ShopState, *, member_id: str, may_act: bool) -> None:
    """Show what is in the basket, to take out again or to redeem as one order."""
    for item_id, pieces in state.basket.items():
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.markdown(f"**{literally(state.basket_names[item_id])}** × {pieces}")
            st.button(
                words("shop_take"),
                key=f"take_{item_id}",
                icon=":material/remove_shopping_cart:",
                on_click=state.take,
                args=(item_id,),
            )

    def check_out() -> None:
        order = Order(member_id, tuple(state.basket.items()))
        state.checkout = Checkout(order, words("shop_basket"), is_basket=True)

    st.button(
        words("shop_redeem_basket"),
        type="primary",
        icon=":material/redeem:",
        key="shop_redeem_basket",
        disabled=not may_act,
        on_click=check_out,
    )


def show_checkout(words: Words, shop: Shop, state: ShopState, *, on_done: Callable[[], None]) -> None:
    """Show what the order would come to and ask once more; say kindly why it cannot be."""
    checkout = state.checkout
    if checkout is None:
        return
    with st.container(border=True):
        try:
            order, quote = _asked(words, shop, checkout.order)
        except (MallAway, Refused) as error:
            st.warning(shop_words.refusal(words, error), icon=":material/error:")
            st.button(words("cancel"), key="shop_cancel", on_click=_cancel, args=(state,))
            return
        told = quote["answer"]
        st.markdown(
            words(
                "shop_question" if order.cash is None else "shop_question_cash",
                name=literally(checkout.name),
                points=shop_words.points(words, -quote["points"]),
                cash=words.money(quote["cash_fen"]),
                left=shop_words.points(words, told["available_points"]),
            )
        )
        if told["status"] == "in_review":
            st.caption(words("shop_would_be_reviewed"))
        with st.container(horizontal=True):
            st.button(
                words("shop_sure"),
                type="primary",
                key="shop_sure",
                on_click=_redeem,
                args=(words, shop, state, replace(checkout, order=order), on_done),
            )
            st.button(words("cancel"), key="shop_cancel", on_click=_cancel, args=(state,))


def _asked(words: Words, shop: Shop, order: Order) -> tuple[Order, Told]:
    """Return the order as the member pays it, and what it would come to.

    Raises:
        MallAway, Refused: as the mall says of it.
    """
    try:
        quote = shop.quote(order)
        price = sum(line["points"] for line in quote["answer"]["lines"])
        available = int(quote["answer"]["available_points"]) - int(quote["points"])
    except Refused as error:
        # Too few points for all of it may be enough for a part.
        if error.slug != "insufficient-points":
            raise
        price, available = int(error.told["needed_points"]), int(error.told["available_points"])
        paid = choose_payment(words, shop, order, price, available)
        if paid.cash is None:
            raise
        return paid, shop.quote(paid)
    paid = choose_payment(words, shop, order, price, available)
    return (order, quote) if paid.cash is None else (paid, shop.quote(paid))


def _redeem(
    words: Words, shop: Shop, state: ShopState, checkout: Checkout, on_done: Callable[[], None]
) -> None:
    try:
        made = shop.redeem(checkout.order, checkout.key)
    except MallAway as error:
        # It may have been done: the same order under the same key is done at most once.
        state.news = ("refused", f"{shop_words.refusal(words, error)} {words('shop_try_again')}")
        return
    except Refused as error:
        state.news, state.checkout = ("refused", shop_words.refusal(words, error)), None
        return
    state.news, state.checkout, state.opened = ("done", _made(words, checkout, made)), None, None
    if checkout.is_basket:
        state.basket.clear()
    state.forget_answers()
    on_done()


def _made(words: Words, checkout: Checkout, made: Told) -> str:
    waits = "payment" in made and made["status"] == "created"
    told = words(
        "shop_to_be_paid" if waits else "shop_redeemed",
        name=literally(checkout.name),
        points=shop_words.points(words, made["points"]),
        cash=words.money(made.get("cash_fen", 0)),
        left=shop_words.points(words, made["available_points"]),
    )
    return told + (words("shop_is_reviewed") if made["status"] == "in_review" else "")


def _cancel(state: ShopState) -> None:
    state.checkout = None


def _stock(words: Words, on_hand: int) -> str:
    if on_hand <= 0:
        return f":red[{words('shop_sold_out')}]"
    few = 10
    if on_hand < few:
        return f":orange[{words('shop_few_left', n=on_hand)}]"
    return f":gray[{words('shop_in_stock')}]"
