"""A workspace: cases, studies and runs of a group in one archive, with checksums and a description.

``layout`` says what lies where; ``crate`` describes it as an RO-Crate and writes the archive;
``reading`` takes one apart and sees whether it is what it says.
"""

from copark.store.workspace.crate import pack_workspace
from copark.store.workspace.layout import Contents, RunEntry
from copark.store.workspace.reading import WorkspaceFindings, WorkspaceRefused, open_workspace, verify_workspace

__all__ = [
    "Contents",
    "RunEntry",
    "WorkspaceFindings",
    "WorkspaceRefused",
    "open_workspace",
    "pack_workspace",
    "verify_workspace",
]
