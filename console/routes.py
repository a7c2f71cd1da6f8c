"""Every route of the API: what it takes and gives, who may use it. The checks and the OpenAPI file read this table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from console.models import Error, commands, conversation, inbox, people
from console.models.people import Role

PREFIX = "/api/console"

ADMIN: frozenset[Role] = frozenset({"admin"})
LEADING: frozenset[Role] = ADMIN | {"manager"}
ANSWERING: frozenset[Role] = LEADING | {"operator"}
READING: frozenset[Role] = ANSWERING | {"marketer", "viewer"}
"""Everybody who has an account."""

Kind = Literal["json", "empty", "stream", "file"]


@dataclass(frozen=True, slots=True)
class Route:
    """name: the operation's id, and its handler's key. roles: None for everybody, also without an account.

    command: the answer may be 409 with what is true now. upload: the body is a file. kind: of the answer.
    """

    method: str
    path: str
    name: str
    summary: str
    roles: frozenset[Role] | None
    query: Any = None
    body: Any = None
    answer: Any = None
    kind: Kind = "json"
    command: bool = False
    upload: bool = False
    refusals: tuple[int, ...] = ()

    @property
    def area(self) -> str:
        """The first word of the path: what the reference page groups by."""
        return self.path.split("/")[1]

    @property
    def errors(self) -> tuple[int, ...]:
        """Statuses that it may refuse with, each with an Error (409 of a command: a Conflict)."""
        found = {400, 503, *self.refusals}
        if self.roles is not None:
            found |= {401, 403}
        if self.method != "GET":
            found |= {403, 413, 415}
        if "{" in self.path:
            found.add(404)
        if self.command:
            found.add(409)
        return tuple(sorted(found))


def _get(
    path: str, name: str, summary: str, answer: Any, roles: frozenset[Role] | None = READING, **more: Any
) -> Route:
    return Route("GET", path, name, summary, roles, answer=answer, **more)


def _post(
    path: str, name: str, summary: str, body: Any, answer: Any, roles: frozenset[Role] | None = READING, **more: Any
) -> Route:
    return Route("POST", path, name, summary, roles, body=body, answer=answer, **more)


def _do(name: str, summary: str, body: Any, path: str = "") -> Route:
    whole = f"/conversations/{{contact}}/{path or name}"
    return Route("POST", whole, name, summary, ANSWERING, body=body, answer=commands.Done, command=True)


TALK = "/conversations/{contact}"

ROUTES: tuple[Route, ...] = (
    # The way in.
    _get("/setup", "setup_state", "Is there an account yet?", people.SetupState, None),
    _post("/setup", "set_up", "Make the first account", people.Setup, people.Me, None, refusals=(401, 429)),
    _post("/login", "log_in", "Log in", people.Credentials, people.Me, None, refusals=(401, 429)),
    _post(
        "/password", "redeem", "Set a password by a link", people.NewPassword, people.Me, None, refusals=(401, 429)
    ),
    Route("POST", "/logout", "log_out", "Log out", READING, kind="empty"),
    # Oneself.
    _get("/me", "me", "Who am I?", people.Me),
    Route("PATCH", "/me", "change_me", "Change one's details", READING, body=people.MyChanges, answer=people.Me),
    _post("/me/password", "change_password", "Change a password", people.PasswordChange, people.Me, refusals=(429,)),
    _post("/me/sessions/end", "end_sessions", "End one's other sessions", None, None, kind="empty"),
    _post("/me/totp", "totp_begin", "Get a secret for an authenticator", None, people.TotpSecret, refusals=(409,)),
    _post("/me/totp/confirm", "totp_confirm", "Turn codes on", people.TotpCode, people.Me, refusals=(409, 429)),
    _post("/me/totp/off", "totp_off", "Turn codes off", people.TotpOff, people.Me, refusals=(429,)),
    # Accounts.
    _get("/users", "users", "List the accounts", people.Users, LEADING),
    _post("/users", "add_user", "Make an account", people.NewUser, people.Invitation, ADMIN, refusals=(409,)),
    Route(
        "PATCH", "/users/{user}", "change_user", "Change an account", ADMIN,
        body=people.UserChanges, answer=people.User, refusals=(409,),
    ),
    _post("/users/{user}/reset", "reset_user", "Give an account a new one-time link", None, people.Invitation, ADMIN),
    _get("/colleagues", "colleagues", "Who answers here", people.Colleagues),
    _get("/audit", "audit", "What was done, latest first", people.AuditPage, ADMIN, query=people.AuditQuery),
    # Lists.
    _get("/inbox", "inbox", "List conversations", inbox.Page, query=inbox.InboxQuery),
    _get("/inbox/counts", "counts", "Count the conversations of each view", inbox.Counts),
    _get("/search", "search", "Find people and messages", inbox.Found, query=inbox.SearchQuery),
    _get("/content", "content", "What the pickers offer", conversation.Content),
    _get("/canned", "canned", "List the texts that are sent often", conversation.CannedTexts),
    _post("/canned", "add_canned", "Add such a text", conversation.WriteCanned, conversation.CannedText, LEADING),
    _post(
        "/canned/{text}", "change_canned", "Change one", conversation.WriteCanned, conversation.CannedText, LEADING
    ),
    _post(
        "/canned-preview", "preview_canned", "See how one would read",
        conversation.PreviewCanned, conversation.CannedPreview, LEADING,
    ),
    Route("DELETE", "/canned/{text}", "end_canned", "Remove such a text", LEADING, kind="empty"),
    _get("/events", "events", "The stream of changes", conversation.Change, kind="stream"),
    # One conversation.
    _get(TALK, "conversation", "What is true now", conversation.Conversation),
    _get(f"{TALK}/thread", "thread", "What was said and done", conversation.Thread, query=conversation.ThreadQuery),
    _get(f"{TALK}/card", "card", "The contact", conversation.Card),
    _get(f"{TALK}/answers", "answers", "What could be answered", conversation.Answers),
    _get(f"{TALK}/files/{{message}}/{{place}}", "file", "A file of a message", None, kind="file"),
    _post(f"{TALK}/seen", "seen", "Mark as read", commands.Seen, None, kind="empty"),
    # Commands.
    _do("take", "Take the conversation", commands.Take),
    _do("release", "Give it back to the bot", commands.Release),
    _do("close", "End it", commands.Close),
    _do("say", "Write to the customer", commands.Say),
    _do("note", "Write a note", commands.WriteNote, "notes"),
    _do("assign", "Give it to a colleague", commands.Assign),
    _do("snooze", "Put it off", commands.Snooze),
    _do("send_step", "Say what a step of a tunnel says", commands.SendStep, "step"),
    _do("set_variable", "Change a variable", commands.SetVariable, "variables"),
    _do("set_detail", "Correct the name, phone or e-mail", commands.SetDetail, "details"),
    _do("change_tags", "Change tags", commands.ChangeTags, "tags"),
    _do("move_stage", "Move the lead to a stage", commands.MoveStage, "stage"),
    _do("add_task", "Add a task", commands.AddTask, "tasks"),
    _do("end_task", "A task is done", commands.EndTask, "tasks/{task}/done"),
    _post("/uploads", "upload", "Upload a file to be said", None, conversation.Uploaded, ANSWERING,
          query=conversation.UploadQuery, upload=True),
)  # fmt: skip

BY_NAME = {route.name: route for route in ROUTES}


def may(role: Role) -> list[str]:
    """Names of the operations that a role may use."""
    return [route.name for route in ROUTES if route.roles is not None and role in route.roles]


REFUSAL = Error
CONFLICT = commands.Conflict
