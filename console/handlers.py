"""Every operation and what handles it: the console's table of contents."""

from __future__ import annotations

from collections.abc import Mapping

from console import answers, canned, card, lists, stream, talk, thread, uploads, way_in
from console.call import Handler
from console.doing import COMMANDS

HANDLERS: Mapping[str, Handler] = {
    "setup_state": way_in.setup_state,
    "set_up": way_in.set_up,
    "log_in": way_in.log_in,
    "redeem": way_in.redeem,
    "log_out": way_in.log_out,
    "me": way_in.me,
    "change_me": way_in.change_me,
    "change_password": way_in.change_password,
    "end_sessions": way_in.end_sessions,
    "totp_begin": way_in.totp_begin,
    "totp_confirm": way_in.totp_confirm,
    "totp_off": way_in.totp_off,
    "users": way_in.users,
    "add_user": way_in.add_user,
    "change_user": way_in.change_user,
    "reset_user": way_in.reset_user,
    "colleagues": way_in.list_colleagues,
    "audit": way_in.list_audit,
    "inbox": lists.inbox_page,
    "counts": lists.counts,
    "search": lists.search,
    "content": talk.content,
    "canned": canned.list_canned,
    "add_canned": canned.add_canned,
    "change_canned": canned.change_canned,
    "preview_canned": canned.preview_canned,
    "end_canned": canned.end_canned,
    "events": stream.events,
    "conversation": talk.conversation,
    "thread": thread.thread,
    "card": card.card,
    "answers": answers.answers,
    "file": uploads.file,
    "seen": talk.seen,
    "upload": uploads.upload,
    **COMMANDS,
}
"""By the route's name; a test holds it to `routes.ROUTES`."""
