"""What the bot says around the facts: labels and sentences, once in Chinese and once in English."""

from __future__ import annotations

from alerts.glossary import Word
from monitor.domain.issue_records import CalendarKind

STAGE = Word("当前阶段", "Stage")
IN_STAGE = Word("已在此阶段", "In this stage")
ACCEPTED = Word("受理", "Accepted")
PLANNED = Word("拟募集资金", "Planned proceeds")
BOARD = Word("板块", "Board")
SPONSORS = Word("保荐机构", "Sponsors")
GRADE = Word("相关性", "Relevance")
AHEAD = Word("日程", "Dates")
PAGE = Word("项目页面", "project page")
TIMELINE = Word("时间线", "Timeline")
PROCEEDS = Word("募资投向", "Use of proceeds")
PROSPECTUS = Word("招股书", "Prospectus")
MUTE = Word("静音 7 天", "Mute 7 days")
WHY = Word("为何提醒", "Why")
FOLLOW = Word("关注", "Follow")
CANCEL = Word("取消", "Cancel")
RULE = Word("规则", "Rule")
EVIDENCE = Word("依据", "Evidence")
SOURCE = Word("来源", "Source")
SEEN = Word("首次看到", "First seen")
POSTED = Word("交易所发布", "Posted")
IDENTITY = Word("事件编号", "Event id")
ANSWER = Word("原始应答 SHA-256", "SHA-256 of the answer")
STATE = Word("投递", "Delivery")
UNKNOWN = Word("暂无资料", "nothing known yet")
LANGUAGE = Word("语言", "Language")
QUIET = Word("免打扰", "Quiet hours")
DIGEST = Word("摘要", "Digest")
KINDS = Word("提醒内容", "Alerts")
FOLLOWING = Word("关注", "Following")
MUTED = Word("静音", "Muted")
CARDS = Word("动态卡片", "Living cards")

REFUSED = Word("无权使用，或仅限管理员。", "Not for you, or for admins only.")
STALE = Word("按钮已失效。", "This button no longer works.")
DONE = Word("已保存", "Saved")
NOT_ALLOWED = Word(
    "此机器人仅限受邀者使用。向管理员索取邀请码，然后发送 /start 邀请码。您的数字编号：",
    "This bot is by invitation. Ask its owner for a code, then send /start CODE. Your numeric id: ",
)

STATES: dict[str, Word] = {
    "sent": Word("已送达", "delivered"),
    "pending": Word("待发", "waiting"),
    "sending": Word("发送中", "being sent"),
    "unresolved": Word("未获确认，将标注后重发", "not confirmed, will be sent again, marked"),
    "suspended": Word("会话不可达，保留", "kept until the chat is back"),
    "parked": Word("已放弃", "given up"),
    "poison": Word("被拒收", "refused by the service"),
}

CALENDAR: dict[CalendarKind, Word] = {
    CalendarKind.SUBSCRIPTION: Word("网上申购", "online subscription"),
    CalendarKind.PAYMENT: Word("缴款", "payment"),
    CalendarKind.LISTING: Word("上市", "listing"),
    CalendarKind.COMMITTEE: Word("上市委会议", "listing committee meeting"),
}
