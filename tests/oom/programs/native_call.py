"""One call into native code holds the interpreter for seconds while it fills the memory."""

import re


def make_text(count):
    return "every sentence contains several longer words " * count


def tokens(text):
    words = re.findall(r"\w+", text)  # <- culprit
    return len(set(words))


text = make_text(1_200_000)
print(len(text))
print(tokens(text))
