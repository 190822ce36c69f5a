"""Every route of the service, by capability."""

from typing import Any, Final

import msgspec
from fastapi import APIRouter, FastAPI

from transactional.administration import routes as administration
from transactional.after_sales import decision_routes as case_decisions
from transactional.after_sales import imports as case_imports
from transactional.after_sales import routes as after_sales
from transactional.attributes import routes as attributes
from transactional.behaviour import events, feedback, requested
from transactional.behaviour import imports as feedback_imports
from transactional.brand_authorisations import imports as demand_imports
from transactional.brand_authorisations import routes as brand_authorisations
from transactional.campaigns import deciding_routes as campaign_decisions
from transactional.campaigns import imports as campaign_imports
from transactional.campaigns import member_routes as member_campaigns
from transactional.campaigns import routes as campaigns
from transactional.carriage import routes as carriage
from transactional.catalogue import brand_routes as brands
from transactional.catalogue import code_imports
from transactional.catalogue import item_routes as items
from transactional.catalogue import routes as catalogue
from transactional.chats import routes as chats
from transactional.consents import routes as consents
from transactional.draws import imports as draw_imports
from transactional.draws import log_routes as draw_logs
from transactional.draws import routes as draws
from transactional.draws import ticket_routes as draw_tickets
from transactional.exchange import agreement_routes as exchange_agreements
from transactional.exchange import link_routes as member_links
from transactional.exchange import routes as exchanges
from transactional.exchange import statement_routes as exchange_statements
from transactional.expired_stock import routes as expired_stock
from transactional.features import routes as features
from transactional.fees import platform_routes as platform_fees
from transactional.fees import routes as fees
from transactional.flash_sales import imports as flash_sale_imports
from transactional.flash_sales import routes as flash_sales
from transactional.fulfilment import imports as fulfilment_imports
from transactional.fulfilment import promise_routes as delivery_promises
from transactional.fulfilment import push_routes as carrier_pushes
from transactional.fulfilment import queue_routes as delivery_queue
from transactional.fulfilment import routes as shipments
from transactional.holiday_plans import routes as holiday_plans
from transactional.hot_routes import Routes
from transactional.invoices import payment_routes as invoice_payments
from transactional.invoices import routes as invoices
from transactional.ledger import balance_routes, batch_routes, hold_routes
from transactional.ledger import import_routes as points_imports
from transactional.ledger import routes as ledger
from transactional.licences import routes as licences
from transactional.member_exports import routes as member_exports
from transactional.members import erasure_routes as member_erasures
from transactional.members import imports as member_imports
from transactional.members import routes as members
from transactional.onboarding import acceptance_routes as acceptance
from transactional.onboarding import routes as onboarding
from transactional.opt_ins import imports as opt_in_imports
from transactional.opt_ins import routes as opt_ins
from transactional.payments import routes as payments
from transactional.persons import routes as persons
from transactional.pilot import routes as pilot
from transactional.problem_documents import ProblemDocument
from transactional.purchasing import imports as receipt_imports
from transactional.purchasing import order_imports
from transactional.purchasing import routes as purchasing
from transactional.reconciliation import routes as reconciliation
from transactional.redemption import change_routes
from transactional.redemption import imports as progress_imports
from transactional.redemption import requests as redemption_requests
from transactional.redemption import routes as redemption
from transactional.replenishment import routes as replenishment
from transactional.requests import routes as requests
from transactional.reservations import imports as reservation_imports
from transactional.reservations import routes as reservations
from transactional.reviews import imports as review_imports
from transactional.reviews import routes as reviews
from transactional.risk import block_routes as risk_blocks
from transactional.risk import imports as risk_imports
from transactional.risk import link_routes as risk_links
from transactional.risk import proposal_routes as risk_proposals
from transactional.risk import routes as risk
from transactional.risk import rule_imports
from transactional.risk import score_routes as risk_scores
from transactional.segments import routes as segments
from transactional.sessions import oidc_routes
from transactional.sessions import routes as sessions
from transactional.settlement import reading_routes as settlement_statements
from transactional.settlement import routes as settlement
from transactional.stock_alerts import imports as threshold_imports
from transactional.stock_alerts import routes as stock_alerts
from transactional.stock_levels import routes as stock_levels
from transactional.supplier_gates import document_routes as supplier_documents
from transactional.supplier_gates import imports as document_imports
from transactional.supplier_gates import routes as supplier_gates
from transactional.suppliers import brand_routes as supplier_brands
from transactional.suppliers import imports as supplier_imports
from transactional.suppliers import routes as suppliers
from transactional.surveys import imports as response_imports
from transactional.surveys import routes as surveys
from transactional.tenants import platform_routes as all_tenants
from transactional.tenants import routes as tenants
from transactional.tiers import imports as tier_imports
from transactional.tiers import routes as tiers
from transactional.top_ups import imports as top_up_imports
from transactional.top_ups import routes as top_ups
from transactional.warehouses import correction_routes, stock_routes
from transactional.warehouses import imports as warehouse_imports
from transactional.warehouses import routes as warehouses
from transactional.webhooks import delivery_routes as webhook_deliveries
from transactional.webhooks import routes as webhooks

