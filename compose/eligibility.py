"""Whether a clip may be used at all, whatever it shows: rights, contracts, a person's word, and uses so far."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from cliplib.config import Settings
from cliplib.ledger import Usage
from cliplib.plans import Script
from cliplib.records import ClipRecord, Footage


def footage_barred(footage: Footage, script: Script, today: date) -> str:
    """Why no clip of this footage may be used for a script on a day; empty where all may."""
    rights = footage.rights
    if rights.expires and date.fromisoformat(rights.expires) < today:
        return "rights expired"
    if script.channel and rights.channels and script.channel not in rights.channels:
        return "channel not allowed"
    if not Path(footage.path).is_file():
        return "source missing"
    return ""


def clip_barred(record: ClipRecord, footage: Footage, product: str) -> str:
    """Why an effective record may not be used in a film on a product (empty for any); empty where it may.

    A person who is named on screen must be among those with a contract, where the footage lists any.
    """
    if record.review.status == "rejected":
        return "rejected in review"
    if product and product not in {link.product for link in record.products}:
        return "other product"
    talent = footage.rights.talent
    if talent and any(person.name and person.name not in talent for person in record.people):
        return "no contract"
    return ""


def spent(uses: Sequence[Usage], settings: Settings, today: date) -> str:
    """Why a clip with these uses in other films must wait; empty where it need not."""
    films = {use.job for use in uses}
    if settings.most_uses is not None and len(films) >= settings.most_uses:
        return "used up"
    if settings.rest_days and any((today - use.at.date()).days < settings.rest_days for use in uses):
        return "resting"
    return ""
