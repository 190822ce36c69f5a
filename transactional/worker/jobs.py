"""The jobs of the worker, all of them."""

from transactional.after_sales.jobs import after_sales_jobs
from transactional.brand_authorisations.jobs import brand_authorisation_jobs
from transactional.campaigns.jobs import campaign_jobs
from transactional.draws.jobs import draw_jobs
from transactional.exchange.jobs import exchange_jobs
from transactional.expired_stock.jobs import expired_stock_jobs
from transactional.fulfilment.jobs import fulfilment_jobs
from transactional.invoices.jobs import invoice_jobs
from transactional.licences.jobs import licence_jobs
from transactional.payments.jobs import payment_jobs
from transactional.requests.keying import request_jobs
from transactional.settings import WorkerSettings
from transactional.settlement.jobs import settlement_jobs
from transactional.stock_alerts.jobs import stock_jobs
from transactional.supplier_gates.jobs import supplier_gate_jobs
from transactional.surveys.jobs import survey_jobs
from transactional.texts.jobs import text_jobs
from transactional.top_ups.jobs import top_up_jobs
from transactional.webhooks.jobs import webhook_jobs
from transactional.worker.housekeeping import housekeeping_jobs
from transactional.worker.job import Job


def all_jobs(settings: WorkerSettings) -> tuple[Job, ...]:
    """Return every job, each of which only one worker does at a time."""
    return (
        *housekeeping_jobs(),
        *exchange_jobs(),
        *stock_jobs(),
        *expired_stock_jobs(),
        *fulfilment_jobs(),
        *after_sales_jobs(settings),
        *survey_jobs(),
        *text_jobs(settings),
        *request_jobs(settings),
        *top_up_jobs(),
        *payment_jobs(),
        *draw_jobs(settings),
        *campaign_jobs(),
        *invoice_jobs(),
        *settlement_jobs(),
        *licence_jobs(),
        *supplier_gate_jobs(),
        *brand_authorisation_jobs(),
        *webhook_jobs(settings),
    )
