# Kind: ElementTree.iterparse over a large file without clearing the elements that are done with. HOLDER: none | *root*
import os
import random
import tempfile
import xml.etree.ElementTree as ET


def write_export(path, records):
    rng = random.Random(8)
    with open(path, "w") as out:
        out.write("<HealthData>\n")
        for number in range(records):
            out.write('<Record type="%s" value="%d" start="%d"><Meta key="k" value="%x"/></Record>\n' % (
                rng.choice(["HeartRate", "Steps"]), rng.randrange(200), number, rng.getrandbits(64)))
        out.write("</HealthData>\n")


def convert(element):
    values = dict(element.attrib)
    for child in element:
        values[child.get("key")] = child.get("value")
    return values


def daily(totals, values):
    day = int(values["start"]) // 5000
    totals[day] = totals.get(day, 0) + int(values["value"])


def read_export(path):
    totals = {}
    for _, element in ET.iterparse(path, events=("end",)):  # CULPRIT
        if element.tag != "Record":
            continue
        values = convert(element)
        daily(totals, values)
    return totals


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "export.xml")
        write_export(path, 900_000)
        totals = read_export(path)
        print(len(totals), max(totals.values()))


main()
# ADVICE: *clear()*
