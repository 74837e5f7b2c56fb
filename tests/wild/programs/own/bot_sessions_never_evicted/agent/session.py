"""Chats and what was said in them."""

import time


class Session:
    LONGEST = 40

    def __init__(self, key):
        self.key = key
        self.messages = []
        self.updated = time.time()

    def add(self, role, content):
        self.messages.append({"role": role, "content": content, "at": time.time()})
        del self.messages[: -self.LONGEST]
        self.updated = time.time()

    def context(self):
        return [message["content"] for message in self.messages[-6:]]


class SessionManager:
    def __init__(self):
        self._cache = {}

    def get_or_create(self, key):
        session = self._cache.get(key)
        if session is None:
            session = Session(key)
            self._cache[key] = session  # CULPRIT
        return session

    def invalidate(self, key):
        self._cache.pop(key, None)
