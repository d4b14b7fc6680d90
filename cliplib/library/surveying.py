"""The room of surveys: what the library has much of, what it lacks, what is worn out and what may soon not be used."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from cliplib.library.clips import ClipRoom
from cliplib.library.lineage import LIVE
from cliplib.records import ClipRecord, Footage

USABLE = f"{LIVE} AND clips.status <> 'rejected'"

BATCH = 1_000

EMPTY: dict[str, Callable[[ClipRecord], bool]] = {
    "description": lambda record: not record.description,
    "products": lambda record: not record.products,
    "spoken words, though there is speech": lambda record: not record.spoken and record.facts.speech > 0.3,
    "shot size": lambda record: record.shot_size is None,
    "camera movement": lambda record: record.camera is None,
    "text on screen": lambda record: record.facts.has_price is None,
}
"""What a record may lack, and when it does."""


@dataclass(frozen=True, slots=True)
class Cell:
    """How many usable clips there are of a product (empty: of none), content type and form."""

    product: str
    content_type: str
    form: str
    clips: int


@dataclass(frozen=True, slots=True)
class Wear:
    """How often a clip was used in films, and when last."""

    clip: str
    uses: int
    last: str


@dataclass(frozen=True, slots=True)
class Expiry:
    """Footage whose rights end, how many usable clips hang on it, and in how many days; negative: so long ago."""

    footage: str
    path: str
    expires: date
    days: int
    clips: int


@dataclass(frozen=True, slots=True)
class Fields:
    """How many clips lack what, and which engine said what is there: field to engine to clips."""

    clips: int
    missing: dict[str, int]
    made_by: dict[str, dict[str, int]]


class SurveyRoom(ClipRoom):
    """Figures over all clips that are live and not rejected."""

    def coverage(self) -> list[Cell]:
        """Clips by product, content type and form; a clip with several of one counts for each."""
        sql = f"""SELECT coalesce(p.value, '') AS product, t.value AS type, f.value AS form, count(*) AS n FROM clips
            JOIN clip_labels t ON t.clip = number AND t.field = 'content_types'
            JOIN clip_labels f ON f.clip = number AND f.field = 'forms'
            LEFT JOIN clip_labels p ON p.clip = number AND p.field = 'products'
            WHERE {USABLE} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""
        return [Cell(row["product"], row["type"], row["form"], row["n"]) for row in self._database.rows(sql)]

    def paired(self, field: Literal["products", "forms"]) -> dict[tuple[str, str], int]:
        """Clips by (value of that field, content type); the value is empty for clips that have none."""
        sql = f"""SELECT coalesce(l.value, '') AS value, t.value AS type, count(*) AS n FROM clips
            JOIN clip_labels t ON t.clip = number AND t.field = 'content_types'
            LEFT JOIN clip_labels l ON l.clip = number AND l.field = ?
            WHERE {USABLE} GROUP BY 1, 2"""
        return {(row["value"], row["type"]): row["n"] for row in self._database.rows(sql, (field,))}

    def wear(self) -> list[Wear]:
        """Every usable clip by its uses, the most used first, then by id; those of clips it was made of count too."""
        sql = f"""SELECT clips.id, count(DISTINCT usage.rowid) AS uses,
                coalesce(max(json_extract(usage.record, '$.at')), '') AS last
            FROM clips LEFT JOIN heirs ON heirs.new = clips.id
            LEFT JOIN usage ON usage.clip = clips.id OR usage.clip = heirs.old
            WHERE {USABLE} GROUP BY clips.id ORDER BY uses DESC, clips.id"""
        return [Wear(row["id"], row["uses"], row["last"][:10]) for row in self._database.rows(sql)]

    def expiries(self, today: date) -> list[Expiry]:
        """Footage whose rights end some day, the earliest first."""
        sql = f"SELECT footage, count(*) AS n FROM clips WHERE {USABLE} GROUP BY footage"
        clips = {row["footage"]: row["n"] for row in self._database.rows(sql)}
        found = []
        for row in self._database.rows("SELECT record FROM footage"):
            footage = Footage.from_json(row["record"])
            if footage.rights.expires:
                day = date.fromisoformat(footage.rights.expires)
                found.append(Expiry(footage.id, footage.path, day, (day - today).days, clips.get(footage.id, 0)))
        return sorted(found, key=lambda one: (one.expires, one.footage))

    def fields(self) -> Fields:
        """What records lack, and who made what they have."""
        ids = [row["id"] for row in self._database.rows(f"SELECT id FROM clips WHERE {USABLE} ORDER BY number")]
        missing: Counter[str] = Counter()
        made_by: dict[str, Counter[str]] = {}
        for start in range(0, len(ids), BATCH):
            for record in self.records(ids[start : start + BATCH]):
                missing.update(name for name, lacks in EMPTY.items() if lacks(record.effective()))
                for field, source in record.provenance.items():
                    made_by.setdefault(field, Counter())[source.model or source.engine] += 1
                for field in record.review.corrections:
                    made_by.setdefault(field, Counter())["a person"] += 1
        return Fields(
            len(ids),
            {name: missing[name] for name in EMPTY},
            {field: dict(made_by[field].most_common()) for field in sorted(made_by)},
        )
