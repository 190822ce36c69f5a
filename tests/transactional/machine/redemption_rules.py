"""Rules about redemptions: points, points and cash, bill offsets, and what becomes of them."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.transactional.machine.mall_machine import MallMachine
from tests.transactional.machine.points_rules import WHICH, WHO
from tests.transactional.machine.world import ADDRESS, BARRED, OFFERS, SALE_ID
from tests.transactional.reference.orders import HANDED_OVER
from transactional.redemption.commands import (
    Cancel,
    CashPart,
    CashReturned,
    ConfirmOffset,
    OffsetBill,
    PaymentArrived,
    Progress,
    Redeem,
    Refund,
    Review,
    TimeOut,
)
from transactional.redemption.states import Move

BASKETS = st.lists(
    st.tuples(
        st.sampled_from(["tea"] * 4 + ["pot", "card"] * 3 + ["past"] * 2 + ["unknown"]), st.integers(1, 3)
    ),
    min_size=1,
    max_size=3,
)
ON_THE_WAY = ("allocated", "shipped", "delivered", "partially_refunded")
knows_orders = precondition(lambda self: self.orders)


def knows(*statuses):
    """Let a rule run only if a redemption has one of the statuses; what is illegal is tried often enough."""
    return precondition(lambda self: any(order.status in statuses for order in self.mall.orders.values()))


# Where a request comes from decides whether the risk rules let it pass.
ALLOWED = {"ip": ADDRESS}
CONTEXTS = st.sampled_from([ALLOWED] * 5 + [{}] * 2 + [{"ip": ADDRESS, "device": BARRED}])


class RedemptionRules(MallMachine):
    """What members and tenants do with redemptions."""

    @rule(who=WHO, basket=BASKETS, context=CONTEXTS, expected=st.none() | st.integers(1, 90))
    def redeem(self, who, basket, context, expected):
        self._redeem(who, basket, context, None, expected_points=expected)

    @rule(
        who=WHO, basket=BASKETS, context=CONTEXTS, provider=st.sampled_from(["wechat", "alipay"]),
        tenths=st.integers(0, 10),
    )  # fmt: skip
    def redeem_with_cash(self, who, basket, context, provider, tenths):
        price = sum(OFFERS[name].price * quantity for name, quantity in basket if name in OFFERS)
        self._redeem(who, basket, context, CashPart(provider, max(1, price * tenths // 10)))

    @rule(
        who=WHO, basket=BASKETS, tenths=st.integers(2, 8),
        minutes=st.sampled_from([0, 0, 14, 15, 16, 60]), swept=st.booleans(),
    )  # fmt: skip
    def buy_with_cash(self, who, basket, tenths, minutes, swept):
        """Redeem for points and cash that comes soon, late, or after everything was let go."""
        known = len(self.names.payments)
        self.redeem_with_cash(who, basket, ALLOWED, "wechat", tenths)
        self.later(timedelta(minutes=minutes))
        if len(self.names.payments) > known:
            if swept:
                self.time_out(0)
            self.pay(0, "", twice=False)

    @rule(
        who=WHO, quantity=st.integers(1, 3), context=CONTEXTS, points=st.none() | st.integers(1, 8),
        other=st.sampled_from([False] * 7 + [True]), unknown=st.sampled_from([False] * 9 + [True]),
    )  # fmt: skip
    def redeem_in_a_flash_sale(self, who, quantity, context, points, other, unknown):
        cash = None if points is None else CashPart("alipay", points)
        sale_id = self.pick((), 0) if unknown else SALE_ID
        self._redeem(who, [("pot" if other else "tea", quantity)], context, cash, flash_sale_id=sale_id)

    def _redeem(self, who, basket, context, cash, **more):
        unknown = self.pick((), 0)
        asked = tuple((self.world.items.get(name, unknown), quantity) for name, quantity in basket)
        self.ask(
            Redeem(
                **self.about(), **context, member_id=self.world.members[who], redemption_id=self.fresh(),
                asked=asked, cash=cash, **more,
            )
        )  # fmt: skip

    @rule(who=WHO, amount=st.integers(1, 40), context=CONTEXTS)
    def offset_bill(self, who, amount, context):
        self.ask(
            OffsetBill(
                **self.about(), **context, member_id=self.world.members[who], redemption_id=self.fresh(),
                points=amount, bill_reference="bill",
            )
        )  # fmt: skip

    @knows_orders
    @rule(which=WHICH)
    def cancel(self, which):
        self.ask(Cancel(**self._of(which), transfer_id=self.fresh(), reason="changed my mind"))

    @knows(*HANDED_OVER)
    @rule(
        which=WHICH, restock=st.booleans(), amount=st.none() | st.integers(1, 20),
        lines=st.none() | st.lists(st.tuples(st.sampled_from([1, 1, 1, 2, 3]), st.just(1)), min_size=1, max_size=2),
    )  # fmt: skip
    def refund(self, which, restock, amount, lines):
        # Most refunds name what their redemption is refunded by.
        name = self._likely(which, *HANDED_OVER)
        order = self.mall.orders.get(name)
        if order is not None and order.mode in ("bill_offset", "draw"):
            lines = None if lines is None or len(lines) > 1 else lines
        elif amount is not None and amount > 3:
            amount = None
        self.ask(
            Refund(
                **self.about(), redemption_id=name, transfer_id=self.fresh(), lines=None if lines is None else tuple(lines),
                points=amount, restock=restock, reason="broken",
            )
        )  # fmt: skip

    @knows("in_review")
    @rule(which=WHICH, verdict=st.sampled_from(["approve", "approve", "reject"]))
    def review(self, which, verdict):
        name = self._likely(which, "in_review")
        self.ask(Review(**self.about(), redemption_id=name, verdict=verdict, reviewer="Li"))

    @precondition(lambda self: any(order.mode == "bill_offset" for order in self.mall.orders.values()))
    @rule(which=WHICH, accepted=st.booleans())
    def confirm(self, which, accepted):
        offsets = [name for name in self.orders if self.mall.orders[name].mode == "bill_offset"]
        name = self.pick(offsets if which < 25 and offsets else self.orders, which)
        self.ask(ConfirmOffset(**self.about(), redemption_id=name, accepted=accepted))

    @knows(*ON_THE_WAY)
    @rule(which=WHICH, move=st.sampled_from([Move.SHIP, Move.DELIVER, Move.COMPLETE]))
    def progress(self, which, move):
        name = self._likely(which, *ON_THE_WAY)
        self.ask(Progress(**self.about(), redemption_id=name, move=move))

    @knows_orders
    @rule(which=WHICH)
    def time_out(self, which):
        about = self.about(keyed=False)
        self.ask(TimeOut(**about, redemption_id=self.pick(self.orders, which)))

    @precondition(lambda self: self.names.payments)
    @rule(
        which=WHICH, wrong=st.sampled_from(["", "", "", "", "amount", "provider", "reference"]),
        twice=st.booleans(),
    )  # fmt: skip
    def pay(self, which, wrong, twice):
        payment_id = self.pick(list(self.names.payments), which)
        order = self.mall.orders.get(self.names.payments.get(payment_id, payment_id))
        payment = None if order is None else order.payment
        provider = "wechat" if payment is None else payment.provider
        if wrong == "provider":
            provider = "alipay" if provider == "wechat" else "wechat"
        told = PaymentArrived(
            **self.about(keyed=False), payment_id=payment_id, provider=provider,
            provider_reference=f"{'other' if wrong == 'reference' else 'paid'}-{payment_id}",
            amount_fen=(0 if payment is None else payment.fen) + (wrong == "amount"),
            occurred_at=self.now,
        )  # fmt: skip
        for _ in range(1 + twice):
            self.ask(told)

    @precondition(lambda self: self.names.refunds)
    @rule(which=st.integers(0, 29))
    def pay_back(self, which):
        refund_id = self.pick(list(self.names.refunds), which)
        about = self.about(keyed=False)
        self.ask(CashReturned(**about, payment_id=self.payers[refund_id], refund_id=refund_id))

    def _of(self, which):
        return {**self.about(), "redemption_id": self.pick(self.orders, which)}

    def _likely(self, which, *statuses):
        """Return a redemption with one of the statuses, if there is one and chance does not want any other."""
        likely = [name for name in self.orders if self.mall.orders[name].status in statuses]
        return self.pick(likely if which < 25 and likely else self.orders, which)
