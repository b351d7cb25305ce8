"""The embedded PostgreSQL server: Django's backend for it, and the parts of its launcher (`crm.database`)."""
