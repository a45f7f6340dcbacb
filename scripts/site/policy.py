"""The content security policy of a page: what its browser may load and run, as the first element of its head.

Scripts come from the site, or stand in the page and have one of the hashes here. The rest is less strict for
three reasons. The theme, formulas and figures set styles in attributes, which no hash can allow. Icons in
stylesheets are addresses that begin with ``data:``. And the search starts its worker from a blob
(``docs/assets/search.js``). The worker that runs Python comes from an address of the site, so the policy of a
page does not bind it, and it may load its files from jsDelivr.
"""

import base64
import hashlib
import re

POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'wasm-unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'none'",
}
INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
FIRST = '<meta charset="utf-8">'


def add_policy(page: str) -> str:
    """Return the HTML of a page with its policy."""
    hashes = [hashlib.sha256(script.encode()).digest() for script in INLINE.findall(page)]
    allowed = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in hashes]
    policy = POLICY | {"script-src": " ".join([POLICY["script-src"], *allowed])}
    text = "; ".join(f"{name} {sources}" for name, sources in policy.items())
    return page.replace(FIRST, f'{FIRST}\n<meta http-equiv="Content-Security-Policy" content="{text}">', 1)
