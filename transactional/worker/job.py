"""What a background job is and what it is given."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from transactional.clock import Clock
from transactional.database import Pools
from transactional.engine.committer import Committer
from transactional.fulfilment.carriers.settings import Carriers, no_carriers
from transactional.payments.settings import PaymentProviders, no_providers
from transactional.settings import WorkerSettings
from transactional.top_ups.settings import TopUpProviders, no_top_ups


@dataclass(frozen=True)
class JobContext:
    """What jobs work with.

    Attributes:
        pools: connections with the two roles of the service.
        committer: takes commands of the engine, as the service's own does.
        clock: tells the time.
        settings: the worker's settings.
        chance: where jobs take their jitter from.
        providers: the payment providers of every tenant.
        carriers: the carriers of every tenant.
        top_ups: the top-up providers of every tenant.
        stopping: is set once the worker is to stop; a job that works for long looks at it and ends early.
    """

    pools: Pools
    committer: Committer
    clock: Clock
    settings: WorkerSettings
    chance: Random
    providers: PaymentProviders = field(default_factory=no_providers)
    carriers: Carriers = field(default_factory=no_carriers)
    top_ups: TopUpProviders = field(default_factory=no_top_ups)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class Job:
    """Something to be done again and again, by one worker at a time.

    Attributes:
        name: how it is called in logs and in /health; every worker must use the same, as it is what they lock.
        interval: how long to wait after a run that found nothing to do.
        run: does one step and returns how much was done; more than 0 means there may be more, so it is run
            again at once. Whatever it did must be safe to do again: a step can be cut off anywhere.
    """

    name: str
    interval: timedelta
    run: Callable[[JobContext], Awaitable[int]]
