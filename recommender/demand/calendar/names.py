"""Ids and Chinese names of occasions, from the names that countries and people give them."""

import re
import unicodedata

# English names that mean the same in every country, and what of a name varies from one country to the next.
_KNOWN = {
    "all-saints": "all-saints-day",
    "assumption": "assumption-day",
    "assumption-of-mary": "assumption-day",
    "assumption-of-the-virgin-mary": "assumption-day",
    "ascension": "ascension-day",
    "boxing-day": "second-christmas-day",
    "chinese-new-year": "spring-festival",
    "christmas-day": "christmas",
    "christmas-day-2": "second-christmas-day",
    "day-of-the-dead": "all-souls-day",
    "easter-sunday": "easter",
    "international-labor-day": "labour-day",
    "international-workers-day": "labour-day",
    "labor-day": "labour-day",
    "labor-day-may-day": "labour-day",
    "lunar-new-year": "spring-festival",
    "may-day": "labour-day",
    "mid-autumn-festival": "mid-autumn",
    "new-years-day": "new-year",
    "eid-al-adha-holiday": "eid-al-adha",
    "eid-al-fitr-holiday": "eid-al-fitr",
    "eid-ul-adha": "eid-al-adha",
    "eid-ul-fitr": "eid-al-fitr",
    "id-ul-fitr": "eid-al-fitr",
    "id-ul-zuha": "eid-al-adha",
    "national-day-holiday": "national-day",
    "pentecost": "whit-sunday",
    "pentecost-monday": "whit-monday",
    "universal-fraternization-day": "new-year",
    "saint-stephens-day": "second-christmas-day",
    "saint-valentines-day": "valentines-day",
    "second-day-of-christmas": "second-christmas-day",
    "st-stephens-day": "second-christmas-day",
    "thanksgiving-day": "thanksgiving",
    "tuen-ng-festival": "dragon-boat",
    "dragon-boat-festival": "dragon-boat",
    "tomb-sweeping-day": "qingming",
    "ching-ming-festival": "qingming",
    "chung-yeung-festival": "double-ninth",
    "double-ninth-festival": "double-ninth",
    "workers-day": "labour-day",
}
_CHINESE = {
    "all-saints-day": "万圣节（诸圣日）",
    "all-souls-day": "万灵节",
    "ascension-day": "耶稣升天节",
    "assumption-day": "圣母升天节",
    "black-friday": "黑色星期五",
    "carnival": "狂欢节",
    "christmas": "圣诞节",
    "christmas-eve": "平安夜",
    "cyber-monday": "网络星期一",
    "double-ninth": "重阳节",
    "dragon-boat": "端午节",
    "easter": "复活节",
    "easter-monday": "复活节星期一",
    "eid-al-adha": "宰牲节",
    "eid-al-fitr": "开斋节",
    "epiphany": "主显节",
    "german-unity-day": "德国统一日",
    "good-friday": "耶稣受难日",
    "halloween": "万圣节前夜",
    "independence-day": "独立日",
    "labour-day": "劳动节",
    "mid-autumn": "中秋节",
    "mothers-day": "母亲节",
    "national-day": "国庆节",
    "new-year": "元旦",
    "new-years-eve": "跨年夜",
    "qingming": "清明节",
    "second-christmas-day": "节礼日",
    "spring-festival": "春节",
    "super-bowl": "超级碗",
    "thanksgiving": "感恩节",
    "valentines-day": "情人节",
    "whit-monday": "圣灵降临节星期一",
    "whit-sunday": "圣灵降临节",
}
_ASIDE = re.compile(r"\s*[(（].*?[)）]")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")


def slug(name: str) -> str:
    """Return a name as an id: `Mother's Day` is `mothers-day`, `春节` stays `春节`, and a year in it is left out."""
    plain = unicodedata.normalize("NFKD", _YEAR.sub("", name).lower())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = re.sub(r"['’`.]", "", unicodedata.normalize("NFC", plain))
    words = "".join(letter if letter.isalnum() else "-" for letter in plain)
    return re.sub(r"-+", "-", words).strip("-") or name.strip()


def occasion_id(name: str) -> str:
    """Return the id of a holiday by its English name, the same for names that mean the same."""
    plain = slug(_ASIDE.sub("", name))
    return _KNOWN.get(plain, plain)


def chinese_name(known_id: str) -> str:
    """Return the Chinese name of an occasion, or "" where none is known."""
    return _CHINESE.get(known_id, "")
