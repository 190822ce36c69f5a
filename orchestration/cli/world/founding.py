"""Founds a simulated tenant: what it has before its first day, and everybody who will live through its days."""

from dataclasses import dataclass
from datetime import UTC, datetime

from orchestration.cli.world.aftercare import Aftercare
from orchestration.cli.world.back_office import BackOffice
from orchestration.cli.world.bills import Bills
from orchestration.cli.world.buyer import Buyer
from orchestration.cli.world.campaigns import Sales
from orchestration.cli.world.catalogue import FloatArray
from orchestration.cli.world.complaints import Complaints
from orchestration.cli.world.consents import record_consents
from orchestration.cli.world.day import Asker
from orchestration.cli.world.events import EventWriter
from orchestration.cli.world.feedback import Feedback
from orchestration.cli.world.makings import Makings
from orchestration.cli.world.marketing import Marketing
from orchestration.cli.world.outcome import Outcome
from orchestration.cli.world.parcels import Parcels
from orchestration.cli.world.plan import WorldPlan
from orchestration.cli.world.service import DAY, late_shares
from orchestration.cli.world.setting import Setting, set_up
from orchestration.cli.world.truth import Truth
from orchestration.cli.world.voices import Scribe
from transactional.database import Connection
from transactional.engine.importing.past import PastImport
from transactional.purchasing.importing import PastPurchases


@dataclass(frozen=True)
class Founded:
    """A tenant that is ready for its first day."""

    setting: Setting
    past: PastImport
    purchases: PastPurchases
    buyer: Buyer
    truth: Truth
    marketing: Marketing
    sales: Sales
    office: BackOffice
    feedback: Feedback
    care: Aftercare
    events: EventWriter
    asker: Asker
    outcome: Outcome


async def found(connection: Connection, plan: WorldPlan, made: Makings, scribe: Scribe) -> Founded:
    """Create the tenant with what it has before its first day.

    Args:
        connection: the owner's.
        scribe: seals what members say.
    """
    until = plan.start + plan.days * DAY - 1
    setting = await set_up(
        connection, made.preset, made.catalogue, made.members, made.opening, made.terms, made.brands, start=plan.start,
        until=until, identities=made.identities,
    )  # fmt: skip
    tenant_id, items = setting.tenant_id, setting.items
    await record_consents(connection, tenant_id, made.members, setting.members, plan, made.consent_rng)
    past = await PastImport.begin(
        connection,
        tenant_id=tenant_id,
        first=datetime.fromtimestamp(plan.start, UTC),
        last=datetime.fromtimestamp(until, UTC),
        new_id=made.identities.at,
    )
    purchases = await PastPurchases.begin(connection, tenant_id=tenant_id)
    truth = Truth(tenant_id, plan.days, len(made.catalogue))
    await made.sourcing.begin(connection, setting, purchases, made.order_identities, truth)
    await past.reread_offers()
    bills = await Bills.begin(
        connection, tenant_id=tenant_id, first=plan.first, truth=truth, rng=made.bill_rng
    )
    office = await BackOffice.begin(
        connection, tenant_id=tenant_id, bills=bills, identities=made.parcel_identities
    )
    feedback = Feedback(
        connection, scribe, tenant_id, items, made.catalogue, plan.start, made.word_identities, truth, made.word_rng
    )  # fmt: skip
    care = _care(plan, made, setting, office, feedback, truth)
    return Founded(
        setting=setting,
        past=past,
        purchases=purchases,
        buyer=Buyer(purchases, made.terms, setting.suppliers, items, made.order_identities),
        truth=truth,
        marketing=Marketing(
            past, made.promotions, plan.start, items, made.catalogue, made.campaign_identities, truth
        ),
        sales=Sales(past, items, made.days, made.preset.member_day, made.identities, made.wish_rng),
        office=office,
        feedback=feedback,
        care=care,
        events=EventWriter(tenant_id, setting.members, items, until, made.event_identities),
        asker=Asker(made.preset.code, setting, made.members, made.purse, made.identities, made.wish_rng),
        outcome=Outcome(past, care, truth, setting, made.catalogue, made.members),
    )


def _care(
    plan: WorldPlan, made: Makings, setting: Setting, office: BackOffice, feedback: Feedback, truth: Truth
) -> Aftercare:
    ids, rng = made.parcel_identities, made.parcel_rng
    usual, trouble = made.terms.slowness, made.sourcing.trouble

    def slowness(day: int) -> FloatArray:
        return usual * trouble.slowness(day, made.terms.supplier)

    parcels = Parcels(office.parcels, setting.items, len(made.members), ids, truth, rng)
    complaints = Complaints(office.cases, setting.items, made.terms.defects, feedback.voices, ids, rng)
    return Aftercare(
        setting.tenant_id, plan.start, late_shares(made.factors), slowness, parcels, complaints, feedback.voices,
        feedback.surveys, made.identities, truth, made.care_rng,
    )  # fmt: skip
