# Kind: a crawler follows every link it has not seen, and an events calendar always has a link to the days after.
# HOLDER: *frontier* | *seen*
import datetime
import random
import re
import time
from collections import deque
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

START = "https://www.kulturhaus.example/"


class Site:
    """Answers as the web server does, with the calendar's pages made as they are asked for."""

    def __init__(self):
        self.rng = random.Random(31)
        self.requests = 0

    def get(self, url):
        self.requests += 1
        path = urlsplit(url).path
        found = re.match(r"/events/(\d+)/day", path)
        if found:
            return self.day(int(found.group(1)))
        return "<html><body><h1>Kulturhaus</h1><a href='/events/738000/day?view=list'>Programm</a></body></html>"

    def day(self, ordinal):
        date = datetime.date.fromordinal(ordinal % 3_000_000 + 1)
        lines = ["<html><body><h1>%s</h1><p>%s</p>" % (date, "Konzert " * self.rng.randrange(3, 30))]
        for ahead in range(1, 25):
            token = "%x" % self.rng.getrandbits(4096)
            lines.append("<a href='/events/%d/day?view=list&amp;back=%s#top'>weiter</a>" % (ordinal + ahead, token))
        lines.append("<a href='mailto:info@kulturhaus.example'>Mail</a></body></html>")
        return "\n".join(lines)


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.hrefs = []
        self.text = []

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.hrefs.extend(value for name, value in attrs if name == "href")

    def handle_data(self, data):
        self.text.append(data)


class Index:
    def __init__(self):
        self.words = {}

    def add(self, text):
        for word in text.split():
            self.words[word.lower()] = self.words.get(word.lower(), 0) + 1


class Crawler:
    def __init__(self, site, start, most):
        self.site = site
        self.host = urlsplit(start).netloc
        self.most = most
        self.frontier = deque([start])
        self.seen = {start}
        self.index = Index()

    def wanted(self, url):
        parts = urlsplit(url)
        return parts.scheme == "https" and parts.netloc == self.host

    def follow(self, base, hrefs):
        for href in hrefs:
            url = urljoin(base, href).partition("#")[0]
            if self.wanted(url) and url not in self.seen:
                self.seen.add(url)  # EQUAL
                self.frontier.append(url)  # CULPRIT

    def crawl(self):
        done = 0
        while self.frontier and done < self.most:
            url = self.frontier.popleft()
            parser = Links()
            parser.feed(self.site.get(url))
            self.index.add(" ".join(parser.text))
            self.follow(url, parser.hrefs)
            done += 1
            if done % 20 == 0:
                time.sleep(0.002)
            if done % 2000 == 0:
                print(done, "pages,", len(self.index.words), "words")
        return done


if __name__ == "__main__":
    crawler = Crawler(Site(), START, 400_000)
    print(crawler.crawl())
# ADVICE: *bound* | *limit* | *database* | *can't matter*
