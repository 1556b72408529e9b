"""The kernel for the browser: as `make kernel` built it; the long tests build it where it is missing."""

import tempfile
from pathlib import Path

import pytest
from filelock import FileLock

from copark.browser.module_build import NoLinker, build
from copark.browser.module_files import FOLDER, MODULE_FILE, is_current
from copark.model.jit import ENABLED


@pytest.fixture(scope="session")
def kernel_module(tmp_path_factory):
    """Path of the module."""
    if not ENABLED:
        pytest.skip("compilation is off")
    if is_current():
        return FOLDER / MODULE_FILE
    pytest.skip("the kernel for the browser is not built (make kernel)")


@pytest.fixture(scope="session")
def built_module():
    """Path of the module, made now if it is not there."""
    if not ENABLED:
        pytest.skip("compilation is off")
    with FileLock(Path(tempfile.gettempdir()) / "copark-kernel-of-the-tests.lock"):
        try:
            return build()
        except NoLinker as problem:
            pytest.skip(str(problem))
