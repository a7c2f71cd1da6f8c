"""What axe says of a page."""

from __future__ import annotations

from playwright.async_api import Page

from console.build import WEB

AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
_RUN = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"


async def findings(page: Page) -> list[str]:
    """What axe calls serious or critical."""
    return [
        f"{one['impact']} {one['id']}: {node['html'][:200]} {[check['message'] for check in node['any']]}"
        for one in await page.evaluate(_RUN)
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
