"""What is wanted of a page."""

from bs4 import BeautifulSoup


def targets(soup):
    return {int(anchor["href"][1:]) for anchor in soup.find_all("a")}


def words(soup):
    return sum(len(part.get_text()) for part in soup.find_all("p")) // 6


def article(html):
    soup = BeautifulSoup(html, "html.parser")
    title = soup.title.string  # CULPRIT
    return title, words(soup), targets(soup)
