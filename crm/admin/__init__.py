"""The facts' pages in the admin: read by everyone who may enter it, corrected through `crm.record`."""

from crm.admin import activities, companies, contacts, jobs, keys, users

__all__ = ["activities", "companies", "contacts", "jobs", "keys", "users"]
