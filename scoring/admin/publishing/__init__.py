"""Publishing, planning, rolling back and pausing in the admin. The doing is that of `scoring.publish` and its like."""

from scoring.admin.publishing.status import live_status
from scoring.admin.publishing.urls import publishing_urls

__all__ = ["live_status", "publishing_urls"]
