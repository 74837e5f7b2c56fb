"""Who wrote what; for the auditors."""

import collections

from sqlalchemy import event
from sqlalchemy.orm import Session

counts = collections.Counter()


@event.listens_for(Session, "after_flush")
def count(session, context):
    counts.update(type(thing).__name__ for thing in session.new)


@event.listens_for(Session, "after_flush")
def remember(session, context):
    trail = session.info.setdefault("audit", [])
    for thing in session.new:
        trail.append(("insert", type(thing).__name__, thing.values()))  # CULPRIT
