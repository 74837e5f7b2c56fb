"""The client that all jobs share."""

import collections

import requests

from connectors.adapters import TenantAdapter


class Client:
    def __init__(self):
        self.session = requests.Session()
        self.session.trust_env = False
        self.recent = collections.deque(maxlen=50)
        self.sent = 0

    def run(self, number):
        base = f"https://tenant{number % 40}.example/jobs/{number}/"
        self.session.mount(base, TenantAdapter(number))  # CULPRIT
        response = self.session.get(base + "state", headers={"X-Job": str(number)})
        self.recent.append(response)
        self.sent += 1
        return response.json()["changed"]
