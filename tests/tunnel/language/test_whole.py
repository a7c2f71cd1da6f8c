"""A tunnel with everything that a shop needs at once: it loads, and nothing of it is left out."""

from __future__ import annotations

from pathlib import Path

from tunnel.language import load

WHOLE = Path(__file__).parent / "whole"


def test_it_loads_without_an_error() -> None:
    loaded = load(WHOLE)
    assert [str(one) for one in loaded.errors] == []
    assert {one.code for one in loaded.findings if one.severity == "warning"} == {
        "silence-missing", "window", "window-ladder"
    }  # fmt: skip


def test_nothing_is_left_out() -> None:
    found = load(WHOLE).definition
    assert found is not None
    siding = found.tunnels["siding"]
    assert found.settings.quiet is not None
    assert found.settings.frequency is not None
    assert siding.stages["offer"].late == "remind_offer"
    assert siding.stages["deal"].step == "contract"
    assert siding.steps["estimate"].split == {"price": 1.0, "payment": 1.0}
    assert [entry.event for entry in siding.enter] == ["", "", "form.submitted"]
    ladder = siding.events["cart.abandoned"].ladder
    assert [rung.promo for rung in ladder] == ["", "comeback", ""]
    assert ladder[0].choices[1].objection == "expensive"
    assert ladder[2].via == ("whatsapp", "telegram")
    assert siding.events["order.paid"].stage == "won"
    assert found.promos["comeback"].limit == 500
    assert found.events["cart.abandoned"].used >= {"items"}
