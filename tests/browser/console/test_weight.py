"""What a browser has to fetch before the first screen is there."""

from __future__ import annotations

import re

from console.build import DIST

MOST_KIB = 300


def test_the_first_load_is_light(built: None) -> None:
    page = (DIST / "index.html").read_text()
    first = re.findall(r'(?:src|href)="/console/assets/([^"]+)"', page)
    assert any(name.endswith(".js") for name in first)
    assert any(name.endswith(".css") for name in first)
    weight = (DIST / "index.html").stat().st_size + sum(
        (DIST / "assets" / f"{name}.gz").stat().st_size for name in first
    )
    assert weight <= MOST_KIB * 1024
