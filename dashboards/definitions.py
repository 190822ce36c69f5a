"""What a figure means, as the warehouse defines it: what stands behind the question mark of a card."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboards.marts import TenantMarts
from dashboards.words import Words

# Of no tenant: what a figure means is the same for all.
_DEFINITIONS = """
    select figure, definition_zh, definition_en
    from marts.dim_figure
    where $tenant_id is not null
"""


@dataclass(frozen=True)
class Definitions:
    """The definitions of a release in one language; one from before a figure was defined says so."""

    texts: Mapping[str, str]
    missing: str

    def __call__(self, figure: str) -> str:
        """Return what a figure means."""
        return self.texts.get(figure, self.missing)


def definitions(words: Words, marts: TenantMarts) -> Definitions:
    """Return the definitions of the figures that are no metrics; those of metrics come with their values."""
    if marts.lacks("dim_figure"):
        return Definitions({}, words("no_definition"))
    rows = marts.rows(_DEFINITIONS)
    texts = dict(zip(rows["figure"], rows[f"definition_{words.language}"], strict=True))
    return Definitions(texts, words("no_definition"))
