"""The table of rules: what the manual says of the ways between rings, and how a guest sees it.

The kernel in kernel_src/rules runs them all and prints what came of each; it knows nothing of what
is expected, so that one image is for every machine. builder/boot/rulebook judges what it printed.

None of them may end or hang an emulator: one at which an emulator raises an error of its own ("not
implemented") may stay, and is left out there.
"""

from builder.model.rules_flags import FLAG_RULES
from builder.model.rules_segments import SEGMENT_RULES
from builder.model.rules_sysenter import SYSENTER_RULES
from builder.model.rules_tasks import TASK_RULES

RULES = (*SYSENTER_RULES, *TASK_RULES, *FLAG_RULES, *SEGMENT_RULES)
