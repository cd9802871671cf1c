"""A mail server on 127.0.0.1: it keeps what it was sent, refuses whom it is told to, waits on demand."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from email.message import Message
from typing import Any, cast


class MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.messages: list[Message] = []
        self.refusals: dict[str, str] = {}
        self.message_arrived = threading.Event()
        self.may_answer = threading.Event()
        self.may_answer.set()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def message_ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.messages]

    def options(self) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": self.port, "timeout": 10}


class Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        # A client that was killed resets the connection.
        with suppress(ConnectionResetError):
            self.converse(cast("MailServer", self.server))

    def converse(self, server: MailServer) -> None:
        self.say("220 shop.test")
        while command := self.rfile.readline().decode().strip():
            verb = command[:4].upper()
            if verb == "DATA":
                self.say("354 go on")
                self.keep(server)
            elif verb == "QUIT":
                self.say("221 bye")
                return
            elif verb == "RCPT":
                recipient = command.partition("<")[2].partition(">")[0]
                self.say(server.refusals.get(recipient, "250 ok"))
            else:
                self.say("250 ok")

    def keep(self, server: MailServer) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                # Killed in the middle of the mail, which no server keeps.
                return
            lines.append(line)
        server.messages.append(message_from_bytes(b"".join(lines)))
        server.message_arrived.set()
        server.may_answer.wait(timeout=60)
        self.say("250 kept")

    def say(self, line: str) -> None:
        try:
            self.wfile.write(f"{line}\r\n".encode())
        except OSError:
            # The client was killed while it waited.
            return


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server
        server.may_answer.set()
        server.shutdown()
