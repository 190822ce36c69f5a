"""What the simulated tenants, their goods and their members' segments are like. Prices in yuan; 1 point = 1 fen."""

from dataclasses import dataclass
from typing import Literal

from transactional.members.domain import Profile


@dataclass(frozen=True)
class Preset:
    """A tenant of an industry.

    Attributes:
        validity_months: how long points last.
        member_day: the day of the month on which members are treated.
        ticket_yuan: median of a receipt.
        receipts: mean receipts of an active member in a month.
        favours: categories of which the shop has more, with how many times more.
        segments: share of each segment among the members.
        taken_on_before: days before its first one on which it applied, settled its program and passed its test.
    """

    industry: Literal["bank", "airline", "retail", "ecommerce"]
    code: str
    name: str
    validity_months: int
    member_day: int
    ticket_yuan: float
    receipts: float
    favours: dict[str, float]
    segments: dict[str, float]
    taken_on_before: tuple[int, int, int]


@dataclass(frozen=True)
class Category:
    """A category of goods.

    Attributes:
        name, name_en: in Chinese, as items are named, and in English.
        yuan: the median price of a staple item in it.
        festivals: festivals before which more of it is wanted, with how many times more.
    """

    code: str
    name: str
    name_en: str
    kind: Literal["physical", "virtual", "service"]
    handover: Literal["shipping", "pickup", "instant"]
    yuan: float
    festivals: dict[str, float]


CATEGORIES = (
    Category("phone_topup", "话费充值", "Phone top-up", "virtual", "instant", 10, {}),
    Category(
        "video_membership",
        "影音会员",
        "Video and music",
        "virtual",
        "instant",
        12,
        {"national-day": 1.3, "spring-festival": 1.3},
    ),
    Category(
        "game_credit",
        "游戏点卡",
        "Game credit",
        "virtual",
        "instant",
        9,
        {"spring-festival": 1.4, "labour-day": 1.2},
    ),
    Category("coffee_voucher", "咖啡饮品券", "Coffee and drinks", "virtual", "instant", 8, {}),
    Category(
        "ride_coupon",
        "出行券",
        "Ride coupons",
        "virtual",
        "instant",
        6,
        {"national-day": 1.6, "labour-day": 1.5},
    ),
    Category(
        "shopping_card",
        "购物卡",
        "Shopping cards",
        "virtual",
        "instant",
        20,
        {"618": 1.6, "double-11": 1.8, "spring-festival": 1.4},
    ),
    Category(
        "cinema_ticket",
        "电影票",
        "Cinema tickets",
        "virtual",
        "instant",
        16,
        {"spring-festival": 1.8, "national-day": 1.5},
    ),
    Category(
        "household", "家居日用", "Household", "physical", "shipping", 13, {"618": 1.4, "double-11": 1.6}
    ),
    Category("kitchen", "厨房用品", "Kitchen", "physical", "shipping", 18, {"618": 1.4, "double-11": 1.6}),
    Category(
        "food",
        "粮油食品",
        "Food",
        "physical",
        "shipping",
        15,
        {"spring-festival": 2.2, "mid-autumn": 1.9, "dragon-boat": 1.7},
    ),
    Category("baby", "母婴用品", "Baby", "physical", "shipping", 17, {"618": 1.3, "double-11": 1.5}),
    Category(
        "personal_care",
        "个护清洁",
        "Personal care",
        "physical",
        "shipping",
        11,
        {"618": 1.5, "double-11": 1.7},
    ),
    Category(
        "digital",
        "数码配件",
        "Digital accessories",
        "physical",
        "shipping",
        19,
        {"618": 1.7, "double-11": 1.9},
    ),
    Category(
        "appliance", "小家电", "Small appliances", "physical", "shipping", 32, {"618": 1.8, "double-11": 2.0}
    ),
    Category(
        "sports",
        "运动户外",
        "Sports and outdoors",
        "physical",
        "shipping",
        22,
        {"labour-day": 1.4, "national-day": 1.3},
    ),
    Category(
        "luggage", "箱包旅行", "Luggage", "physical", "shipping", 30, {"national-day": 1.6, "labour-day": 1.5}
    ),
    Category("books", "图书文具", "Books and stationery", "physical", "shipping", 9, {"new-year": 1.2}),
    Category(
        "health",
        "健康保健",
        "Health",
        "physical",
        "shipping",
        24,
        {"spring-festival": 1.8, "mid-autumn": 1.4},
    ),
    Category(
        "car_service",
        "汽车服务",
        "Car services",
        "service",
        "pickup",
        14,
        {"spring-festival": 1.5, "national-day": 1.3},
    ),
    Category(
        "airport_lounge",
        "机场贵宾厅",
        "Airport lounges",
        "service",
        "pickup",
        28,
        {"national-day": 1.7, "spring-festival": 1.6},
    ),
    Category("dining", "餐饮服务", "Dining", "service", "pickup", 16, {"new-year": 1.3, "national-day": 1.3}),
)

