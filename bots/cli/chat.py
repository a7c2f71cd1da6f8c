"""`tunnel chat`: play a tunnel in the terminal, on a clock that can be moved."""

from __future__ import annotations

import contextlib
import json
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bots.bilingual import Language, Text
from bots.cli.findings import content_directory, content_option, definition_or_exit, load_content, speaks_of_content
from bots.cli.screen import WRONG_USE, say

if TYPE_CHECKING:
    from tunnel.engine.player import Player
    from tunnel.language.definition import Definition
    from tunnel.messages import Button, Message, RichText

CHANNELS = ("telegram", "vk", "whatsapp", "web")

_HELP = Text(
    """\
  1, 2, 3 …      take a choice by its number; or write anything
  /wait 2d       let time pass (30m, 1h, 2d, 1h30m)
  /phone NUMBER  send a contact card
  /photo [TEXT]  send a picture
  /event NAME …  something happens outside the chat: /event cart.abandoned items=Parka,Cap total=12000
  /click N       open the link of choice N
  /on CHANNEL    go on in another messenger: telegram, vk, whatsapp, web
  /operator …    be the operator: /operator Hello, /operator /take (or /return, /stage, /close)
  /start [LINK]  open the conversation anew
  /state         what the tunnel remembers
  /quit          leave (or Ctrl-D)""",
    """\
  1, 2, 3 …      выбрать вариант по номеру; или напишите что угодно
  /wait 2d       пусть пройдёт время (30m, 1h, 2d, 1h30m)
  /phone НОМЕР   отправить карточку контакта
  /photo [ТЕКСТ] отправить картинку
  /event ИМЯ …   событие извне: /event cart.abandoned items=Ветровка,Шапка total=12000
  /click N       открыть ссылку варианта N
  /on КАНАЛ      писать дальше из другого мессенджера: telegram, vk, whatsapp, web
  /operator …    быть оператором: /operator Здравствуйте, /operator /take (или /return, /stage, /close)
  /start [МЕТКА] открыть разговор заново
  /state         что помнит воронка
  /quit          выйти (или Ctrl-D)""",
)
_GREETING = Text(
    "{title} as in {channel}; the clock shows {now}. /help lists the commands.",
    "{title}, как в {channel}; на часах {now}. Команды — /help.",
)
_NO_TUNNEL = Text("There is no tunnel {name!r}. There are: {known}", "Воронки {name!r} нет. Есть: {known}")
_NO_COMMAND = Text("There is no command {command}; /help lists them.", "Команды {command} нет; все — в /help.")
_DURATION = Text("Write how long: /wait 2d, /wait 1h30m", "Напишите, сколько: /wait 2d, /wait 1h30m")
_NO_EVENT = Text("There is no event {name!r}. There are: {known}", "События {name!r} нет. Есть: {known}")
_BAD_FIELD = Text("{pair!r}: write name=value, {kind}", "{pair!r}: нужно имя=значение, {kind}")
_NO_LINK = Text("No choice with a link has this number.", "Варианта со ссылкой под этим номером нет.")
_NO_CHANNEL = Text("Channels: {known}", "Каналы: {known}")
_SILENT = Text("(the bot says nothing)", "(бот молчит)")
_CLOCK = Text("(the clock shows {now})", "(на часах {now})")
_DESK = Text("to the operators of {queue}", "операторам {queue}")
_STAGE = Text("stage: {after}", "стадия: {after}")
_PROMO = Text("promo code {code} ({promo})", "промокод {code} ({promo})")
_NO_PROMO = Text("no code of {promo} is left", "коды {promo} кончились")
_HELD = Text("held back: {what} ({why})", "задержано: {what} ({why})")
_MODE = Text("who answers: {after}", "отвечает: {after}")
_FACTS = {"stage": _STAGE, "mode": _MODE, "promo": _PROMO, "held": _HELD}
"""What is told of the facts that a turn records, filled with their data."""
_ELSEWHERE = Text("(in {channel})", "(в {channel})")
_FAULT = Text("the content failed at {where}: {message}", "содержание дало сбой в {where}: {message}")
_PHONE = Text("[{label}] — /phone NUMBER", "[{label}] — /phone НОМЕР")


