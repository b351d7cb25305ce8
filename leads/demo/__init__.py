"""A year in the life of a made-up company that sells software, for looking at Handoff with something in it.

`story` walks the year through the real write path, from facts to verdicts. What it tells comes from the other
modules: `staff` (who sells), `companies` and `people` (to whom), `history` (what those people did), `verdicts` (what
sales made of it). Everything is drawn from one seeded generator and counted back from the moment of the run, so that
the same moment always gives the same rows. All domains lie under `.example`.
"""
