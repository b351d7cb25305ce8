"""Addresses of every page a rep looks at."""

from django.urls import path
from django.views.generic import RedirectView

from leads.views import (
    companies,
    contacts,
    inbox,
    live,
    notification_settings,
    notifications,
    tasks,
    verdicts,
)

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="inbox")),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/live/", live.live_elsewhere, name="live"),
    path("inbox/<int:pk>/", inbox.mql, name="mql"),
    path("inbox/<int:pk>/changed/", live.mql_change, name="mql-change"),
    path("inbox/<int:pk>/accept/", verdicts.accept_mql, name="mql-accept"),
    path("inbox/<int:pk>/claim/", verdicts.claim_mql, name="mql-claim"),
    path("inbox/<int:pk>/qualify/", verdicts.qualify_mql, name="mql-qualify"),
    path("inbox/<int:pk>/recycle/", verdicts.recycle_mql, name="mql-recycle"),
    path("inbox/<int:pk>/disqualify/", verdicts.disqualify_mql, name="mql-disqualify"),
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/<int:pk>/", contacts.contact, name="contact"),
    path("contacts/<int:pk>/timeline/", contacts.contact_timeline, name="contact-timeline"),
    path("contacts/<int:pk>/notes/", contacts.note_contact, name="contact-note"),
    path("contacts/<int:pk>/tasks/", contacts.task_contact, name="contact-task"),
    path("companies/", companies.companies, name="companies"),
    path("companies/<int:pk>/", companies.company, name="company"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/<int:pk>/complete/", tasks.complete_task, name="task-complete"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.read_notifications, name="notifications-read"),
    path(
        "notifications/settings/", notification_settings.notification_settings, name="notification-settings"
    ),
    path("notifications/bell/", live.bell, name="bell"),
    path("notifications/settings/test/", notification_settings.test_webhook, name="webhook-test"),
]
