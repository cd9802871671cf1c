"""PyJWT without `cryptography`, of which it would load all that it finds: 12 MB and 40 ms in every process.

The shop signs its tokens with HS256 alone, which needs none of it.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import jwt
else:

    def _loaded() -> Any:
        if "jwt" in sys.modules:
            return sys.modules["jwt"]
        before = sys.modules.get("cryptography")
        # To Python this says that there is no such package, as long as it stands there.
        sys.modules["cryptography"] = None
        try:
            return import_module("jwt")
        finally:
            del sys.modules["cryptography"]
            if before is not None:
                sys.modules["cryptography"] = before

    jwt = _loaded()

__all__ = ["jwt"]
