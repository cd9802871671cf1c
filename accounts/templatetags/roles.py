"""What a role may do, as mails say it to whoever has it."""

from django.template import Library

from accounts.roles import role_in_words, said_to_holder

register = Library()
register.filter("you_may", said_to_holder)
register.filter("role_in_words", role_in_words)