@click.command(
    help=say(
        "Play a tunnel in the terminal (the content's default one, unless named). Numbers take choices; /wait 2d lets "
        "time pass; /help lists the rest.",
        "Проиграть воронку в терминале (если не названа — основную). Числа выбирают варианты; /wait 2d пропускает "
        "время; остальное — в /help.",
    )
)
@click.argument("name", required=False, metavar="[TUNNEL]")
@click.option(
    "--as",
    "channel",
    type=click.Choice(CHANNELS),
    default="telegram",
    show_default=True,
    help=say("The channel to play on.", "На каком канале играть."),
)
@content_option
@speaks_of_content
def chat(name: str | None, channel: str, directory: Path | None, lang: Language | None) -> None:
    """Read lines, print what the bot says."""
    directory = content_directory(directory, lang)
    definition = definition_or_exit(load_content(directory, lang), directory, lang)
    from tunnel.engine.player import Player, noon

    spoken: Language = lang or definition.settings.language
    name = name or definition.settings.default
    if name not in definition.tunnels:
        known = ", ".join(sorted(definition.tunnels))
        print(_NO_TUNNEL.filled(name=name, known=known)(spoken), file=sys.stderr)
        raise SystemExit(WRONG_USE)
    definition, link = with_link(definition, name)
    talk = Talk(Player(definition, channel, noon(definition)), spoken)
    title = definition.tunnels[name].title
    talk.note(_GREETING.filled(title=title, channel=channel, now=talk.clock))
    talk.show(talk.player.start(link))
    for line in typed_lines():
        if not talk.hear(line):
            break


def with_link(definition: Definition, name: str) -> tuple[Definition, str]:
    """A link that leads to the start of a tunnel, and the definition that knows it."""
    from tunnel.language.definition import Entry, Target

    start = Target(name, definition.tunnels[name].start)
    found = next((link for link, entry in definition.links.items() if entry.to == start), None)
    if found is not None:
        return definition, found
    link = f"chat-{name}"
    return replace(definition, links={**definition.links, link: Entry(start, link=link)}), link


