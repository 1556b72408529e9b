"""A Zarr store of a stored run that compares every chunk with its checksum before it is decoded.

Whoever reads arrays reads them through it, so that a flipped bit never becomes another number: ``DamagedRun`` names
the run, the file and the repair. Imported where arrays are opened, since Zarr is heavy.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from zarr.storage import LocalStore

from copark.store.array_forms import ArrayForm, damage_in, forms_in
from copark.store.errors import DamagedRun, fault
from copark.store.manifest import UNREADABLE, listed_in

if TYPE_CHECKING:
    from zarr.abc.store import ByteRequest
    from zarr.core.buffer import Buffer, BufferPrototype


class CheckedStore(LocalStore):
    """The files of one Zarr group of a stored run, to be read."""

    def __init__(
        self,
        root: Path | str,
        *,
        read_only: bool = True,
        forms: Mapping[str, ArrayForm] | None = None,
        digests: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(Path(root), read_only=read_only)
        self._forms = forms_in(self.root) if forms is None else forms
        self._digests = _digests_of(self.root) if digests is None else digests

    def with_read_only(self, read_only: bool = False) -> Self:
        """Return the same store, as Zarr asks for it when it opens one."""
        return type(self)(self.root, read_only=read_only, forms=self._forms, digests=self._digests)

    async def get(
        self, key: str, prototype: BufferPrototype | None = None, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        """Read a file.

        Parameters
        ----------
        key
            Path of the file below the run's folder.
        prototype
            Kind of buffer that Zarr wants.
        byte_range
            Part of the file; ``None`` for all of it, as chunks are read: they are compared with their checksums whole.

        Returns
        -------
        The bytes; ``None`` where there is no such file.

        Raises
        ------
        DamagedRun
            If it is a chunk that is not as it was stored.
        """
        return self._checked(key, await super().get(key, prototype, byte_range))

    def get_sync(self, key: str, **how: Any) -> Buffer | None:
        """Read a file as :meth:`get` does; newer versions of Zarr ask so."""
        return self._checked(key, super().get_sync(key, **how))

    def _checked(self, key: str, content: Buffer | None) -> Buffer | None:
        name, _, place = key.partition("/")
        if content is None or not place.startswith("c/") or name not in self._forms:
            return content
        code = damage_in(content.to_bytes(), self._forms[name], self._digests.get(key, ""))
        if code:
            raise DamagedRun([fault(code, self.root.parent, f"{self.root.name}/{key}")])
        return content


def _digests_of(group: Path) -> dict[str, str]:
    """Read SHA-256 of the files of a group, as its run lists them; nothing where there is no list."""
    begin = f"{group.name}/"
    try:
        listed = listed_in(group.parent)
    except (OSError, *UNREADABLE):
        return {}
    return {name.removeprefix(begin): digest for name, (_, digest) in listed.items() if name.startswith(begin)}
