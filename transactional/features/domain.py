"""What can be switched per tenant."""

from typing import Final, Literal, get_args

from transactional.problems import Problem

Feature = Literal["draws", "flash_sales", "exchanges", "bill_offsets"]
FEATURES: Final[tuple[Feature, ...]] = get_args(Feature)


class FeatureOff(Problem):
    """The tenant does not use this part of the mall."""

    slug = "feature-off"
    title = "This part of the mall is switched off"
    status = 403

    def __init__(self, feature: str) -> None:
        super().__init__(
            f"{feature} are switched off for your tenant; ask the platform's operators to switch them on",
            feature=feature,
        )