# A path that begins like another's parameter comes before it.
ROUTERS: Final[tuple[APIRouter, ...]] = (
    tenants.router,
    members.router,
    member_imports.router,
    member_erasures.router,
    consents.router,
    attributes.router,
    member_exports.router,
    persons.router,
    ledger.router,
    batch_routes.router,
    points_imports.router,
    hold_routes.router,
    balance_routes.router,
    tiers.router,
    tier_imports.router,
    catalogue.router,
    code_imports.router,
    brands.router,
    brands.platform_router,
    items.router,
    items.platform_router,
    payments.router,
    redemption.router,
    change_routes.router,
    progress_imports.router,
    shipments.router,
    fulfilment_imports.parcels,
    carrier_pushes.router,
    delivery_promises.router,
    fulfilment_imports.promises,
    carriage.router,
    carriage.platform_router,
    delivery_queue.router,
    after_sales.router,
    case_decisions.router,
    case_imports.router,
    top_ups.router,
    top_up_imports.router,
    requests.router,
    draws.router,
    draw_imports.router,
    draw_logs.router,
    draw_tickets.router,
    flash_sales.router,
    flash_sale_imports.router,
    campaigns.router,
    campaign_decisions.router,
    member_campaigns.router,
    campaign_imports.router,
    exchange_agreements.router,
    exchange_statements.router,
    exchanges.router,
    member_links.router,
    feedback.router,
    feedback_imports.router,
    surveys.router,
    response_imports.router,
    reviews.router,
    review_imports.router,
    chats.router,
    risk.router,
    risk_proposals.router,
    rule_imports.router,
    risk_blocks.router,
    risk_imports.router,
    risk_scores.router,
    risk_links.router,
    segments.router,
    replenishment.router,
    holiday_plans.router,
    warehouses.router,
    warehouse_imports.router,
    stock_routes.router,
    correction_routes.router,
    stock_levels.router,
    stock_alerts.router,
    threshold_imports.router,
    expired_stock.router,
    reservations.router,
    reservation_imports.router,
    suppliers.router,
    supplier_imports.router,
    supplier_brands.router,
    supplier_gates.router,
    supplier_documents.router,
    document_imports.router,
    brand_authorisations.router,
    demand_imports.router,
    brand_authorisations.platform_router,
    purchasing.router,
    order_imports.router,
    receipt_imports.router,
    fees.router,
    invoices.router,
    platform_fees.router,
    invoices.platform_router,
    invoices.people_router,
    invoice_payments.router,
    settlement.router,
    settlement_statements.router,
    settlement_statements.platform_router,
    settlement.platform_router,
    settlement.people_router,
    reconciliation.router,
    reconciliation.platform_router,
    administration.router,
    administration.platform_router,
    licences.router,
    licences.platform_router,
    onboarding.router,
    acceptance.router,
    onboarding.platform_router,
    all_tenants.router,
    features.router,
    features.platform_router,
    opt_ins.router,
    opt_in_imports.router,
    opt_ins.platform_router,
    pilot.router,
    sessions.router,
    oidc_routes.router,
    webhook_deliveries.router,
    webhooks.router,
)

HOT_ROUTES: Final[Routes] = {
    ("POST", "/v1/redemptions"): redemption_requests.redeem,
    ("POST", "/v1/events"): events.record_events,
}


def describe_hot_routes(app: FastAPI) -> None:
    """Add what FastAPI does not know of to the OpenAPI document."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = generate()
            structs = (redemption_requests.RedemptionRequest, requested.EventBatch, requested.EventResults)
            _, schemas = msgspec.json.schema_components(structs, ref_template="#/components/schemas/{name}")
            schemas["ProblemDocument"] = ProblemDocument.model_json_schema()
            document["components"]["schemas"].update(schemas)
            document["paths"].setdefault("/v1/redemptions", {})["post"] = (
                redemption_requests.openapi_operation()
            )
            document["paths"]["/v1/events"] = {"post": events.openapi_operation()}
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
