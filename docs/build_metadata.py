"""Write ``codemeta.json``, what archives read of copark, of ``pyproject.toml`` and ``CITATION.cff``.

``python docs/build_metadata.py``; a test holds that the file is what this makes, so that nothing is said twice.
"""  # noqa: INP001 - a script beside the documents

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "codemeta.json"
ORGANISATION = "Organization"


def codemeta() -> dict[str, Any]:
    """Return the description, in the words of CodeMeta 3.0."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    needed = [re.split(r"[\[<>=!~; ]", one, maxsplit=1)[0] for one in project["dependencies"]]
    described = {
        "@context": "https://w3id.org/codemeta/3.0",
        "@type": "SoftwareSourceCode",
        "name": project["name"],
        "alternateName": cited["title"],
        "description": cited["abstract"].strip(),
        "version": str(cited["version"]),
        "datePublished": str(cited["date-released"]),
        "license": f"https://spdx.org/licenses/{cited['license']}",
        "keywords": cited["keywords"],
        "author": [_author(one) for one in cited["authors"]],
        "programmingLanguage": {"@type": "ComputerLanguage", "name": "Python"},
        "runtimePlatform": f"Python {project['requires-python']}",
        "operatingSystem": ["Linux", "macOS", "Windows"],
        "softwareRequirements": sorted(needed),
        "developmentStatus": "active",
        "isAccessibleForFree": True,
        "referencePublication": [_publication(one) for one in cited["references"]],
    }
    addresses = {"codeRepository": cited.get("repository-code"), "url": cited.get("url")}
    return described | {name: address for name, address in addresses.items() if address}


def _author(one: dict[str, str]) -> dict[str, str]:
    """Return a person or an organisation."""
    if "name" in one:
        return {"@type": ORGANISATION, "name": one["name"]}
    person = {"@type": "Person", "givenName": one["given-names"], "familyName": one["family-names"]}
    return {"@id": one["orcid"], **person} if "orcid" in one else person


def _publication(one: dict[str, Any]) -> dict[str, Any]:
    """Return the article whose theory is made into a model."""
    return {
        "@type": "ScholarlyArticle",
        "@id": f"https://doi.org/{one['doi']}",
        "name": one["title"],
        "author": [_author(author) for author in one["authors"]],
        "isPartOf": {"@type": "Periodical", "name": one["journal"]},
        "datePublished": str(one["year"]),
    }


def written() -> str:
    """Return the content of the file."""
    return json.dumps(codemeta(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8", newline="\n")
