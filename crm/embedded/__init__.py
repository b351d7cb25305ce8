"""The Django database backend of the embedded PostgreSQL server, and the parts of its launcher (`crm.database`)."""
