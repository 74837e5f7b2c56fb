"""The proofs of placement at scale; `README.md` beside this says what each shows.

    python tests/peers/run.py strip|generated|differential|packages|cpython|all [--every N] [--programs N] [--keep DIR]

Each writes its dated table between its markers in the README; exit status 1 where anything failed.
"""
