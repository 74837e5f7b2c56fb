#!/bin/sh
set -e
echo "nightly: begins"
cd "$(dirname "$0")"
python clean.py
for month in 1 2 3; do
    python "load month.py" $month || { echo "month $month failed with $?"; exit 3; }
done | tail -n 5
echo "nightly: done"
