"""The web application for WSGI servers (`gunicorn crm.wsgi:application`)."""

import os

from django.core.wsgi import get_wsgi_application

from crm.demo_logins import refuse_demo_passwords

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
# A web process serves many short requests from threads: they share a pool of connections.
os.environ.setdefault("DATABASE_POOL", "on")

application = get_wsgi_application()
refuse_demo_passwords()
