# Kind: a bot caps each chat's history, and keeps the session of every chat that ever was.
# HOLDER: *_cache*
import random
import time

from agent.replies import Replies
from agent.session import SessionManager


class Gateway:
    def __init__(self):
        self.sessions = SessionManager()
        self.replies = Replies()
        self.answered = 0

    def on_message(self, chat, text):
        key = "telegram:%d" % chat
        if text == "/new":
            self.sessions.invalidate(key)
            return ""
        session = self.sessions.get_or_create(key)
        session.add("user", text)
        answer = self.replies.answer(session.context(), text)
        session.add("assistant", answer)
        self.answered += 1
        return answer


def updates(rng, count):
    for number in range(count):
        chat = rng.randrange(200) if number % 3 == 0 else 1000 + number
        yield chat, "/new" if rng.random() < 0.05 else "q %d %x" % (number, rng.getrandbits(60_000))


def main():
    gateway, longest = Gateway(), 0
    for chat, text in updates(random.Random(6), 1_000_000):
        longest = max(longest, len(gateway.on_message(chat, text)))
        time.sleep(0.0001)
    print(gateway.answered, longest)


if __name__ == "__main__":
    main()
# ADVICE: *on every way* | *popitem* | *time to live* | *delete*
