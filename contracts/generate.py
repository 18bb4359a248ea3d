"""Every published file of the contracts, as bytes, the same on each run.

In: publish, golden, refused.
Out: artifacts.
Never here: writing. Whoever calls this writes the files, or compares them.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from contracts.catalogue import EVENT_TYPES
from contracts.golden import agencies, good
from contracts.publish import envelope_schema, file_name, index, schema_of
from contracts.refused import bad

SCHEMAS: Final = "contracts/schema"
VECTORS: Final = "contracts/vectors"


def artifacts() -> dict[str, bytes]:
    """Return the content of each generated file, by its path from the top of the repository."""
    files: dict[str, Any] = {
        f"{SCHEMAS}/index.json": index(),
        f"{SCHEMAS}/envelope.schema.json": envelope_schema(),
        f"{VECTORS}/agencies.json": list(agencies()),
    }
    for uri, kind in EVENT_TYPES.items():
        files[f"{SCHEMAS}/{file_name(uri)}.schema.json"] = schema_of(kind)
    for folder, vectors in (("good", good()), ("bad", bad())):
        for stem, vector in vectors.items():
            files[f"{VECTORS}/{folder}/{stem}.json"] = vector
    return {path: _written(content) for path, content in sorted(files.items())}


def _written(content: Mapping[str, Any] | list[Any]) -> bytes:
    # Lone surrogates cannot be here: tokens are ASCII, and payloads are what JSON can say.
    return json.dumps(content, indent=1, ensure_ascii=False).encode() + b"\n"
