rows = [{"n": n, "text": str(n)} for n in range(50_000)]
print("cleaned", len([row for row in rows if row["n"] % 3]))
