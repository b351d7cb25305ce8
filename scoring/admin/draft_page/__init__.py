"""The one page on which a whole draft is edited: its settings, groups, rules and personas, each in its place.

A *part* of the page opens as a form in its place, is saved alone, and closes again. Every part has an address: asked
for by htmx it answers with the part, and otherwise leads to the page with that part open, so that all of it works
without a script. What may be done with a draft, and what is refused, is for `scoring.edit` and `scoring.order`.
"""
