"""What was found."""


class Index:
    def __init__(self):
        self.titles = {}
        self.lengths = {}
        self.linked = set()

    def add(self, address, title, words, targets):
        self.titles[address] = title  # EQUAL
        self.lengths[address] = words
        self.linked |= targets

    def summary(self):
        return len(self.titles), sum(self.lengths.values()), len(self.linked)
