"""The settings: one table, read from the environment and .env, every mistake said at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bots.environment import SettingsError, load_settings, warnings
from bots.settings import MESSENGERS, VARIABLES, Settings, about_of, expects_of, named_secrets

NAMED_IN_THE_INTERFACE = """
TUNNEL_CONTENT TUNNEL_REDIS_URL TUNNEL_DATABASE_URL TUNNEL_DATA TUNNEL_HOST TUNNEL_PORT TUNNEL_PUBLIC_URL
TUNNEL_TELEGRAM_TOKEN TUNNEL_TELEGRAM_SECRET TUNNEL_TELEGRAM_API_URL
TUNNEL_VK_TOKEN TUNNEL_VK_GROUP_ID TUNNEL_VK_SECRET TUNNEL_VK_CONFIRMATION TUNNEL_VK_API_URL
TUNNEL_WHATSAPP_TOKEN TUNNEL_WHATSAPP_PHONE_NUMBER_ID TUNNEL_WHATSAPP_APP_SECRET TUNNEL_WHATSAPP_VERIFY_TOKEN
TUNNEL_WHATSAPP_API_URL TUNNEL_DESK_TELEGRAM_CHAT TUNNEL_METRICS_TOKEN
"""

WEBHOOKS_EVERYWHERE = {
    "TUNNEL_PUBLIC_URL": "https://bot.example.com/",
    "TUNNEL_TELEGRAM_TOKEN": "1:a",
    "TUNNEL_TELEGRAM_SECRET": "s-1",
    "TUNNEL_VK_TOKEN": "v",
    "TUNNEL_VK_GROUP_ID": "42",
    "TUNNEL_VK_SECRET": "s",
    "TUNNEL_VK_CONFIRMATION": "c0ffee",
    "TUNNEL_WHATSAPP_TOKEN": "w",
    "TUNNEL_WHATSAPP_PHONE_NUMBER_ID": "106540352242922",
    "TUNNEL_WHATSAPP_APP_SECRET": "s",
    "TUNNEL_WHATSAPP_VERIFY_TOKEN": "t",
}


def load(**environ: str) -> Settings:
    return load_settings(environ, env_file=None)


def mistakes(environ: dict[str, str], env_file: Path | None = None) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ, env_file)
    return [problem.en for problem in caught.value.problems]


def test_every_name_of_the_interface_exists() -> None:
    assert set(NAMED_IN_THE_INTERFACE.split()) <= set(VARIABLES)


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_explained_in_both_languages(field: str) -> None:
    about = about_of(field)
    assert about.meaning.en
    assert about.meaning.ru
    assert bool(about.unit.en) == bool(about.unit.ru)
    assert bool(about.unset.en) == bool(about.unset.ru)
    assert expects_of(field).en
    assert expects_of(field).ru


def test_without_anything_the_program_starts_with_the_web_chat() -> None:
    settings = load()
    assert settings == Settings()
    assert settings.channels_on == ("web",)
    assert settings.polls


def test_empty_values_count_as_unset() -> None:
    assert load(**dict.fromkeys(VARIABLES, "  ")) == Settings()


def test_every_channel_with_webhooks() -> None:
    settings = load(**WEBHOOKS_EVERYWHERE)
    assert settings.channels_on == ("telegram", "vk", "whatsapp", "web")
    assert not settings.polls
    assert settings.public_url == "https://bot.example.com"
    assert settings.vk_group_id == 42


def test_port_is_honoured_where_ours_is_unset() -> None:
    assert load(PORT="9000").port == 9000
    assert load(PORT="9000", TUNNEL_PORT="7000").port == 7000
    assert load(PORT="9000", TUNNEL_PORT="").port == 9000
    assert mistakes({"PORT": "many"}) == ["PORT (environment) = 'many': write a number from 0 to 65535"]


def test_environment_goes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("TUNNEL_PORT=7000\nTUNNEL_HOST='0.0.0.0'\nexport TUNNEL_VK_RATE=1.5 # slow\nOTHER=x\n")
    settings = load_settings({"TUNNEL_PORT": "7001", "TUNNEL_HOST": ""}, file)
    assert (settings.port, settings.host, settings.vk_rate) == (7001, "0.0.0.0", 1.5)


def test_a_token_in_the_file_is_taken_as_written(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("\ufeffTUNNEL_TELEGRAM_TOKEN=1:${HOME}$a\n", encoding="utf-8")
    assert load_settings({}, file).telegram_token == SecretStr("1:${HOME}$a")


def test_all_mistakes_are_said_at_once_with_their_places(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# ours\n\nTUNNEL_TELEGRM_TOKEN=1:a\nTUNNEL_PUBLIC_URL=bot.example.com\n\nwhat is this\n")
    said = mistakes({"TUNNEL_PORT": "80000", "TUNNEL_VK_TOKEN": "v", "TUNNEL_DESK_TELEGRAM_CHAT": "-100"}, file)
    assert [line.partition(":")[0] if ".env" not in line else line for line in said] == [
        f"{file}:6: not of the form NAME=value",
        f"TUNNEL_TELEGRM_TOKEN ({file}:3): there is no such setting; did you mean TUNNEL_TELEGRAM_TOKEN? "
        "`tunnel settings` lists them all",
        "TUNNEL_PORT (environment) = '80000'",
        f"TUNNEL_PUBLIC_URL ({file}:4): write an address such as https://bot.example.com",
        "TUNNEL_VK_GROUP_ID is missing",
        "TUNNEL_VK_SECRET is missing",
        "TUNNEL_VK_CONFIRMATION is missing",
        "TUNNEL_TELEGRAM_TOKEN is missing",
    ]


@pytest.mark.parametrize("needed", [name for name in WEBHOOKS_EVERYWHERE if name.endswith("_ID")])
def test_what_a_channel_always_needs(needed: str) -> None:
    environ = {k: v for k, v in WEBHOOKS_EVERYWHERE.items() if k not in (needed, "TUNNEL_PUBLIC_URL")}
    assert [line.split()[0] for line in mistakes(environ)] == [needed]


@pytest.mark.parametrize(
    "needed", [n for n in WEBHOOKS_EVERYWHERE if n.endswith(("SECRET", "CONFIRMATION", "Y_TOKEN"))]
)
def test_what_webhooks_need_is_not_needed_without_them(needed: str) -> None:
    environ = {k: v for k, v in WEBHOOKS_EVERYWHERE.items() if k != needed}
    assert [line.split()[0] for line in mistakes(environ)] == [needed]
    del environ["TUNNEL_PUBLIC_URL"]
    assert load(**environ).channels_on == ("telegram", "vk", "whatsapp", "web")


def test_a_channel_without_its_token_is_off_and_that_is_said() -> None:
    settings = load(TUNNEL_VK_GROUP_ID="42", TUNNEL_VK_SECRET="s")
    assert settings.channels_on == ("web",)
    assert [said.en for said in warnings(settings)] == [
        "TUNNEL_VK_GROUP_ID, TUNNEL_VK_SECRET set, but TUNNEL_VK_TOKEN is not: VK stays off"
    ]
    assert warnings(load(**WEBHOOKS_EVERYWHERE)) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TUNNEL_PUBLIC_URL", "ftp://x"),
        ("TUNNEL_PUBLIC_URL", "https://"),
        ("TUNNEL_PUBLIC_URL", "https://x:port"),
        ("TUNNEL_PUBLIC_URL", "https://x/?a=b"),
        ("TUNNEL_TELEGRAM_API_URL", "https://me:pw@x"),
        ("TUNNEL_REDIS_URL", "localhost:6379"),
        ("TUNNEL_REDIS_URL", "redis://"),
        ("TUNNEL_REDIS_URL", "unix://"),
        ("TUNNEL_TELEGRAM_TOKEN", "1:a b"),
        ("TUNNEL_TELEGRAM_TOKEN", "1:ы"),
        ("TUNNEL_TELEGRAM_RATE", "-1"),
        ("TUNNEL_TELEGRAM_RATE", "nan"),
        ("TUNNEL_PARTITIONS", "0"),
        ("TUNNEL_VK_GROUP_ID", "club42"),
        ("TUNNEL_WHATSAPP_PHONE_NUMBER_ID", "1/2"),
        ("TUNNEL_REDIS_FSYNC", "never"),
        ("TUNNEL_LOG_LEVEL", "loud"),
        ("TUNNEL_DESK_TELEGRAM_CHAT", "@group"),
        ("TUNNEL_HOST", "a b"),
        ("TUNNEL_CONTENT", "~nobody-of-that-name/content"),
    ],
)
def test_a_wrong_value_is_named_with_what_to_write(name: str, value: str) -> None:
    first = mistakes({name: value})[0]
    assert first.startswith(f"{name} (environment)")
    assert ": write " in first


@pytest.mark.parametrize("url", ["redis://h", "rediss://u:p@h:1/2", "unix:///run/r.sock", "unix://r.sock"])
def test_redis_addresses(url: str) -> None:
    if url == "unix://r.sock":
        assert mistakes({"TUNNEL_REDIS_URL": url})
    else:
        assert load(TUNNEL_REDIS_URL=url).redis_url == url


def test_words_may_be_written_in_capitals() -> None:
    settings = load(TUNNEL_LOG_LEVEL="DEBUG", TUNNEL_LOG_FORMAT="JSON", TUNNEL_REDIS_FSYNC="EverySec")
    assert (settings.log_level, settings.log_format, settings.redis_fsync) == ("debug", "json", "everysec")


def test_no_mistake_repeats_a_secret() -> None:
    secret = "hunter2 hunter2"
    environ = {name: secret for name in VARIABLES if name.endswith(("TOKEN", "SECRET", "_URL"))}
    said = " ".join(mistakes(environ))
    assert said.count("(environment)") >= len(environ) - 1
    assert "hunter2" not in said


def test_secrets_are_not_in_the_representation() -> None:
    settings = load(TUNNEL_TELEGRAM_TOKEN="1:abcdef", TUNNEL_REDIS_URL="redis://:hunter2@h/0")
    assert "abcdef" not in repr(settings)
    assert "hunter2" not in repr(settings)
    assert set(settings.secrets) == {"1:abcdef", "hunter2"}


def test_telegram_s_own_server_takes_few_signs_in_a_secret() -> None:
    environ = {"TUNNEL_TELEGRAM_TOKEN": "1:a", "TUNNEL_TELEGRAM_SECRET": "s.1"}
    assert mistakes(environ)[0].startswith("TUNNEL_TELEGRAM_SECRET:")
    assert load(**environ, TUNNEL_TELEGRAM_API_URL="http://localhost:1").telegram_secret == SecretStr("s.1")


@pytest.mark.parametrize(("messenger", "documented"), [("telegram", 30), ("vk", 20), ("whatsapp", 80)])
def test_rates(messenger: str, documented: float) -> None:
    url, rate = f"TUNNEL_{messenger.upper()}_API_URL", f"TUNNEL_{messenger.upper()}_RATE"
    assert load().rate_per_s(messenger) == documented
    assert load(**{url: "http://localhost:1"}).rate_per_s(messenger) == 0
    assert load(**{url: "http://localhost:1", rate: "5"}).rate_per_s(messenger) == 5
    assert load(**{rate: "0"}).rate_per_s(messenger) == 0


def test_each_messenger_is_official_by_default() -> None:
    assert all(Settings().is_official(messenger) for messenger in MESSENGERS)


def test_a_kubernetes_service_link_is_recognised() -> None:
    assert "enableServiceLinks" in mistakes({"TUNNEL_PORT": "tcp://10.0.0.1:8080"})[0]


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"\xff\xfe\x00")
    assert mistakes({}, file) == [f"{file}: not a UTF-8 text file that can be read"]


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ_", max_size=20))
def test_an_unknown_name_is_always_refused_with_a_known_one(tail: str) -> None:
    name = f"TUNNEL_{tail}"
    if name in VARIABLES:
        return
    said = mistakes({name: "x"})
    assert len(said) == 1
    assert any(f"did you mean {known}?" in said[0] for known in VARIABLES)


@given(st.dictionaries(st.sampled_from(sorted(VARIABLES)), st.text(max_size=30)), st.sampled_from(["en", "ru"]))
def test_any_values_give_settings_or_a_list_of_mistakes(environ: dict[str, str], language: str) -> None:
    try:
        load_settings(environ, None)
    except SettingsError as error:
        said = error.render(language)  # type: ignore[arg-type]
    else:
        said = "no mistakes"
    assert said


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("", ()),
        ("t0ken", (("api", "t0ken"),)),
        ("YWJj==", (("api", "YWJj=="),)),
        ("shop=a,crm=YWI=", (("shop", "a"), ("crm", "YWI="))),
        ("shop=old,shop=new", (("shop", "old"), ("shop", "new"))),
    ],
)
def test_secrets_of_sources(written: str, named: tuple[tuple[str, str], ...]) -> None:
    settings = load(TUNNEL_EVENTS_TOKENS=written)
    assert named_secrets(settings.events_tokens) == named
    assert {secret for _, secret in named} <= set(settings.secrets)  # no log line may hold one


@pytest.mark.parametrize("written", ["a,b", "shop=a,b", "магазин=a", "sh op=a", "=a", "shop=a,="])
def test_secrets_of_sources_that_are_none(written: str) -> None:
    (said,) = mistakes({"TUNNEL_EVENTS_SECRETS": written})
    assert said.startswith("TUNNEL_EVENTS_SECRETS (environment): write name=secret,name=secret")
    assert written not in said
