"""What each field is, in the words of marketing: shown beside its name where conditions are edited."""

from __future__ import annotations

from scoring.fields import ACTIVITY, COUNT, DAYS_AGO

_PERSON = {
    "email": "their e-mail address",
    "email_domain": "what stands behind the @",
    "email_type": "business, free, academic or disposable address",
    "first_name": "first name",
    "last_name": "last name",
    "job_title": "job title, as they wrote it",
    "phone": "phone number",
    "country": "the person’s country",
    "source": "where the contact came from",
    "utm_source": "first visit: source, as in google",
    "utm_medium": "first visit: medium, as in cpc",
    "utm_campaign": "first visit: campaign",
    "utm_term": "first visit: search term",
    "utm_content": "first visit: which ad or link",
    "sales_consent": "may sales contact them",
    "marketing_consent": "may marketing mail them",
    "stage": "lifecycle stage, from subscriber to customer",
    "company.name": "the company’s name",
    "company.domain": "the company’s web domain",
    "company.industry": "the company’s industry",
    "company.employees": "how many people work there",
    "company.revenue": "the company’s annual revenue",
    "company.country": "the company’s country",
}
_SCORE = {
    "score.total": "points in all, by the live model",
    "score.fit": "points for who they are",
    "score.engagement": "points for what they did",
    "score.grade": "grade, from A1 (best) to D4",
}
_ACTIVITY = {
    "kind": "what they did, as in page_view",
    "subject": "the page’s path, or the name of the form, mail or webinar",
    "campaign": "the campaign it belongs to",
    "automated": "whether a link scanner or bot did it",
}
_WORDS = {
    **_PERSON,
    **_SCORE,
    **_ACTIVITY,
    **{f"{ACTIVITY}{field}": words for field, words in _ACTIVITY.items()},
    DAYS_AGO: "how many days ago they did it",
    COUNT: "how many such activities they have",
}


def words_for(field: str) -> str:
    """A few words on `field`; for a property, whose it is."""
    if field in _WORDS:
        return _WORDS[field]
    owner = field.partition("properties.")[0]
    return {"company.": "property of the company", ACTIVITY: "property of what they did"}.get(
        owner, "property"
    )
