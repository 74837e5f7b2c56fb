"""The words of a page."""
PAGES = []


def number_of_words(page):
    words = [f"{page}-{place}" for place in range(300)]
    PAGES.append(words)  # CULPRIT
    return len(words)
