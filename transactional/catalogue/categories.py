"""What people call the categories of goods. Needs the owner's connection."""

from collections.abc import Sequence
from dataclasses import dataclass

from transactional.database import Connection


@dataclass(frozen=True)
class CategoryName:
    """A category's name in Chinese and in English."""

    category: str
    name_zh: str
    name_en: str


async def name_categories(connection: Connection, names: Sequence[CategoryName]) -> int:
    """Name categories, or name them anew, and return how many were not called so before."""
    status: str = await connection.execute(
        """
        insert into mall.category as c (category, name_zh, name_en)
        select * from unnest($1::text[], $2::text[], $3::text[])
        on conflict (category) do update
            set name_zh = excluded.name_zh, name_en = excluded.name_en, recorded_at = clock_timestamp()
            where (c.name_zh, c.name_en) is distinct from (excluded.name_zh, excluded.name_en)
        """,
        [n.category for n in names],
        [n.name_zh for n in names],
        [n.name_en for n in names],
    )
    return int(status.rsplit(" ", 1)[1])
