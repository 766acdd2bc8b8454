"""The users that the demo makes, to sign in with."""

from django.contrib.auth import get_user_model

from jupid_embed.tests import users

PASSWORD = "try-jupid-embed"

PEOPLE = {
    "ada": ("everything filled in", users.make_user),
    "grace": ("related records missing", users.make_user_without_relations),
    "alan": ("no email address", users.make_user_without_email),
}


def make() -> None:
    """Make those who are not there yet, and leave the others as they are."""
    known_already = known()
    for username, (_, make_user) in PEOPLE.items():
        if username not in known_already:
            user = make_user(username)
            user.set_password(PASSWORD)
            user.save()


def known() -> dict[str, str]:
    """Who can sign in: the username, and what is special about that user."""
    User = get_user_model()
    return {
        username: about
        for username, (about, _) in PEOPLE.items()
        if User._default_manager.filter(**{User.USERNAME_FIELD: username}).exists()
    }
