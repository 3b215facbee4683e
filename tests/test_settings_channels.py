"""Channels with a secret address in the configuration: one or many of a kind, all problems at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alerts.redact import redact
from monitor.domain.events import EventKind
from monitor.hooks import channel_secrets
from monitor.settings import describe, load
from monitor.settings_schema import Secret
from tests.settings_files import HOME, problems, write

KEY = "canary0key1that2must3never4show5"
FEISHU = f"https://open.feishu.cn/open-apis/bot/v2/hook/{KEY}"
WECOM = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"


def test_one_hook_is_a_table_and_several_are_tables(tmp_path: Path) -> None:
    """A single table needs no name; each of several has its own, its language, names and kinds."""
    (tmp_path / "desk.url").write_text(FEISHU + "\n")
    (tmp_path / "desk.key").write_text("SECcanary")
    path = write(
        tmp_path,
        f"""
        [alerts]
        language = "en"
        [channels.wecom]
        url = "{WECOM}"
        [[channels.feishu]]
        name = "desk"
        url_file = "desk.url"
        secret_file = "desk.key"
        language = "zh"
        watch = ["摩尔线程", " 沐曦 "]
        kinds = ["milestone"]
        operator = true
        [[channels.feishu]]
        name = "risk"
        url = "https://open.larksuite.com/open-apis/bot/v2/hook/abc"
        [[channels.feishu]]
        name = "asleep"
        url = "https://open.larksuite.com/open-apis/bot/v2/hook/def"
        enabled = false
        [channels.email]
        url = "smtps://me%40example.org@smtp.example.org:465"
        secret = "p4ss word"
        to = ["desk@example.org"]
        """,
    )
    settings = load(path, HOME)
    wecom, desk, risk, mail = settings.channels.hooks
    assert (wecom.name, wecom.kind, wecom.url, wecom.secret) == ("wecom", "wecom", Secret(WECOM), None)
    assert (wecom.language, wecom.watch, wecom.kinds, wecom.host) == ("en", None, (), "qyapi.weixin.qq.com")
    assert (desk.name, desk.url, desk.secret) == ("feishu/desk", Secret(FEISHU), Secret("SECcanary"))
    assert (desk.language, desk.watch, desk.kinds) == ("zh", ("摩尔线程", "沐曦"), (EventKind.MILESTONE,))
    assert (desk.operator, risk.operator) == (True, False)
    assert (risk.name, risk.language) == ("feishu/risk", "en")
    assert (mail.to, mail.sender) == (("desk@example.org",), "me@example.org")
    lines = describe(settings)
    assert "channel wecom: qyapi.weixin.qq.com, en" in lines
    assert (
        "channel feishu/desk: open.feishu.cn, zh, only names with 摩尔线程, 沐曦, milestone, with its secret"
        in lines
    )
    assert "channel email: smtp.example.org for desk@example.org, en, with its secret" in lines
    for shown in (repr(settings), *lines):
        assert KEY not in shown
        assert "SECcanary" not in shown


def test_the_environment_gives_tables_as_json() -> None:
    """A variable of the kind replaces what the file says of it."""
    table = [{"name": "a", "url": "https://ntfy.sh/one"}, {"name": "b", "url": "https://ntfy.sh/two"}]
    settings = load(None, HOME | {"IPO_MONITOR_CHANNELS__NTFY": json.dumps(table)})
    assert [hook.name for hook in settings.channels.hooks] == ["ntfy/a", "ntfy/b"]


def test_all_problems_come_at_once_each_with_its_place(tmp_path: Path) -> None:
    """Every field of every table that is wrong is named, and no address is quoted."""
    path = write(
        tmp_path,
        f"""
        [channels.wecom]
        url = "https://qyapi.weixin.qq.com/{KEY}"
        secret = "{KEY}"
        [[channels.dingtalk]]
        name = "a b"
        url_file = "absent"
        [[channels.dingtalk]]
        name = "ok"
        url = "http://oapi.dingtalk.com/robot/send?access_token={KEY}"
        languge = "zh"
        language = "de"
        watch = "沐曦"
        kinds = ["milestones"]
        enabled = "yes"
        [channels.email]
        url = "https://smtp.example.org/{KEY}"
        to = ["nobody"]
        [channels.bark]
        url = "https://user:{KEY}@api.day.app/k"
        [channels.slack]
        name = "x"
        """,
    )
    found = problems(path, {})
    assert [line.split(": ")[0] for line in found] == [
        "channels.wecom.url",
        "channels.wecom.secret",
        "channels.dingtalk[1].name",
        "channels.dingtalk[1].url_file",
        "channels.dingtalk[2].languge",
        "channels.dingtalk[2].enabled",
        "channels.dingtalk[2].url",
        "channels.dingtalk[2].language",
        "channels.dingtalk[2].watch",
        "channels.dingtalk[2].kinds",
        "channels.slack.url",
        "channels.bark.url",
        "channels.email.url",
        "channels.email.to",
        "channels.email.to",
        "channels.email.from",
    ]
    assert KEY not in "\n".join(found)
    assert "must be an address like https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…" in found[0]
    assert "must begin with https://, as its secret would travel unencrypted" in found[6]


@pytest.mark.parametrize(
    ("text", "must"),
    [
        ("[channels]\nwecom = 'x'", "must be a table [channels.wecom]"),
        ("[channels]\nwecom = []", "must be a table [channels.wecom]"),
        (f"[[channels.wecom]]\nurl = '{WECOM}'\n[[channels.wecom]]\nurl = '{WECOM}x'", "same name twice"),
        (
            f"[[channels.wecom]]\nurl = '{WECOM}'\n[[channels.wecom]]\nname = 'b'\nurl = '{WECOM}'",
            "post to one address twice",
        ),
        (f"[channels.wecom]\nurl = '{WECOM}'\nurl_file = 'x'", "must not be set together with url"),
    ],
)
def test_tables_that_contradict_each_other(tmp_path: Path, text: str, must: str) -> None:
    """Two tables need two names and two addresses; one field needs one place."""
    (line,) = problems(write(tmp_path, text), {})
    assert must in line
    assert KEY not in line


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "192.168.1.4", "[::1]"])
def test_plain_http_is_for_the_own_net(tmp_path: Path, host: str) -> None:
    """An ntfy server of one's own may speak http; a public one may not."""
    path = write(tmp_path, f"[channels.ntfy]\nurl = 'http://{host}/topic'")
    assert load(path, HOME).channels.hooks[0].url == Secret(f"http://{host}/topic")


