"""Have click speak the reader's language: to be imported before click, which takes gettext's functions as it is.

They are this process's own: no program of the user's runs in it. The process's locale is left as it is.
"""

from __future__ import annotations

import gettext

from memmon import translation

gettext.gettext = translation._
gettext.ngettext = translation.ngettext
