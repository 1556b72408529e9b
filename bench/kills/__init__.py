"""Work that is killed at random moments and gone on with: `python -m bench.kills`.

``trial`` is one kill, ``sameness`` what must hold after it, ``undisturbed`` the work when nobody disturbs it. Who
or what is killed, one module each: ``clients``, ``workers``, ``servers``, ``databases``, ``disks``, ``calibrations``;
``kinds`` lists them.
"""
