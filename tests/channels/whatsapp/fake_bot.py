"""A bot behind the channel that needs no model: a few words lead to approved texts, through the same gate."""

from dataclasses import dataclass, field
from pathlib import Path

from fake_meta import NUMBER, SECRET, TOKEN, VERIFY, VERSION

from bot.answers.compose import Composer
from bot.answers.gate import Gate
from bot.answers.ledger import Ledger
from bot.answers.library import Library
from bot.answers.texts import load_answers
from bot.settings import WhatsApp

LEADS_TO = {  # a word in the message: action, texts, topics, buttons
    "die": ("crisis", ("self_harm",), (), ()),
    "khoon": ("emergency", ("emergency",), (), ()),
    "thak": ("check_in", ("check_in",), (), ()),
    "mera": ("steer", ("steer",), (), ("what_is", "legality", "halal", "handoff")),
    "person": ("handoff", ("handoff",), (), ()),
    "halal": ("answer", (), ("halal",), ()),
    "salam": ("smalltalk", ("greet",), (), ("what_is", "legality", "halal")),
}


@dataclass
class Turn:
    replies: list
    metadata: dict


@dataclass
class FakeBot:
    """`heard` is every turn it was asked for."""

    library: Library
    gate: Gate
    heard: list = field(default_factory=list)
    fails: int = 0

    async def __call__(self, incoming, *, sender, message_id, variety):
        self.heard.append(
            {"text": incoming.text, "button": incoming.button, "sender": sender, "id": message_id}
        )
        if self.fails:
            self.fails -= 1
            raise RuntimeError("the bot is broken")
        words = incoming.button or incoming.text.casefold()
        action, says, topics, offers = next(
            (then for word, then in LEADS_TO.items() if word in words),
            ("decline", ("decline",), (), ("handoff",)),
        )
        reply = Composer(self.library).compose(
            action=action, says=says, topics=topics, variety=variety, offers=offers
        )
        passed = self.gate.check(reply.text, reply.to_dict()["buttons"], variety=variety)
        assert not passed.replaced
        return Turn(
            [{"text": passed.text, "buttons": list(passed.buttons), "variety": passed.variety}],
            {"action": reply.action},
        )


def signed_texts(folder, *, source=Path("data")):
    """Copy the texts into `folder` with a ledger that allows every one of them, so that a new text can be tested."""
    from datetime import date, timedelta

    (folder / "answers").mkdir(parents=True)
    for path in (source / "answers").glob("*.yml"):
        (folder / "answers" / path.name).write_bytes(path.read_bytes())
    clinic = (source / "clinic.yml").read_text(encoding="utf-8")
    for name, words in {
        "name": "Example Clinic",
        "phone": "042-35710000",
        "address": "Lahore",
        "hours": "9-5",
    }.items():
        clinic = clinic.replace(f'{name}: ""', f'{name}: "{words}"', 1)
    (folder / "clinic.yml").write_text(clinic, encoding="utf-8")
    from bot.answers.clinic import load_clinic

    ledger = Ledger()
    for answer in load_answers(folder / "answers", load_clinic(folder / "clinic.yml")).values():
        entry = ledger.sign(
            answer,
            standing="provisional",
            roles=["test"],
            today=date.today(),
            expires=date.today() + timedelta(days=30),
        )
        ledger.append(folder / "ledger.jsonl", entry)
    return folder


def config(api, folder, **changes):
    """The channel's settings for a test."""
    return WhatsApp(
        **{
            "app_secret": SECRET,
            "verify_token": VERIFY,
            "access_token": TOKEN,
            "phone_number_id": NUMBER,
            "database": f"sqlite:///{folder}/whatsapp.db",
            "graph_version": VERSION,
            "api": api,
            "language": "en",
            **changes,
        }
    )
