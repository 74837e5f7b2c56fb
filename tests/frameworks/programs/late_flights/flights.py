"""Flights of a day, and which of them were late."""
ROUTES = []


def late_on(day):
    rows = [(day, flight, (flight * day) % 180) for flight in range(20_000)]
    ROUTES.append([f"{day}-{flight}" for day, flight, _ in rows])  # CULPRIT
    return sum(minutes > 60 for _, _, minutes in rows)
