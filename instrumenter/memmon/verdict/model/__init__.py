"""The frozen types of the report: what a log tells, what was found outside it, what is concluded.

Sizes are megabytes of 2**20 bytes; lines count from 1 in the original file; paths are absolute.
"""

from memmon.verdict.model.census import Census, Collector, GrownContainer, Root, RootKind, Step
from memmon.verdict.model.curve import Curve, Levels
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
    Highest,
    KillsSeen,
    LimitReached,
    Proof,
    Raised,
    Record,
    Stack,
)
from memmon.verdict.model.excerpt import ExcerptLine
from memmon.verdict.model.external import (
    Counter,
    ExternalEvidence,
    KernelLine,
)
from memmon.verdict.model.folded import FoldedChildren
from memmon.verdict.model.process import (
    OpenBracket,
    ProcessHistory,
    SiteTotals,
)
from memmon.verdict.model.site import (
    Figures,
    Site,
    StoodDown,
)
from memmon.verdict.model.supervised import ProcessMemory, SeenDeath, SeenProcess, Supervised
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
    "Curve",
    "Ended",
    "Event",
    "ExcerptLine",
    "ExternalEvidence",
    "Figures",
    "FinalTotals",
    "FoldedChildren",
    "Frame",
    "Grew",
    "GrownContainer",
    "GrowthWindow",
    "Header",
    "Highest",
    "Holder",
    "Hotspot",
    "KernelLine",
    "KillsSeen",
    "Levels",
    "LimitReached",
    "NearLimit",
    "OpenBracket",
    "OtherProcess",
    "Outcome",
    "Process",
    "ProcessHistory",
    "ProcessMemory",
    "Proof",
    "Raised",
    "Record",
    "Role",
    "Root",
    "RootKind",
    "Rss",
    "SeenDeath",
    "SeenProcess",
    "ShownBy",
    "Site",
    "SiteTotals",
    "Stack",
    "Status",
    "Step",
    "StoodDown",
    "Supervised",
    "Surroundings",
    "TopEntry",
    "Verdict",
    "WhatGrew",
]
