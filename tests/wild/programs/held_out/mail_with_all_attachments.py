# Kind: a mail with the month's files attached is made into one string to be sent, base64 and all: one step.
# HOLDER: none | *msgtexts* | *lines*
import random
import time
import zlib
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText


class Shares:
    """Stands for the folder that the departments put their files in."""

    def __init__(self, seed):
        self.rng = random.Random(seed)

    def files(self, department):
        sizes = {"sales": (20_000, 50_000), "stock": (10_000,), "camera": (16_000_000,) * 4}
        for number, size in enumerate(sizes[department]):
            yield "%s-%d.bin" % (department, number), self.rng.randbytes(size)


class Smtp:
    """Stands for the server: takes the text of the mail."""

    def __init__(self):
        self.sent = []

    def sendmail(self, sender, receivers, text):
        self.sent.append((sender, tuple(receivers), len(text), zlib.crc32(text[:1000].encode())))


class Mailer:
    def __init__(self, server, sender):
        self.server = server
        self.sender = sender

    def compose(self, subject, body, files):
        message = MIMEMultipart()
        message["Subject"] = subject
        message["From"] = self.sender
        message.attach(MIMEText(body, "plain", "utf-8"))
        for name, data in files:
            part = MIMEApplication(data, Name=name)
            part["Content-Disposition"] = 'attachment; filename="%s"' % name
            message.attach(part)
        return message

    def send(self, message, receivers):
        message["To"] = ", ".join(receivers)
        text = message.as_string()  # CULPRIT
        self.server.sendmail(self.sender, receivers, text)


def covering_letter(department, names):
    lines = ["Good morning,", "", "here are this month's files of %s:" % department, ""]
    lines.extend("  - %s" % name for name in names)
    return "\n".join(lines)


def monthly(shares, mailer, department, receivers):
    files = list(shares.files(department))
    letter = covering_letter(department, [name for name, _ in files])
    message = mailer.compose("Month's end: %s" % department, letter, files)
    del files
    time.sleep(0.5)
    mailer.send(message, receivers)


def main():
    server = Smtp()
    mailer = Mailer(server, "office@firm.example")
    shares = Shares(33)
    for department, receivers in (
        ("sales", ["boss@firm.example"]),
        ("stock", ["boss@firm.example", "store@firm.example"]),
        ("camera", ["guard@firm.example"]),
        ("sales", ["archive@firm.example"]),
    ):
        monthly(shares, mailer, department, receivers)
        print(department, server.sent[-1], flush=True)


main()
# ADVICE: *BytesGenerator* | *link to*
