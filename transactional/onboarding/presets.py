"""What a tenant of an industry starts with: a program that works as it is, and the parts of the mall it uses. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from transactional.features.domain import Feature
from transactional.tenants.domain import Program, Rate


@dataclass(frozen=True)
class Preset:
    """A program with its features.

    Attributes:
        point_cost_fen_per_100: what 100 points are taken to cost the tenant.
        features: the parts of the mall that are on; the others are off until an operator switches them on.
    """

    program: Program
    point_cost_fen_per_100: int
    features: frozenset[Feature]


# Premium rights and bill offset; miles and lounge; points and cash on staples; daily goods with sales.
PRESETS: Final[Mapping[str, Preset]] = {
    "bank": Preset(
        Program(lot_validity_months=24, expiry_rounding="quarter", offset=Rate(500, 100)),
        20,
        frozenset({"draws", "exchanges", "bill_offsets"}),
    ),
    "airline": Preset(
        Program(
            lot_validity_months=36, expiry_rounding="month", return_policy="only_pending", pending_days=7
        ),
        500,
        frozenset({"exchanges"}),
    ),
    "retail": Preset(
        Program(
            lot_validity_months=12, expiry_rounding="month", cash=Rate(100, 1000), cash_share_max_bp=5000
        ),
        1000,
        frozenset({"draws", "flash_sales"}),
    ),
    "ecommerce": Preset(
        Program(lot_validity_months=12, cash=Rate(100, 100), cash_share_max_bp=9000, pending_days=7),
        100,
        frozenset({"draws", "flash_sales"}),
    ),
    "employee_benefit": Preset(
        Program(lot_validity_months=12, expiry_rounding="quarter", cash=Rate(100, 100)),
        100,
        frozenset({"draws", "flash_sales"}),
    ),
}
