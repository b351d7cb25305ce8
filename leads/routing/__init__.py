"""Who should have an MQL. `decide` puts it together; `leads.route` writes what was decided.

`desk` knows who is there and whose turn it is, `claims` who has a bond with the contact, `rules` what admins say.
"""
