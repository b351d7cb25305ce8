"""The facts. Submodules import in this order: user, company, contact, then activity, stage and apikey."""

from crm.models.activity import Activity, ActivityKind
from crm.models.apikey import ApiKey, Scope
from crm.models.company import Company, CompanyVersion
from crm.models.contact import Consent, Contact, ContactVersion, EmailType, Stage
from crm.models.stage import StageChange
from crm.models.user import User

__all__ = [
    "Activity",
    "ActivityKind",
    "ApiKey",
    "Company",
    "CompanyVersion",
    "Consent",
    "Contact",
    "ContactVersion",
    "EmailType",
    "Scope",
    "Stage",
    "StageChange",
    "User",
]
