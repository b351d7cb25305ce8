"""What is live, since when and by whom; what is planned, held back or paused: the panel above the versions."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from scoring.admin.publishing.form import PaceForm
from scoring.models import Opening, Pause, Publication, ScoringVersion
from scoring.sweep import held_back, still_to_evaluate

MAY_PUBLISH = "scoring.publish_scoringversion"


@dataclass(frozen=True, slots=True)
class LiveStatus:
    live: ScoringVersion | None
    publication: Publication | None
    before: ScoringVersion | None
    pause: Pause | None
    planned: list[Publication]
    refused: list[Publication]
    waiting: int
    to_evaluate: int
    may_publish: bool
    pace_form: PaceForm

    @property
    def days_left(self) -> int | None:
        """In how many working days the last of those who wait has their turn; None where they wait for a sign."""
        pace = self.publication
        if pace is None or pace.opening != Opening.PACED or not pace.open_per_day:
            return None
        return -(-self.waiting // pace.open_per_day)


def live_status(request: HttpRequest) -> LiveStatus:
    """Some eight small queries."""
    publication = Publication.objects.select_related("version", "replaced", "asked_by").current()
    rows = Publication.objects.select_related("version", "asked_by").order_by("due_at", "pk")
    return LiveStatus(
        live=ScoringVersion.objects.select_related("published_by").live(),
        publication=publication,
        before=publication.replaced if publication else None,
        pause=Pause.objects.select_related("began_by").current(),
        planned=list(rows.filter(state=Publication.State.PLANNED)),
        # Of a draft alone: what was mended and published since is no news.
        refused=list(
            rows.filter(state=Publication.State.FAILED, version__status=ScoringVersion.Status.DRAFT)[:5]
        ),
        waiting=held_back(publication) if publication else 0,
        to_evaluate=still_to_evaluate() if publication and not publication.swept_at else 0,
        may_publish=request.user.has_perm(MAY_PUBLISH),
        pace_form=PaceForm(expected=0, asked=True, initial=_pace_of(publication)),
    )


def _pace_of(publication: Publication | None) -> dict[str, object]:
    if publication is None:
        return {}
    return {name: getattr(publication, name) for name in ("opening", "open_now", "open_per_day")}
