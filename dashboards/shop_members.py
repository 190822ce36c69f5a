"""Members to look at the shop as: a few of each segment, known by nothing personal."""

from dataclasses import dataclass

from dashboards.marts import TenantMarts, records
from dashboards.words import Words

TABLES = ("dim_member", "fct_member_segments", "dim_member_segment", "dim_offer", "dim_item")
_EACH = 2
_MOST = 24

# Of each segment those who redeem most; before a month was summed up there are no segments.
_MEMBERS = f"""
    select cast(m.member_id as varchar) as member_id, d.name_zh, d.name_en, s.frequency_count
    from marts.dim_member m
    left join marts.fct_member_segments s
        on s.tenant_id = m.tenant_id and s.member_id = m.member_id
        and s.month = (select max(month) from marts.fct_member_segments where tenant_id = $tenant_id)
    left join marts.dim_member_segment d on d.segment = s.segment
    where m.tenant_id = $tenant_id
    qualify row_number() over (partition by s.segment order by s.frequency_count desc nulls last, m.member_id) <= {_EACH}
    order by s.frequency_count desc nulls last, m.member_id
    limit {_MOST}
"""
_NAMES = """
    select cast(o.item_id as varchar) as item_id, any_value(i.name) as name
    from marts.dim_offer o
    join marts.dim_item i on i.item_id = o.item_id
    where o.tenant_id = $tenant_id
    group by o.item_id
"""


@dataclass(frozen=True)
class DemoMember:
    """A member to look at the shop as, by segment; without one if no month was summed up yet."""

    member_id: str
    names: dict[str, str] | None
    redemptions: int

    def label(self, words: Words) -> str:
        """Return how the member is called: by segment and the last signs of its id."""
        segment = words("shop_no_segment") if self.names is None else self.names[words.language]
        return words(
            "shop_member_label",
            segment=segment,
            mark=self.member_id[-4:].upper(),
            n=words.count(self.redemptions),
        )


def demo_members(marts: TenantMarts) -> dict[str, DemoMember]:
    """Return members of the tenant to choose from, by id, those who redeem most first."""
    return {
        row["member_id"]: DemoMember(
            row["member_id"],
            {"zh": row["name_zh"], "en": row["name_en"]} if isinstance(row["name_zh"], str) else None,
            int(row["frequency_count"]) if row["frequency_count"] == row["frequency_count"] else 0,
        )
        for row in records(marts.rows(_MEMBERS).fillna({"frequency_count": 0}))
    }


def item_names(marts: TenantMarts) -> dict[str, str]:
    """Return the names of all that the tenant has offered, by item."""
    return {row["item_id"]: row["name"] for row in records(marts.rows(_NAMES))}
