"""What is sent and answered about brands and items: as rows of a file, which have Chinese headers too, and as JSON."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from transactional.catalogue.brands import Imported
from transactional.catalogue.domain import (
    MAX_IMAGES,
    MAX_PRIORITY,
    Class,
    ComplianceFlag,
    Kind,
    check_image_url,
)
from transactional.request_types import Reference

_IN_CHINESE = {
    "是": "true", "否": "false",
    "实物": "physical", "虚拟": "virtual", "服务": "service",
    "高频必需品": "staple", "品质商品": "quality", "稀缺商品": "scarce",
}  # fmt: skip


def _in_english(value: object) -> object:
    return _IN_CHINESE.get(value, value) if isinstance(value, str) else value


def _words(value: object) -> object:
    """Read the words of a field, which blanks stand between."""
    return tuple(value.split()) if isinstance(value, str) else value


def _each_once(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) < len(values):
        raise ValueError("one is named twice")
    return values


BrandName = Annotated[Reference, StringConstraints(max_length=100)]
ImageUrls = Annotated[
    tuple[Annotated[str, AfterValidator(check_image_url)], ...],
    AfterValidator(_each_once),
    Field(max_length=MAX_IMAGES),
]
ComplianceFlags = Annotated[tuple[ComplianceFlag, ...], AfterValidator(_each_once)]
Priority = Annotated[int, Field(ge=0, le=MAX_PRIORITY)]
Units = Annotated[int, Field(ge=1, le=1_000_000)]


class BrandRow(BaseModel):
    """A brand."""

    model_config = ConfigDict(extra="forbid")

    code: Reference = Field(title="品牌编码", examples=["qingfeng"])
    name_zh: BrandName = Field(title="中文名称", examples=["清风茶业"])
    name_en: BrandName = Field(title="英文名称", examples=["Qingfeng Tea"])
    is_known: Annotated[bool, BeforeValidator(_in_english)] = Field(
        False,
        title="知名品牌",
        examples=["false"],
        description="Sold only under a first-level authorisation, unless the platform says otherwise.",
    )


class BrandPatch(BaseModel):
    """What a brand is to be from now on; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name_zh: BrandName | None = None
    name_en: BrandName | None = None
    is_known: bool | None = Field(None, strict=True)


class Brand(BaseModel):
    """A brand; a well-known one is sold only under a first-level authorisation."""

    brand_id: UUID
    code: str
    name_zh: str
    name_en: str
    is_known: bool


class BrandPage(BaseModel):
    """A page of brands by code; ask for the next one with `after=next_after`."""

    brands: list[Brand]
    next_after: str | None


class ItemRow(BaseModel):
    """An item as a row of a file. Of an item that is there, what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    code: Reference = Field(title="商品编码", examples=["tea-001"])
    name: Reference = Field(title="商品名称", examples=["明前龙井 100g"])
    category: Reference = Field(title="类目", examples=["tea"])
    kind: Annotated[Kind, BeforeValidator(_in_english)] = Field(title="商品类型", examples=["physical"])
    # `class` is no name that Python has.
    class_: Annotated[Class, BeforeValidator(_in_english)] = Field(
        alias="class", title="商品等级", examples=["staple"]
    )
    brand: Reference | None = Field(None, title="品牌编码", examples=["qingfeng"])
    image_urls: Annotated[ImageUrls, BeforeValidator(_words)] | None = Field(
        None, title="图片网址", examples=["https://img.example.com/tea-001.jpg"]
    )
    compliance_flags: Annotated[ComplianceFlags, BeforeValidator(_words)] | None = Field(
        None, title="合规标记", examples=["food_licence no_return"]
    )
    listing_priority: Priority | None = Field(None, title="排序优先级", examples=["100"])
    storage_units: Units | None = Field(None, title="仓储单位", examples=["1"])
    weight_grams: Units | None = Field(None, title="重量(克)", examples=["350"])


class ItemRequest(BaseModel):
    """An item to add. Sent again with the same particulars it changes nothing."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    code: Reference
    name: Reference
    category: Reference
    kind: Kind
    class_: Class = Field(alias="class")
    brand: Reference | None = Field(None, description="The brand's code.")
    image_urls: ImageUrls = ()
    compliance_flags: ComplianceFlags = Field(
        (),
        description="What has to be heeded when it is sold, carried or given back. Under `food_licence` and "
        "`medical_device_licence` it is listed only while a supplier has that document; `no_return` is refused as a return "
        "of somebody who changed their mind. The mall knows neither ages nor vehicles: `adults_only`, `fragile`, "
        "`cold_chain` and `no_air` are told to those who do.",
    )
    listing_priority: Priority = Field(0, strict=True, description="The largest is listed first.")
    storage_units: Units = Field(1, strict=True, description="Room that a piece takes in a warehouse.")
    weight_grams: Units | None = Field(None, strict=True, description="What a piece weighs, packed.")


class ItemPatch(BaseModel):
    """What an item is to be from now on; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    name: Reference | None = None
    category: Reference | None = None
    kind: Kind | None = None
    class_: Class | None = Field(None, alias="class")
    brand: Reference | None = Field(None, description="The brand's code.")
    image_urls: ImageUrls | None = None
    compliance_flags: ComplianceFlags | None = None
    listing_priority: Priority | None = Field(None, strict=True)
    storage_units: Units | None = Field(None, strict=True)
    weight_grams: Units | None = Field(None, strict=True)

    def change(self) -> dict[str, Any]:
        """Return what is to change."""
        return {name: value for name, value in dict(self).items() if value is not None}


class CatalogueItem(BaseModel):
    """An item of the platform, which a tenant can opt in to."""

    item_id: UUID
    code: str
    name: str
    category: str
    kind: str
    class_: str = Field(alias="class")
    brand_id: UUID | None
    brand: str | None = Field(description="The brand's code.")
    image_urls: list[str]
    compliance_flags: list[str]
    listing_priority: int
    storage_units: int
    weight_grams: int | None


class ItemPage(BaseModel):
    """A page of items by code; ask for the next one with `after=next_after`."""

    items: list[CatalogueItem]
    next_after: str | None


class RowsImported(BaseModel):
    """How many rows of a file were new, how many changed what was there, and how many said what was known."""

    added: int
    changed: int
    unchanged: int

    @classmethod
    def of(cls, made: Imported, rows: int) -> "RowsImported":
        """Count what an import of so many rows made."""
        return cls(added=made.added, changed=made.changed, unchanged=rows - made.added - made.changed)
