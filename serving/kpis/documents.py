"""What a metric looks like over HTTP."""

from pydantic import BaseModel, Field

from serving.kpis.queries import Metric


class Words(BaseModel):
    """A text in Chinese and in English."""

    zh: str
    en: str


class MetricDocument(BaseModel):
    """A metric with its definition and its target."""

    metric: str = Field(examples=["activity_rate"])
    name: Words
    definition: Words
    numerator: Words
    denominator: Words
    target: float | None = Field(examples=[0.3])
    direction: str = Field(examples=["at_least"])
    unit: str = Field(
        description="What a value is: a rate, days, fen, or a score of 0 to 1.", examples=["rate"]
    )


def described(metric: Metric) -> dict[str, object]:
    """Return the fields of `MetricDocument`."""
    return {
        "metric": metric.metric,
        "name": Words(zh=metric.name_zh, en=metric.name_en),
        "definition": Words(zh=metric.definition_zh, en=metric.definition_en),
        "numerator": Words(zh=metric.numerator_zh, en=metric.numerator_en),
        "denominator": Words(zh=metric.denominator_zh, en=metric.denominator_en),
        "target": metric.target,
        "direction": metric.direction,
        "unit": metric.unit,
    }
