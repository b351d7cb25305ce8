"""Addresses of every page a rep looks at."""

from django.urls import path
from django.views.generic import RedirectView

from leads.views import (
    calendar,
    calls,
    companies,
    contacts,
    inbox,
    live,
    mails,
    notification_settings,
    notifications,
    saved_views,
    tasks,
    verdicts,
)

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="inbox")),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/live/", live.live_elsewhere, name="live"),
    path("inbox/filters/", saved_views.filters, name="mql-filters"),
    path("inbox/views/save/", saved_views.save, name="view-save"),
    path("inbox/views/<int:pk>/delete/", saved_views.delete, name="view-delete"),
    path("inbox/<int:pk>/", inbox.mql, name="mql"),
    path("inbox/<int:pk>/changed/", live.mql_change, name="mql-change"),
    path("inbox/<int:pk>/accept/", verdicts.accept_mql, name="mql-accept"),
    path("inbox/<int:pk>/claim/", verdicts.claim_mql, name="mql-claim"),
    path("inbox/<int:pk>/qualify/", verdicts.qualify_mql, name="mql-qualify"),
    path("inbox/<int:pk>/recycle/", verdicts.recycle_mql, name="mql-recycle"),
    path("inbox/<int:pk>/disqualify/", verdicts.disqualify_mql, name="mql-disqualify"),
    path("inbox/<int:pk>/call/", calls.call_mql, name="mql-call"),
    path("inbox/<int:pk>/next/", calls.next_of_mql, name="mql-next"),
    path("inbox/<int:pk>/mail/", mails.mail_mql, name="mql-mail"),
    path("contacts/<int:pk>/call/", calls.call_contact, name="contact-call"),
    path("contacts/<int:pk>/next/", calls.next_of_contact, name="contact-next"),
    path("contacts/<int:pk>/mail/", mails.mail_contact, name="contact-mail"),
    path("mails/<int:pk>/stop/", mails.stop_mail, name="mail-stop"),
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/<int:pk>/", contacts.contact, name="contact"),
    path("contacts/<int:pk>/timeline/", contacts.contact_timeline, name="contact-timeline"),
    path("contacts/<int:pk>/notes/", contacts.note_contact, name="contact-note"),
    path("contacts/<int:pk>/tasks/", contacts.task_contact, name="contact-task"),
    path("companies/", companies.companies, name="companies"),
    path("companies/<int:pk>/", companies.company, name="company"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/<int:pk>/complete/", tasks.complete_task, name="task-complete"),
    path("tasks/<int:pk>/snooze/", tasks.snooze_task, name="task-snooze"),
    path("tasks/<int:pk>/reassign/", tasks.reassign_task, name="task-reassign"),
    path("tasks/calendar/", calendar.calendar_settings, name="calendar-settings"),
    path("tasks/calendar/new/", calendar.new_calendar, name="calendar-new"),
    path("tasks/calendar/end/", calendar.end_calendar, name="calendar-end"),
    path("calendar/<str:token>.ics", calendar.calendar_feed, name="calendar-feed"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.read_notifications, name="notifications-read"),
    path(
        "notifications/settings/", notification_settings.notification_settings, name="notification-settings"
    ),
    path("notifications/bell/", live.bell, name="bell"),
    path("notifications/settings/test/", notification_settings.test_webhook, name="webhook-test"),
]
