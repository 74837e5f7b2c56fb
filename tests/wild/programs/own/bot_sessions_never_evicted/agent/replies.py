"""Answers, and the last hundred of them."""

import collections
import hashlib


class Replies:
    def __init__(self):
        self.recent = collections.deque(maxlen=100)

    def answer(self, context, text):
        seed = hashlib.sha256("\n".join(context).encode()).hexdigest()
        answer = " ".join(seed[n % 60 :] for n in range(len(text) % 40 + 5))
        self.recent.append(answer)
        return answer
