"""The web application for ASGI servers (`uvicorn crm.asgi:application`)."""

import os

from django.core.asgi import get_asgi_application
from django.utils.module_loading import import_string

from crm.demo_logins import refuse_demo_passwords
from crm.threads import KeptThreads

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
# A web process serves many short requests from threads: they share a pool of connections.
os.environ.setdefault("DATABASE_POOL", "on")

pages = KeptThreads(get_asgi_application())
# Named in words: this room knows none of those above it, and these cannot be imported before Django is set up.
application = import_string("leads.live.Live")(pages)
refuse_demo_passwords()
