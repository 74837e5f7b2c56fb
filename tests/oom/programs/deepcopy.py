"""The state is copied in every round, and the copies are kept."""

import copy


def next_state(state, number):
    state["round"] = number
    for row in state["rows"][:200]:
        row["price"] += 0.5
    return state


def simulate(rounds):
    state = {"round": 0, "rows": [{"id": i, "price": i * 0.5, "tags": ["a", "b", str(i)]} for i in range(4_000)]}
    snapshots = []
    for number in range(rounds):
        state = next_state(state, number)
        snapshots.append(copy.deepcopy(state))  # <- culprit
    return snapshots


print(len(simulate(500)))
