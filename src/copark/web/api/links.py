"""Links for browsers, which can send no header with a download or a page that opens in a tab of its own."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from copark.web.api.replies import CurrentClient, StrictRoute
from copark.web.content.responses import ApiModel
from copark.web.links import LIFETIME, PARAMETER

router = APIRouter(tags=["links"], route_class=StrictRoute)


class LinkRequest(BaseModel):
    """The path to be linked to."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    path: str = Field(pattern=r"^/api/v1/[^?#\s]*$", max_length=300)
    """Path of this API, without its query."""


class LinkAnswer(ApiModel):
    """A link."""

    address: str
    """The path with the parameter `link`; more parameters may be added."""
    seconds: int
    """For how long it is good."""


@router.post("/links", summary="A link that works without a header")
def link(client: CurrentClient, request: LinkRequest) -> LinkAnswer:
    """Return an address by which a GET of a path is answered as to this client, without `X-Copark-Owner`, for a minute.

    A link to what does not exist, or belongs to somebody else, can be made and leads nowhere.
    """
    signed = client.services.links.make(client.owner, request.path)
    return LinkAnswer(address=f"{request.path}?{PARAMETER}={signed}", seconds=LIFETIME)
