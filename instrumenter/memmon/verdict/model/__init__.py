"""The frozen types of the report: what a log tells, what was found outside it, what is concluded.

Sizes are megabytes of 2**20 bytes; lines count from 1 in the original file; paths are absolute.
"""

from memmon.verdict.model.events import (
    CLOSERS,
    OPENERS,
    AddedLines,
    Allocation,
    Container,
    Ended,
    Event,
    FinalTotals,
    Frame,
    GrowthWindow,
    Header,
    Heap,
    LimitReached,
    Proof,
    Raised,
    Record,
    Stack,
    Supervised,
)
from memmon.verdict.model.external import (
    Counter,
    ExternalEvidence,
    KernelLine,
)
from memmon.verdict.model.process import (
    OpenBracket,
    ProcessHistory,
    SiteTotals,
)
from memmon.verdict.model.site import (
    Figures,
    Site,
)
from memmon.verdict.model.verdict import (
    Cause,
    Confidence,
    Culprit,
    Hotspot,
    Outcome,
    Process,
    Rss,
    ShownBy,
    Status,
    TopEntry,
    Verdict,
)

__all__ = [
    "CLOSERS",
    "OPENERS",
    "AddedLines",
    "Allocation",
    "Cause",
    "Confidence",
    "Container",
    "Counter",
    "Culprit",
    "Ended",
    "Event",
    "ExternalEvidence",
    "Figures",
    "FinalTotals",
    "Frame",
    "GrowthWindow",
    "Header",
    "Heap",
    "Hotspot",
    "KernelLine",
    "LimitReached",
    "OpenBracket",
    "Outcome",
    "Process",
    "ProcessHistory",
    "Proof",
    "Raised",
    "Record",
    "Rss",
    "ShownBy",
    "Site",
    "SiteTotals",
    "Stack",
    "Status",
    "Supervised",
    "TopEntry",
    "Verdict",
]
