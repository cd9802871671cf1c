"""URLs of the pages that the links in customers' mails lead to."""

from django.urls import path

from accounts.admin.email_pages import EmailChangePage
from accounts.admin.password_pages import ChosenPassword, ConfirmedEmail

urlpatterns = [
    path("password/<uidb64>/<token>/", ChosenPassword.as_view(), name="choose_password"),
    path("email/<token>/", EmailChangePage.as_view(), name="email_change"),
    path("confirm/<token>/", ConfirmedEmail.as_view(), name="confirm_email"),
]
