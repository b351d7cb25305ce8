"""The past replayed with a version, as of each day, and held against what sales said.

**What a version would have opened.** It is thought to go live at the first moment of the period. At that moment, and at
the end of each day after it, every contact is scored by the one evaluator as things stood and were known then. Whoever
crosses, with nothing in the way, gets a would-be MQL; nobody has two at once. Those for whom an MQL really opened
during a day are asked about as of that very moment too, if at the day's end sales had spoken already or a few points
(a fifth of the threshold at most) were missing: a fresh visit has faded a little by midnight.

**Until when it is open.** Until sales says its word on the contact: a move to SQL or further, to nurture, or to
disqualified, by a verdict or by hand. The time between two such words is a *spell*: it has one would-be MQL at most
and, really, one MQL at most, and those two belong together. One without the other is gained or lost; both have a
difference in days.

**What the real MQLs do to it.** Nothing, until sales has spoken: while a real MQL is open, the stages that it brought
(MQL, SAL) count as the stage before it, so that a version may open its own later than really happened. What sales
said is a fact for every version: who was recycled waits for as long as that version wants and must engage anew; who
became SQL by another's doing is missed. Two real MQLs stand in the way: one that was open when the period began, which
is nobody's, until sales has spoken; and one that is still open though somebody moved the contact by hand, until it is
closed.

**What counts as known.** Activities and attributes recorded by the moment, never later ones. As they are today: domain
lists, which are part of the model, and the mark of activities that turned out to be a machine's.

`replay` opens, `sales` says what came of it, `measure` compares, `run` does it all for a trial.
"""
