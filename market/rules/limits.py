"""What an input may be: lengths, sizes, amounts and dates. Pure.

Every check answers the value as it is to be kept, and raises InvalidInput with the path of the field at fault.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

from core.errors import InvalidInput
from market import territories
from market.rights import Rights
from payments.money import CURRENCIES, MAXIMUM_CHARGE_MINOR, Money, to_stripe

HANDLE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SHA256 = re.compile(r"[0-9a-f]{64}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
LONGEST_RIGHTS_YEARS = 5
LONGEST_MANDATE_YEARS = 3
FARTHEST_YEARS = 10
"""Nothing is agreed that begins later than this."""
HIGHEST_COMMISSION_BPS = 2000
HIGHEST_CONTRIBUTIONS_BPS = 3000
"""Of a price, for the whole crew of a capture: beside the platform's fee and the highest commission, the model's own part stays
the greatest of all."""
MAXIMUM_CONTRIBUTIONS = 12
MAXIMUM_FACTOR = 1000
LONGEST_BIDDING = timedelta(days=90)
LONGEST_SOFT_CLOSE_SECONDS = 3600
OFFER_STANDS = timedelta(days=7)
LONGEST_OFFER = timedelta(days=90)

Path = Sequence[str]


def check_text(text: str, *, path: Path, most: int, least: int = 0) -> str:
    """Lines of text, without spaces around them."""
    kept = unicodedata.normalize("NFC", text.replace("\r\n", "\n").strip())
    if any(unicodedata.category(each) in ("Cc", "Cs") and each not in "\n\t" for each in kept):
        raise InvalidInput(f"{path[-1]} contains control characters. Send plain text.", path=path)
    if not least <= len(kept) <= most:
        raise InvalidInput(f"{path[-1]} must have {least} to {most} characters; it has {len(kept)}.", path=path)
    return kept


def check_line(text: str, *, path: Path, most: int = 120, least: int = 1) -> str:
    """One line of text, such as a name."""
    kept = check_text(text, path=path, most=most, least=least)
    if "\n" in kept or "\t" in kept:
        raise InvalidInput(f"{path[-1]} must be one line.", path=path)
    return kept


def check_handle(handle: str) -> str:
    if len(handle) > 60 or not HANDLE.fullmatch(handle):
        raise InvalidInput(
            "A handle is at most 60 lower-case letters and digits in words joined by hyphens, such as `ada-lindqvist`.",
            path=["handle"],
        )
    return handle


def check_email(email: str) -> str:
    kept = check_line(email, path=["email"], most=254).lower()
    if not EMAIL.fullmatch(kept):
        raise InvalidInput(f"{kept!r} is not an email address.", path=["email"])
    return kept


def check_country(country: str) -> str:
    if country not in territories.COUNTRIES:
        raise InvalidInput(f"{country!r} is not a country. Send an ISO 3166-1 code such as SE.", path=["country"])
    return country


def check_tags(tags: Sequence[str]) -> list[str]:
    """At most twenty, each once, in the order given."""
    kept = list(dict.fromkeys(check_line(tag, path=["tags", str(place)], most=40) for place, tag in enumerate(tags)))
    if len(kept) > 20:
        raise InvalidInput(f"A twin has at most 20 tags; these are {len(kept)}.", path=["tags"])
    return kept


def check_restrictions(restrictions: Sequence[str]) -> list[str]:
    path = ["restrictions"]
    if len(restrictions) > 20:
        raise InvalidInput(f"A policy has at most 20 restrictions; these are {len(restrictions)}.", path=path)
    lines = (check_line(each, path=[*path, str(place)], most=200) for place, each in enumerate(restrictions))
    return list(dict.fromkeys(lines))


def check_url(url: str, *, path: Path) -> str:
    """An absolute web address."""
    kept = check_line(url, path=path, most=2000)
    try:
        parts = urlsplit(kept)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and not any(map(str.isspace, kept))
    except ValueError:
        is_web = False
    if not is_web:
        raise InvalidInput(f"{path[-1]} must be a web address such as https://example.com/ada.jpg.", path=path)
    return kept


def check_https(url: str, *, path: Path) -> str:
    """A web address that nobody on the way can read or change."""
    kept = check_url(url, path=path)
    if urlsplit(kept).scheme != "https" or urlsplit(kept).username is not None:
        raise InvalidInput(f"{path[-1]} must begin with https:// and hold no password.", path=path)
    return kept


def check_sha256(digest: str) -> str:
    kept = digest.strip().lower()
    if not SHA256.fullmatch(kept):
        raise InvalidInput("sha256 is the file's SHA-256 in 64 hexadecimal digits.", path=["sha256"])
    return kept


def check_urls(urls: Sequence[str]) -> list[str]:
    if len(urls) > 10:
        raise InvalidInput(f"A twin has at most 10 previews; these are {len(urls)}.", path=["previewUrls"])
    return [check_url(url, path=["previewUrls", str(place)]) for place, url in enumerate(urls)]


def check_measure(centimetres: int | None, *, path: Path) -> int | None:
    if centimetres is not None and not 20 <= centimetres <= 300:
        raise InvalidInput(f"{path[-1]} is counted in centimetres, from 20 to 300; it was {centimetres}.", path=path)
    return centimetres


def check_shoe_size(size: Decimal | None) -> Decimal | None:
    if size is None:
        return None
    if not size.is_finite() or not 15 <= size <= 60 or size * 10 != int(size * 10):
        raise InvalidInput("shoeSizeEu is from 15 to 60, with at most one digit after the point.", path=["shoeSizeEu"])
    return size


def check_factor_e4(factor: Decimal, *, path: Path, least: int = 0) -> int:
    """In ten-thousandths. More than `least` where that is nothing, else at least that."""
    whole = factor * 10_000 if factor.is_finite() and abs(factor) <= MAXIMUM_FACTOR else None
    if whole is None or whole != int(whole) or whole <= 0 or whole < least * 10_000:
        shown = f"from {least}" if least else "above 0 and"
        raise InvalidInput(
            f"A factor is {shown} up to {MAXIMUM_FACTOR}, with at most four digits after the point; it was {factor}.",
            path=path,
        )
    return int(whole)


def check_currency(money: Money, currency: str, *, path: Path) -> Money:
    if money.currency != currency:
        raise InvalidInput(f"The amount must be in {currency}, not in {money.currency}.", path=[*path, "currency"])
    return money


def check_amount(money: Money, *, path: Path) -> Money:
    """An amount that can be charged in one piece."""
    rule = CURRENCIES[money.currency]
    least = Money(rule.minimum_minor, money.currency)
    if money < least:
        raise InvalidInput(f"{money} is too little to be charged. The least is {least}.", path=path)
    if money.minor % rule.unit:
        raise InvalidInput(
            f"Amounts of {money.currency} are multiples of {Money(rule.unit, money.currency)}.", path=path
        )
    if to_stripe(money) > MAXIMUM_CHARGE_MINOR:
        most = Money(MAXIMUM_CHARGE_MINOR // rule.stripe_factor // rule.unit * rule.unit, money.currency)
        raise InvalidInput(f"{money} is too much to be charged at once. The most is {most}.", path=path)
    return money


def check_rights(rights: Rights, today: date, *, path: Path = ("rights",)) -> Rights:
    """Rights that can be asked for at all."""
    if not rights.media:
        raise InvalidInput("Name at least one medium.", path=[*path, "media"])
    if not rights.territories:
        raise InvalidInput("Name at least one territory.", path=[*path, "territories"])
    _check_days(rights.starts_on, rights.ends_on, today, path=path, years=LONGEST_RIGHTS_YEARS)
    return rights


def check_mandate(
    *, commission_bps: int, countries: frozenset[str], starts_on: date, ends_on: date, today: date
) -> None:
    if not 0 <= commission_bps <= HIGHEST_COMMISSION_BPS:
        raise InvalidInput(
            f"A commission is from 0 to {HIGHEST_COMMISSION_BPS} basis points; it was {commission_bps}.",
            path=["commissionBasisPoints"],
        )
    if not countries:
        raise InvalidInput("Name at least one territory.", path=["territories"])
    _check_days(starts_on, ends_on, today, path=(), years=LONGEST_MANDATE_YEARS)


def check_contribution(*, share_bps: int, others_bps: Sequence[int]) -> None:
    """What a contributor is to have of a price, beside what the others have already."""
    left = HIGHEST_CONTRIBUTIONS_BPS - sum(others_bps)
    if not 1 <= share_bps <= left:
        raise InvalidInput(
            f"A crew has at most {HIGHEST_CONTRIBUTIONS_BPS} basis points of a price in all, so that your own part stays the"
            f" greatest: {left} are left; it was {share_bps}.",
            path=["basisPoints"],
        )
    if len(others_bps) >= MAXIMUM_CONTRIBUTIONS:
        raise InvalidInput(f"A crew has at most {MAXIMUM_CONTRIBUTIONS} people.", path=["twinId"])


def _check_days(starts_on: date, ends_on: date, today: date, *, path: Path, years: int) -> None:
    if starts_on < today:
        raise InvalidInput(f"startsOn {starts_on} is past; it is {today} (UTC) today.", path=[*path, "startsOn"])
    if starts_on > (latest := years_after(today, FARTHEST_YEARS)):
        raise InvalidInput(f"startsOn can be at most {latest}.", path=[*path, "startsOn"])
    if ends_on < starts_on:
        raise InvalidInput(f"endsOn {ends_on} is before startsOn {starts_on}.", path=[*path, "endsOn"])
    if ends_on > (latest := years_after(starts_on, years)):
        raise InvalidInput(f"endsOn can be at most {years} years after startsOn: {latest}.", path=[*path, "endsOn"])


def years_after(day: date, years: int) -> date:
    """The same day so many years later; the 28th for a 29th of February that is not there."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def check_opening(
    *, opens_at: datetime | None, closes_at: datetime, soft_close_seconds: int, rights: Rights, now: datetime
) -> datetime:
    """When a listing opens: `opens_at`, or at once."""
    opens = _moment(opens_at, path=["opensAt"]) if opens_at is not None else now
    closes = _moment(closes_at, path=["closesAt"])
    if opens < now:
        raise InvalidInput("opensAt is past. Leave it out to open at once.", path=["opensAt"])
    if closes <= opens:
        raise InvalidInput("closesAt must be later than the opening.", path=["closesAt"])
    if closes > now + LONGEST_BIDDING:
        raise InvalidInput(f"A listing closes at most {LONGEST_BIDDING.days} days from now.", path=["closesAt"])
    if closes.date() > rights.ends_on:
        raise InvalidInput("The rights would be over before the listing closes.", path=["closesAt"])
    if not 0 <= soft_close_seconds <= LONGEST_SOFT_CLOSE_SECONDS:
        raise InvalidInput(
            f"softCloseSeconds is from 0 to {LONGEST_SOFT_CLOSE_SECONDS}; it was {soft_close_seconds}.",
            path=["softCloseSeconds"],
        )
    return opens


def check_expiry(expires_at: datetime | None, now: datetime) -> datetime:
    """Until when an offer stands: a week, unless the brand says otherwise."""
    if expires_at is None:
        return now + OFFER_STANDS
    until = _moment(expires_at, path=["expiresAt"])
    if not now < until <= now + LONGEST_OFFER:
        raise InvalidInput(f"expiresAt must lie in the next {LONGEST_OFFER.days} days.", path=["expiresAt"])
    return until


def _moment(moment: datetime, *, path: Path) -> datetime:
    if moment.tzinfo is None:
        raise InvalidInput(f"{path[-1]} needs a time zone, such as 2030-06-01T12:00:00Z.", path=path)
    return moment.astimezone(UTC)


def check_key_expiry(expires_at: datetime | None, now: datetime) -> datetime | None:
    """When a key ends by itself."""
    if expires_at is not None and not now + timedelta(minutes=1) <= expires_at <= now + timedelta(days=5 * 366):
        raise InvalidInput(
            "A key ends at least a minute and at most five years from now, or never.", path=["expiresAt"]
        )
    return expires_at