# How many times as much as others a segment likes a category; what is not named counts once.
SEGMENTS: dict[str, dict[str, float]] = {
    "student": {
        "phone_topup": 5, "video_membership": 7, "game_credit": 8, "coffee_voucher": 5, "cinema_ticket": 4,
        "books": 3, "baby": 0.05, "appliance": 0.2, "car_service": 0.1, "health": 0.2,
    },
    "young_worker": {
        "phone_topup": 4, "video_membership": 5, "game_credit": 4, "coffee_voucher": 6, "ride_coupon": 5,
        "cinema_ticket": 3, "digital": 3, "dining": 3, "baby": 0.3,
    },
    "family": {
        "household": 6, "kitchen": 5, "food": 5, "baby": 7, "personal_care": 4, "appliance": 3, "books": 2,
        "shopping_card": 2, "game_credit": 0.3, "car_service": 2,
    },
    "senior": {
        "food": 7, "health": 7, "household": 5, "kitchen": 4, "phone_topup": 3, "personal_care": 2,
        "game_credit": 0.05, "digital": 0.3, "coffee_voucher": 0.2,
    },
    "traveller": {
        "airport_lounge": 8, "ride_coupon": 6, "luggage": 5, "dining": 5, "car_service": 4, "coffee_voucher": 4,
        "baby": 0.2, "food": 0.5,
    },
}  # fmt: skip

# The group by which the mall may know members of a segment.
PROFILES: dict[str, Profile] = {
    "student": "young",
    "young_worker": "young",
    "family": "family",
    "senior": "senior",
    "traveller": "traveller",
}

PRESETS = (
    Preset(
        "bank", "sim-bank", "示例银行", 24, 8, 150.0, 13.0,
        {"phone_topup": 1.5, "shopping_card": 2.0, "dining": 1.8, "car_service": 1.5},
        {"student": 0.10, "young_worker": 0.32, "family": 0.30, "senior": 0.18, "traveller": 0.10}, (10, 7, 2),
    ),
    Preset(
        "airline", "sim-airline", "示例航空", 24, 18, 200.0, 10.0,
        {"airport_lounge": 3.0, "luggage": 2.5, "ride_coupon": 2.0},
        {"student": 0.08, "young_worker": 0.27, "family": 0.17, "senior": 0.08, "traveller": 0.40}, (12, 8, 3),
    ),
    Preset(
        "retail", "sim-retail", "示例零售", 12, 28, 130.0, 14.0,
        {"food": 2.0, "household": 2.0, "kitchen": 1.5, "personal_care": 1.5},
        {"student": 0.10, "young_worker": 0.22, "family": 0.40, "senior": 0.25, "traveller": 0.03}, (7, 5, 1),
    ),
    Preset(
        "ecommerce", "sim-ecommerce", "示例电商", 12, 16, 145.0, 13.0,
        {"digital": 2.0, "appliance": 1.5, "video_membership": 1.5, "baby": 1.3},
        {"student": 0.22, "young_worker": 0.38, "family": 0.27, "senior": 0.08, "traveller": 0.05}, (8, 6, 2),
    ),
)  # fmt: skip


def preset_of(number: int) -> Preset:
    """Return the preset of the `number`-th tenant, from 0; further ones repeat the four under codes of their own."""
    preset = PRESETS[number % len(PRESETS)]
    turn = number // len(PRESETS) + 1
    if turn == 1:
        return preset
    return Preset(**{**vars(preset), "code": f"{preset.code}-{turn}", "name": f"{preset.name}{turn}"})
