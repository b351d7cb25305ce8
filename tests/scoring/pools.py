"""The small pools that random models, people and histories are drawn from, so that rules match often.

What a column cannot hold is not among its values (blanks around a text, capitals in an e-mail); what a
property can hold is. NUL, lone surrogates and letters whose lower case depends on the library (İ, final Σ)
are left out.
"""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

DOMAIN_LISTS = {
    "rivals": ["rival.example", "ac.uk"],
    "partners": ["acme.example", "partner-a.example", "yopmail.com"],
    "nobody": [],
}
MOMENTS = (
    datetime(2026, 3, 1, 9, tzinfo=UTC),
    datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2024, 2, 29, tzinfo=UTC),
)
DAYS = (0.5, 1, 7, 30, 90)
"""Windows, half-lives, times to zero and steps share these: one activity is at the bound of several."""

TEXTS = (
    "", "VP Sales", "vp", "svp of IT", "évp", "VP_Sales", "(VP)", "CTO, EMEA", "Director", "Élan",
    "élan vital", "ÖL", "100%", "100 percent", "50_50", "50x50", "C:\\temp", "c:temp", "O'Neil",
    'the "boss"', "c++ dev", "c++17", ".*", "a.b", "axb", "🚀 vp", "vp\nsales", "$1", "400", "4e2", "true",
)  # fmt: skip
FRAGMENTS = (
    "vp", "VP", "cto", "é", "ÉLAN", "ö", "%", "_", "\\", "'", '"', "c++", ".*", "a.b", "50_50", "100%",
    "o'neil", "vp sales", "(", "[a-z]", "$1", "🚀", "true", "4",
)  # fmt: skip
NUMBERS_AS_TEXT = (
    "400", "400.0", " 400 ", "+4e2", "4E+02", ".5", "5.", "-7", "0", "1,000", "1_000", "4oo", "1e100",
    "1e999", "0x10", "NaN", "Infinity", "--5", ".", "e5", "\u00a07", "٣", "7\n", "9" * 40,
)  # fmt: skip
NUMBERS = (0, 1, -7, 5, 400, 400.5, 0.5)
SUBJECTS = (
    "", "/pricing", "/Pricing/plans", "/price", "/a_b", "/axb", "/50%25", "/50x25", "Spring “Sale” 100%",
    "400",
)  # fmt: skip
KINDS = ("page_view", "webinar_attended", "form_submitted", "page_viewed")
CAMPAIGNS = ("", "Spring", "spring_24", "springx24")
COUNTRIES = ("", "DE", "de", "FR", "Côte d'Ivoire")
E_MAIL_DOMAINS = (
    "acme.example", "eu.acme.example", "notacme.example", "rival.example", "gmail.com", "mail.yopmail.com",
    "cs.ox.ac.uk", "müller.example",
)  # fmt: skip
COMPANY_DOMAINS = ("", "acme.example", "rival.example", "notacme.example", "partner-a.example")
DOMAINS_TO_NAME = ("acme.example", "ACME.example", "rival.example", "ox.ac.uk", "example", "gmail.com")

TEXT_COLUMNS = ("first_name", "last_name", "job_title", "source", "utm_source", "utm_medium", "utm_campaign")
NUMBER_COLUMNS = ("phone", "utm_term", "utm_content")
"""Text columns that numbers are written in."""

SPELLED_NUMBERS = tuple(text.strip() for text in NUMBERS_AS_TEXT)
PROPERTY_KEYS = ("plan", "Team's %s size", 'deep.er "key"')
EMAIL_TYPES = ("business", "free", "academic", "disposable")


def mostly(usual: SearchStrategy[Any], otherwise: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """Three times in four `usual`. Not `one_of`, which would count the branches inside each."""
    return st.sampled_from((usual, usual, usual, otherwise)).flatmap(lambda strategy: strategy)
