"""What changed of models, segments, lists and routing, told as a story from the events of the audit trail.

`tables` says which events there are and who reads them, `moments` finds those that a page is about, `past` knows what
rows were before, the modules called `…_told` make sentences, and `story` puts them together. Nothing here writes.
"""
