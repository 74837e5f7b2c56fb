"""The frozen types of the report: what a log tells, what was found outside it, what is concluded.

Sizes are megabytes of 2**20 bytes; lines count from 1 in the original file; paths are absolute.
"""

from memmon.verdict.model.census import Census, Collector, GrownContainer, Root, RootKind, Step
from memmon.verdict.model.events import (
    CLOSERS,
    OPENERS,
    AddedLines,
    Allocation,
    Ended,
    Event,
    FinalTotals,
    Frame,
    GrowthWindow,
    Header,
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
from memmon.verdict.model.surroundings import CgroupUse, OtherProcess, Surroundings
from memmon.verdict.model.verdict import (
    Cause,
    Confidence,
    Culprit,
    Grew,
    Holder,
    Hotspot,
    NearLimit,
    Outcome,
    Process,
    Role,
    Rss,
    ShownBy,
    Status,
    TopEntry,
    Verdict,
)
from memmon.verdict.model.what_grew import WhatGrew

__all__ = [
    "CLOSERS",
    "OPENERS",
    "AddedLines",
    "Allocation",
    "Cause",
    "Census",
    "CgroupUse",
    "Collector",
    "Confidence",
    "Counter",
    "Culprit",
    "Ended",
    "Event",
    "ExternalEvidence",
    "Figures",
    "FinalTotals",
    "Frame",
    "Grew",
    "GrownContainer",
    "GrowthWindow",
    "Header",
    "Holder",
    "Hotspot",
    "KernelLine",
    "LimitReached",
    "NearLimit",
    "OpenBracket",
    "OtherProcess",
    "Outcome",
    "Process",
    "ProcessHistory",
    "Proof",
    "Raised",
    "Record",
    "Role",
    "Root",
    "RootKind",
    "Rss",
    "ShownBy",
    "Site",
    "SiteTotals",
    "Stack",
    "Status",
    "Step",
    "Supervised",
    "Surroundings",
    "TopEntry",
    "Verdict",
    "WhatGrew",
]