class Talk:
    """A conversation in the terminal."""

    def __init__(self, player: Player, lang: Language, write: Callable[[str], None] = click.echo) -> None:
        self.player = player
        self._lang: Language = lang
        self._write = write
        self._choices: tuple[Button, ...] = ()
        """Those under the last thing said: what a number means."""
        self._told = 0
        self._commands: dict[str, Callable[[str], Sequence[Message] | None]] = {
            "/wait": self._wait,
            "/event": self._event,
            "/click": self._click,
            "/on": self._on,
            "/operator": self._operator,
            "/phone": lambda number: self.player.share_phone(number),
            "/photo": lambda caption: self.player.send_file("image", caption),
            "/start": lambda link: self.player.start(link),
            "/state": self._state,
            "/help": lambda _: self._write(_HELP(self._lang)),
        }

    @property
    def clock(self) -> str:
        """What the company's clock shows."""
        return self._at(self.player.now)

    def _at(self, moment: float) -> str:
        """Unix seconds on the company's clock."""
        return f"{datetime.fromtimestamp(moment, self.player.definition.settings.timezone):%Y-%m-%d %H:%M}"

    def hear(self, line: str) -> bool:
        """Handle one line; False to leave."""
        line = line.strip()
        if line in ("/quit", "/exit"):
            return False
        if not line:
            return True
        command, _, argument = line.partition(" ")
        if command in self._commands:
            said = self._commands[command](argument.strip())
        elif command.startswith("/"):
            self.note(_NO_COMMAND.filled(command=command))
            said = None
        else:
            said = self._customer(line)
        if said is not None:
            self.show(said)
        return True

    def show(self, messages: Sequence[Message]) -> None:
        """Print what was said, and what went on behind it."""
        self._tell_effects()
        if messages:
            self._choices = messages[-1].buttons
        else:
            self.note(_SILENT)
        for message in messages:
            self._print(message)

    def note(self, text: Text) -> None:
        """Print something that is no part of the conversation."""
        self._write(click.style(text(self._lang), dim=True))

    def _customer(self, line: str) -> Sequence[Message]:
        if line.isdecimal() and 1 <= int(line) <= len(self._choices):
            return self.player.choose(self._choices[int(line) - 1].label)
        return self.player.choose(line) if line in {button.label for button in self._choices} else self.player.say(line)

    def _wait(self, duration: str) -> Sequence[Message] | None:
        from tunnel.language import parse_duration

        try:
            seconds = parse_duration(duration)
        except ValueError:
            self.note(_DURATION)
            return None
        said = self.player.wait(seconds)
        self.note(_CLOCK.filled(now=self.clock))
        return said

    def _event(self, argument: str) -> Sequence[Message] | None:
        from tunnel.language.event_kinds import FieldValue, read_field

        name, *pairs = _words(argument) or [""]
        kind = self.player.definition.events.get(name)
        if kind is None:
            known = ", ".join(sorted(self.player.definition.events))
            self.note(_NO_EVENT.filled(name=name, known=known))
            return None
        data: dict[str, FieldValue] = {}
        for pair in pairs:
            field, equals, value = pair.partition("=")
            try:
                if not equals:
                    raise ValueError("no value")
                data[field] = read_field(kind, field, value)
            except ValueError:
                self.note(_BAD_FIELD.filled(pair=pair, kind=kind.fields.get(field, "")))
                return None
        return self.player.emit(name, **data)

    def _click(self, number: str) -> Sequence[Message] | None:
        from tunnel.engine.player import NoSuchButton

        shown = number.isdecimal() and 1 <= int(number) <= len(self._choices)
        label = self._choices[int(number) - 1].label if shown else number
        try:
            return self.player.click(label)
        except NoSuchButton:
            self.note(_NO_LINK)
            return None

    def _on(self, channel: str) -> None:
        if channel not in CHANNELS:
            self.note(_NO_CHANNEL.filled(known=", ".join(CHANNELS)))
            return
        self.player.channel = channel

    def _operator(self, words: str) -> Sequence[Message] | None:
        return self.player.operator(words) if words else None

    def _state(self, _: str) -> None:
        session = self.player.session
        state = {
            "tunnel": session.tunnel,
            "step": session.step,
            "mode": session.mode,
            "stage": self.player.stage,
            "variables": session.variables,
            "tags": session.tags,
            "promos": {name: code for name, (code, _) in session.promos.items()},
            "parked": {tunnel: place[0] for tunnel, place in session.parked.items()},
            "timers": {timer: self._at(at) for timer, at in sorted(self.player.timers.items(), key=lambda one: one[1])},
            "clock": self.clock,
        }
        self._write(json.dumps(state, ensure_ascii=False, indent=2))

    def _tell_effects(self) -> None:
        from tunnel.effects import Desk, Fault, Record, Send

        for effect in self.player.effects[self._told :]:
            if isinstance(effect, Desk):
                self.note(_DESK.filled(queue=effect.queue or "—") + f": {effect.text}")
            elif isinstance(effect, Fault):
                self.note(_FAULT.filled(where=effect.where, message=effect.message))
            elif isinstance(effect, Send) and effect.address.channel != self.player.channel:
                self.note(_ELSEWHERE.filled(channel=effect.address.channel))
            elif isinstance(effect, Record) and (text := _FACTS.get(effect.what)) is not None:
                self.note(
                    text.filled(**effect.data) if effect.data.get("code", "?") else _NO_PROMO.filled(**effect.data)
                )
        self._told = len(self.player.effects)

    def _print(self, message: Message) -> None:
        for media in message.media:
            self._write(f"📎 {media.path}")
        if message.text.plain:
            self._write(styled(message.text))
        for number, button in enumerate(message.buttons, 1):
            target = click.style(f" → {button.link}", dim=True) if button.link else ""
            self._write(click.style(f"  [{number}] {button.label}", fg="cyan") + target)
        if message.ask_phone:
            self._write(click.style("  " + _PHONE.filled(label=message.ask_phone)(self._lang), fg="cyan"))
        self._write("")


def styled(text: RichText) -> str:
    """A rich text for a terminal: bold and italic as such, a link's address after its words."""
    marks: dict[int, list[str]] = {}
    for span in text.spans:
        before, after = {"bold": ("\x1b[1m", "\x1b[22m"), "italic": ("\x1b[3m", "\x1b[23m")}.get(
            span.kind, ("", f" ({span.url})" if span.url else "")
        )
        marks.setdefault(span.start, []).append(before)
        marks.setdefault(span.start + span.length, []).insert(0, after)
    pieces = ["".join(marks.get(place, [])) + sign for place, sign in enumerate(text.plain)]
    return "".join(pieces) + "".join(marks.get(len(text.plain), []))


def _words(line: str) -> list[str]:
    """Words of a command; quotes hold spaces together, and one without its pair is an ordinary sign."""
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def typed_lines() -> Iterator[str]:
    """Lines of standard input, with a prompt; where it is no terminal, each is printed as if it had been typed."""
    at_terminal = sys.stdin.isatty()
    if at_terminal:
        with contextlib.suppress(ImportError):
            import readline  # noqa: F401 - gives `input` its editing and history
    while True:
        try:
            line = input("> " if at_terminal else "")
        except (EOFError, KeyboardInterrupt):
            return
        if not at_terminal:
            print(f"> {line}")
        yield line
