"""Handing out promo codes: each contact's own, the same one again while it is valid."""

from __future__ import annotations

from tunnel.engine.work import Work

MAX_PROMOS = 20


def hand_out(work: Work, name: str, visit: int) -> None:
    """Give a code of a promo, for this visit: `promo` in texts from now on. Where none is left, operators are told,
    once for each contact, and `promo` is unset.
    """
    session = work.session
    if name not in work.definition.promos:
        work.fault(f"there is no promo {name}")
        return
    code, until = session.promos.get(name, ("", 0.0))
    if code and until > work.now:
        _keep(work, name, code, until)
        return
    grant = work.grant(name, visit)
    if not grant.code and (code or name not in session.promos):
        work.desk("notify", work.phrase("desk_no_promo", promo=name))
    _keep(work, name, grant.code, grant.until)
    work.record("promo", promo=name, code=grant.code, until=grant.until)


def _keep(work: Work, name: str, code: str, until: float) -> None:
    """Remember a promo as the one handed out last."""
    session = work.session
    kept = {each: given for each, given in session.promos.items() if each != name}
    for each in list(kept)[: max(0, len(kept) - MAX_PROMOS + 1)]:
        del kept[each]
    session.promos = {**kept, name: (code, until)}
