"""The name of this module is Django's: it looks for a database's engine in `base`."""

from select import POLLIN, poll

from django.db.backends.postgresql import base
from psycopg.pq import ConnStatus, TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """Tell whether the next statement can be sent on the connection that was kept.

        A server that ends, or ends a connection, says so on it. Between two requests it has nothing else to
        say, so only where something has come is it asked, as Django asks before every request.
        """
        session = self.connection
        if session is None or session.pgconn.status != ConnStatus.OK:
            return False
        if session.pgconn.transaction_status == TransactionStatus.INERROR:
            # It takes nothing but the end of its transaction.
            return False
        waiting = poll()
        waiting.register(session.fileno(), POLLIN)
        return not waiting.poll(0) or super().is_usable()
