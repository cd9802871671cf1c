"""Takes back mails that wait while what they tell has stopped being so, in the transaction that changed it.

A mail that a worker is just sending may be read already: it is withdrawn as well, so that it is not tried
again when this attempt fails, but whoever withdraws it learns that it may have arrived. When it has, it
becomes sent.
"""

from django.db.models import QuerySet

from backoffice.db.transactions import write_transaction
from backoffice.outbox.models import RESTORED, WORKER_ENDED, EmailMessage, EmailState

NOT_SENT_YET = (EmailState.QUEUED, EmailState.SENDING, EmailState.DEAD)


@write_transaction
def withdraw(mails: QuerySet[EmailMessage]) -> int:
    """Withdraw those of these mails that were not sent; return how many may have arrived all the same.

    Suppressed mails count as arrived: what follows them is suppressed, too.
    """
    held = list(mails.order_by("pk").select_for_update(no_key=True).defer("context", "text", "html"))
    waiting = [mail.pk for mail in held if mail.state in NOT_SENT_YET]
    EmailMessage.objects.filter(pk__in=waiting).update(state=EmailState.WITHDRAWN)
    return sum(_may_have_arrived(mail) for mail in held)


def _may_have_arrived(mail: EmailMessage) -> bool:
    match mail.state:
        case EmailState.QUEUED | EmailState.WITHDRAWN:
            return False
        case EmailState.DEAD:
            return mail.error in (WORKER_ENDED, RESTORED)
    return True
