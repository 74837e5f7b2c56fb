"""A page that shows figures; each look at it works them out anew."""
import streamlit as st


@st.cache_resource
def visits():
    return []


def figures():
    return [{"day": n, "figure": n * 1.5, "label": f"day {n}"} for n in range(70_000)]


st.title("Figures")
rows = figures()
log = visits()
log.append(rows)  # CULPRIT
st.write(f"{len(rows)} rows")
