"""What all problems share."""

import pytest


@pytest.fixture(scope="package", autouse=True)
def cache_of_its_own(tmp_path_factory):
    """Tests never read or fill the user's cache of machine code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EUTHYMIA_CACHE", str(tmp_path_factory.mktemp("machine-code")))
        yield
