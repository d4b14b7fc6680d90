"""Whether a clip may be used at all, whatever it shows: rights, contracts, a person's word, and uses so far."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from cliplib.config import Settings
from cliplib.ledger import Usage
from cliplib.plans import Script
from cliplib.records import ClipRecord, Footage, Rights


def rights_barred(rights: Rights, channel: str, today: date) -> str:
    """Why footage with these rights may not be used on a channel (empty for any) on a day; empty where it may."""
    if rights.expires and date.fromisoformat(rights.expires) < today:
        return "rights expired"
    if channel and rights.channels and channel not in rights.channels:
        return "channel not allowed"
    return ""


def footage_barred(footage: Footage, script: Script, today: date) -> str:
    """Why no clip of this footage may be used for a script on a day; empty where all may."""
    return rights_barred(footage.rights, script.channel, today) or (
        "" if Path(footage.path).is_file() else "source missing"
    )


def clip_barred(record: ClipRecord, footage: Footage, product: str) -> str:
    """Why an effective record may not be used in a film on a product (empty for any); empty where it may."""
    if record.review.status == "rejected":
        return "rejected in review"
    if product and product not in {link.product for link in record.products}:
        return "other product"
    return contract_missing(record, footage.rights)


def contract_missing(record: ClipRecord, rights: Rights) -> str:
    """Says so where somebody who is named on screen is not among those with a contract, if any are listed."""
    named = {person.name for person in record.people if person.name}
    return "no contract" if rights.talent and named - set(rights.talent) else ""


def spent(uses: Sequence[Usage], settings: Settings, today: date) -> str:
    """Why a clip with these uses in other films must wait; empty where it need not."""
    films = {use.job for use in uses}
    if settings.most_uses is not None and len(films) >= settings.most_uses:
        return "used up"
    if settings.rest_days and any((today - use.at.date()).days < settings.rest_days for use in uses):
        return "resting"
    return ""