def test_a_password_never_travels_by_plain_smtp(tmp_path: Path) -> None:
    """smtp+plain is for a relay of one's own net, without a password."""
    base = (
        "[channels.email]\nurl = 'smtp+plain://127.0.0.1'\nto = ['a@example.org']\nfrom = 'b@example.org'\n"
    )
    assert load(write(tmp_path, base), HOME).channels.hooks[0].sender == "b@example.org"
    (line,) = problems(write(tmp_path, base + "secret = 'x'"), {})
    assert "must begin with smtps:// or smtp:// where there is a password" in line


def test_an_apprise_address_shows_nothing_of_itself(tmp_path: Path) -> None:
    """Apprise keeps keys where others have a host: neither description nor log may show it."""
    path = write(tmp_path, f"[channels.apprise]\nurl = 'tgram://123456:{KEY}/4711'")
    settings = load(path, HOME)
    assert "channel apprise: apprise, zh" in describe(settings)
    assert settings.channels.hooks[0].host == ""
    assert (
        redact(f"POST https://api.telegram.org/bot123456:{KEY}/x", channel_secrets(settings)).count(KEY) == 0
    )


def test_a_readable_file_with_an_address_is_a_warning(tmp_path: Path) -> None:
    """An address in a file all may read is a warning; one in a file of its own is not."""
    path = write(tmp_path, f"[channels.wecom]\nurl = '{WECOM}'")
    path.chmod(0o644)
    (warning,) = load(path, HOME).warnings
    assert warning.startswith("channels.wecom:")
    assert f"chmod 600 {path}" in warning
    (tmp_path / "u").write_text(WECOM)
    path.write_text("[channels.wecom]\nurl_file = 'u'")
    assert load(path, HOME).warnings == ()
