"""Host projects of other shapes than the example's: models, users and settings."""

from __future__ import annotations

from unittest.mock import ANY

from .host import Shape

USER = """
class User(AbstractUser):
    pass
"""
ADA = """
ada = get_user_model().objects.create_user(
    "ada", "ada@example.com", first_name="Ada", last_name="Lovelace"
)
"""
LOVELACE = {"email": "ada@example.com", "name": "Ada Lovelace"}
NONE = {"payload_fields": "none"}

SHAPES = {
    "name alone": Shape(
        models="""
class User(AbstractUser):
    name = models.CharField(max_length=255, blank=True)
    first_name = None
    last_name = None
""",
        ada="""
ada = get_user_model().objects.create_user("ada", "ada@example.com", name="Ada L")
""",
        answers={"name_field": "name", **NONE},
        claims={"email": "ada@example.com", "name": "Ada L", "payload": {}},
    ),
    "email in place of a username, and of a full name": Shape(
        models="""
class UserManager(BaseUserManager):
    def create_user(self, email, password):
        user = self.model(email=self.normalize_email(email))
        user.set_password(password)
        user.save()
        return user


class User(AbstractUser):
    username = None
    first_name = None
    last_name = None
    name = models.CharField(max_length=255, blank=True)
    email = models.EmailField(unique=True)
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = UserManager()
""",
        ada='ada = get_user_model().objects.create_user("ada@example.com", "secret")',
        answers=NONE,
        claims={"email": "ada@example.com", "name": "ada@example.com", "payload": {}},
    ),
    "phone login": Shape(
        models="""
class UserManager(BaseUserManager):
    def create(self, phone, secret, *, code):
        raise NotImplementedError("users come from the till")


class User(AbstractBaseUser):
    phone = models.CharField(
        max_length=16, unique=True, validators=[RegexValidator(r"^\\+[0-9]{8,15}$")]
    )
    contact = models.CharField(max_length=60)
    label = models.CharField(max_length=3)
    USERNAME_FIELD = "phone"
    objects = UserManager()

    def save(self, *args, **kwargs):
        self.full_clean()
        super().save(*args, **kwargs)
""",
        ada="""
ada = User(phone="+12025550100", contact="ada@example.com", label="Ada", password="x")
ada.save()
""",
        answers={"email_field": "contact", "name_field": "label", **NONE},
        claims={"email": "ada@example.com", "name": "Ada", "payload": {}},
    ),
    "a required company": Shape(
        models="""
class Country(models.Model):
    code = models.CharField(max_length=2, unique=True)


class Company(models.Model):
    name = models.CharField(max_length=100)
    country = models.ForeignKey(Country, models.PROTECT)


class User(AbstractUser):
    company = models.ForeignKey(Company, models.PROTECT)
""",
        ada="""
country = Country.objects.create(code="NL")
company = Company.objects.create(name="Acme", country=country)
ada = User.objects.create_user("ada", "ada@example.com", company=company)
""",
        answers={"payload_fields": "company.name,country=company.country.code"},
        claims={"payload": {"name": "Acme", "country": "NL"}},
    ),
    "a company that may be missing": Shape(
        models="""
class Company(models.Model):
    name = models.CharField(max_length=100)
    owner = models.ForeignKey("User", models.PROTECT, related_name="owned")


class User(AbstractUser):
    company = models.ForeignKey(Company, models.SET_NULL, null=True, blank=True)
""",
        ada=ADA,
        answers={"payload_fields": "company.name,key=company_id"},
        claims={**LOVELACE, "payload": {"key": None}},
    ),
    "a forward one-to-one": Shape(
        models="""
class Account(models.Model):
    plan = models.CharField(max_length=4, choices=[("free", "Free"), ("full", "All")])
    seats = models.PositiveSmallIntegerField(validators=[MinValueValidator(5)])


class User(AbstractUser):
    account = models.OneToOneField(Account, models.CASCADE)
""",
        ada="""
account = Account.objects.create(plan="full", seats=5)
ada = User.objects.create_user("ada", "ada@example.com", account=account)
""",
        answers={"payload_fields": "plan=account.get_plan_display(),account.seats"},
        claims={"payload": {"plan": "All", "seats": 5}},
    ),
    "a profile made by a signal": Shape(
        models="""
class User(AbstractUser):
    pass


class Profile(models.Model):
    user = models.OneToOneField(User, models.CASCADE)
    company_name = models.CharField(max_length=80)


@receiver(post_save, sender=User)
def make_profile(instance, created, **kwargs):
    if created:
        Profile.objects.create(user=instance, company_name="Ours")
""",
        ada=ADA,
        answers={},
        claims={**LOVELACE, "payload": {"company_name": "Ours"}},
    ),
    "required columns": Shape(
        models="""
class User(AbstractUser):
    birthday = models.DateField()
    tax_number = models.CharField(
        max_length=9, unique=True, validators=[RegexValidator(r"^[0-9]+$")]
    )


class Profile(models.Model):
    user = models.OneToOneField(User, models.CASCADE, related_name="profile")
    approved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    company_name = models.CharField(max_length=6)
    balance = models.DecimalField(max_digits=4, decimal_places=4)
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    homepage = models.URLField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opened_at")), name="in_time"
            )
        ]
""",
        ada="""
ada = User.objects.create_user(
    "ada", "ada@example.com", birthday="1985-12-10", tax_number="123456789"
)
Profile.objects.create(
    user=ada, approved_by=ada, company_name="Acme", balance="0.5",
    opened_at="2026-02-03T04:05Z", closes_at="2036-02-03T04:05Z",
)
""",
        answers={},
        claims={"payload": {"company_name": "Acme"}},
    ),
    "typed payload fields": Shape(
        models="""
class User(AbstractUser):
    pass


class Account(models.Model):
    user = models.OneToOneField(User, models.CASCADE, related_name="account")
    seats = models.IntegerField(null=True)
    rate = models.DecimalField(max_digits=3, decimal_places=2, default=0)
    since = models.DateField(null=True)
    seen = models.DateTimeField(auto_now=True)
    tier = models.PositiveSmallIntegerField(choices=[(1, "Low"), (2, "High")], null=True)
    on = models.BooleanField(default=False)
    flags = models.JSONField(default=dict)
    logo = models.ImageField(upload_to="logos", blank=True)
    scan = models.FileField()
    trial = models.DurationField(null=True)
    key = models.UUIDField(default=uuid4)
    address = models.GenericIPAddressField(null=True, protocol="ipv6")
    type = models.CharField(max_length=2, blank=True)
""",
        ada=ADA
        + """
Account.objects.create(
    user=ada, seats=3, rate="1.50", since="2026-02-03", tier=2, on=True,
    flags={"a": [1]}, logo="logos/a.png", scan="s.pdf", type="AG",
)
""",
        answers={
            "payload_fields": "account.seats,account.rate,account.since,account.seen,"
            "tier=account.get_tier_display(),account.on,account.flags,account.logo,"
            "scan=account.scan.url,account.trial,account.key,account.address,"
            "account.type"
        },
        claims={
            **LOVELACE,
            "payload": {
                "seats": 3,
                "rate": "1.50",
                "since": "2026-02-03",
                "seen": ANY,
                "tier": "High",
                "on": True,
                "flags": {"a": [1]},
                "logo": "logos/a.png",
                "scan": "/s.pdf",
                "trial": None,
                "key": ANY,
                "address": None,
                "type": "AG",
            },
        },
    ),
    "the first of many memberships": Shape(
        models="""
class User(AbstractUser):
    pass


class Organization(models.Model):
    name = models.CharField(max_length=40, unique=True)
    owner = models.ForeignKey(User, models.PROTECT, related_name="owned")


class ActiveManager(models.Manager):
    def get_queryset(self):
        return super().get_queryset().filter(is_active=True)


class Membership(models.Model):
    user = models.ForeignKey(User, models.CASCADE)
    organization = models.ForeignKey(Organization, models.CASCADE)
    role = models.CharField(max_length=9)
    is_active = models.BooleanField(default=False)
    objects = ActiveManager()

    class Meta:
        ordering = ["role"]
        default_related_name = "memberships"
        constraints = [
            models.UniqueConstraint(fields=["user", "organization"], name="once")
        ]
""",
        ada=ADA
        + """
for role, name in ("writer", "Beta"), ("admin", "Acme"):
    organization = Organization.objects.create(name=name, owner=ada)
    Membership.objects.create(
        user=ada, organization=organization, role=role, is_active=True
    )
""",
        answers={
            "payload_fields": "company=memberships.first().organization.name,"
            "role=memberships.first().role,last=memberships.last().role"
        },
        claims={
            **LOVELACE,
            "payload": {"company": "Acme", "role": "admin", "last": "writer"},
        },
    ),
    "the last of many teams": Shape(
        models="""
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType


class Note(models.Model):
    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.CharField(max_length=20)
    about = GenericForeignKey()
    text = models.CharField(max_length=20)


class User(AbstractUser):
    notes = GenericRelation(Note)
    teams = models.ManyToManyField("Team", through="Place", related_name="people")


class Team(models.Model):
    label = models.CharField(max_length=10)


class Place(models.Model):
    user = models.ForeignKey(User, models.CASCADE)
    team = models.ForeignKey(Team, models.CASCADE)
    since = models.DateField()


class Project(models.Model):
    title = models.CharField(max_length=10)
    members = models.ManyToManyField(User, related_name="projects")
""",
        ada=ADA
        + """
for label in ("One", "Two"):
    ada.teams.add(Team.objects.create(label=label), through_defaults={"since": now()})
ada.projects.add(Project.objects.create(title="Engine"))
Note.objects.create(about=ada, text="Hello")
""",
        answers={
            "payload_fields": "team=teams.last().label,project=projects.first().title,"
            "notes.first().text"
        },
        claims={
            **LOVELACE,
            "payload": {"team": "Two", "project": "Engine", "text": "Hello"},
        },
    ),
    "UUID keys": Shape(
        models="""
class Key(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)

    class Meta:
        abstract = True


class User(Key, AbstractUser):
    public_id = models.SlugField(unique=True)


class Profile(Key):
    user = models.OneToOneField(User, models.CASCADE, related_name="profile")
    company_name = models.CharField(max_length=80)
""",
        ada="""
ada = User.objects.create_user("ada", "ada@example.com", public_id="u-1")
Profile.objects.create(user=ada, company_name="Acme")
""",
        answers={"user_id_field": "public_id"},
        claims={"sub": "u-1", "payload": {"company_name": "Acme"}},
    ),
    "a proxy of a person": Shape(
        models="""
class Person(AbstractUser):
    pass


class User(Person):
    class Meta:
        proxy = True


class Profile(models.Model):
    user = models.OneToOneField(Person, models.CASCADE, related_name="profile")
    company_name = models.CharField(max_length=80)
""",
        ada=ADA + 'Profile.objects.create(user=ada, company_name="Acme")\n',
        answers={},
        claims={**LOVELACE, "payload": {"company_name": "Acme"}},
    ),
    "a member that is a person": Shape(
        models="""
class Party(models.Model):
    display_name = models.CharField(max_length=50)
    kind = models.CharField(max_length=1, choices=[("p", "Person"), ("f", "Firm")])


class User(Party, AbstractUser):
    is_verified = models.BooleanField(default=False)

    @property
    def firm(self):
        return self.contract.firm


class Contract(models.Model):
    user = models.OneToOneField(Party, models.CASCADE, related_name="contract")
    firm = models.ForeignKey(Party, models.CASCADE, null=True, related_name="+")
    number = models.CharField(primary_key=True, max_length=12)
""",
        ada="""
firm = Party.objects.create(display_name="Acme", kind="f")
ada = User(username="ada", email="ada@example.com", display_name="Ada", kind="p")
ada.save()
Contract.objects.create(user=ada, firm=firm, number="A-1")
""",
        answers={
            "name_field": "display_name",
            "payload_fields": "contract.number,kind=get_kind_display(),"
            "firm=contract.firm.display_name",
        },
        claims={
            "name": "Ada",
            "payload": {"number": "A-1", "kind": "Person", "firm": "Acme"},
        },
    ),
    "users in a second database that has a replica": Shape(
        models="""
class User(AbstractUser):
    pass


class Profile(models.Model):
    user = models.OneToOneField(User, models.CASCADE, related_name="profile")
    company_name = models.CharField(max_length=80)


class Router:
    def db_for_read(self, model, **hints):
        return "default" if model._meta.app_label == "sessions" else "replica"

    def db_for_write(self, model, **hints):
        return "default" if model._meta.app_label == "sessions" else "people"

    def allow_relation(self, one, other, **hints):
        return True

    def allow_migrate(self, db, app_label, **hints):
        return db == ("default" if app_label == "sessions" else "people")
""",
        ada=ADA + 'Profile.objects.create(user=ada, company_name="Acme")\n',
        answers={},
        claims={**LOVELACE, "payload": {"company_name": "Acme"}},
        settings="""
DATABASES["people"] = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": BASE_DIR / "people.sqlite3",
    "TEST": {"NAME": "file:people?mode=memory&cache=shared"},
}
DATABASES["replica"] = {**DATABASES["people"], "TEST": {"MIRROR": "people"}}
DATABASE_ROUTERS = ["people.models.Router"]
""",
    ),
    "hidden and checked rows behind a gateway": Shape(
        models="""
import os

from django.http import HttpResponse


class UserManager(BaseUserManager):
    def get_queryset(self):
        return super().get_queryset().filter(email_verified=True, deleted_at=None)


class User(AbstractUser):
    email_verified = models.BooleanField(default=False)
    deleted_at = models.DateTimeField(null=True, blank=True)
    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(email=""), name="has_email")
        ]


class Profile(models.Model):
    user = models.OneToOneField(User, models.CASCADE, related_name="profile")
    company_name = models.CharField(max_length=80)

    def save(self, *args, **kwargs):
        if not self.company_name:
            raise ValueError("a company has a name")
        super().save(*args, **kwargs)


def gateway(get_response):
    def ask(request):
        if "PYTEST_CURRENT_TEST" not in os.environ:
            return get_response(request)
        if request.user.is_authenticated:
            raise LookupError("no route for tests")
        return HttpResponse(status=503)

    return ask
""",
        ada="""
ada = User(username="ada", email="ada@example.com", email_verified=True)
ada.save()
Profile.objects.create(user=ada, company_name="Acme")
""",
        answers={},
        claims={"name": "ada", "payload": {"company_name": "Acme"}},
        settings='MIDDLEWARE.append("people.models.gateway")\n',
    ),
    "a login middleware of its own": Shape(
        models=USER
        + """

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.shortcuts import redirect


class SecondFactor(LoginRequiredMiddleware):
    def process_view(self, request, view, args, kwargs):
        if request.user.is_authenticated and not request.session.get("code"):
            return redirect("/code/")
        return super().process_view(request, view, args, kwargs)
""",
        ada=ADA
        + """

def enter_code(client):
    session = client.session
    session["code"] = True
    session.save()
""",
        answers=NONE,
        claims={**LOVELACE, "payload": {}},
        settings='MIDDLEWARE += ["people.models.SecondFactor"]\n',
        stranger=302,
    ),
    "a page that takes every path": Shape(
        models=USER,
        ada=ADA,
        answers=NONE,
        claims={**LOVELACE, "payload": {}},
        urls="""
urlpatterns += [re_path(r"^.*$", lambda request: HttpResponse("<div id=app></div>"))]
""",
    ),
    "below a path": Shape(
        models=USER,
        ada=ADA,
        answers=NONE,
        claims={**LOVELACE, "payload": {}},
        settings='FORCE_SCRIPT_NAME = "/portal"\n',
    ),
    "a language in every path": Shape(
        models=USER,
        ada=ADA,
        answers=NONE,
        claims={**LOVELACE, "payload": {}},
        settings="""
LANGUAGE_CODE = "de"
MIDDLEWARE.insert(2, "django.middleware.locale.LocaleMiddleware")
""",
        urls="from django.conf.urls.i18n import i18n_patterns\n",
        after="""
urlpatterns = i18n_patterns(*urlpatterns)
""",
    ),
    "settings that get in the way": Shape(
        models=USER,
        ada='call_command("collectstatic", verbosity=0)\n' + ADA,
        answers=NONE,
        claims={**LOVELACE, "payload": {}},
        settings="""
SECURE_SSL_REDIRECT = True
DEBUG_PROPAGATE_EXCEPTIONS = True
SILENCED_SYSTEM_CHECKS = ["jupid_embed.E008", "jupid_embed.E001"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
                      "LOCATION": BASE_DIR / "cache"}}
USE_TZ = False
LANGUAGE_CODE = "fr"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.AllowAllUsersModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
STATIC_ROOT = BASE_DIR / "static"
STATIC_URL = "/assets/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    },
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": True,
    "loggers": {"jupid_embed": {"level": "ERROR", "propagate": False}},
}
import logging

logging.disable(logging.CRITICAL)
INSTALLED_APPS += ["debug_toolbar"]
MIDDLEWARE.insert(0, "debug_toolbar.middleware.DebugToolbarMiddleware")
INTERNAL_IPS = ["127.0.0.1"]
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "!!%s!!"
""",
        urls='urlpatterns += [path("__debug__/", include("debug_toolbar.urls"))]\n',
        files={
            "pytest.ini": "[pytest]\npythonpath = .\nfilterwarnings = error\n"
            "asyncio_default_fixture_loop_scope = function\n"
        },
    ),
    "a browser in its own tests": Shape(
        models=USER,
        ada=ADA,
        answers=NONE,
        claims={**LOVELACE, "payload": {}},
        files={
            "tests/conftest.py": """
import os
import shutil

import pytest

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {"executable_path": shutil.which("chromium"), "args": ["--no-sandbox"]}
""",
            # The database puts it among the first, and its event loop stays.
            "tests/test_page.py": """
def test_page(db, page):
    page.set_content("<p>Hello</p>")
    assert page.inner_text("p") == "Hello"
""",
            "pytest.ini": "[pytest]\npythonpath = .\naddopts = -p no:randomly\n",
        },
    ),
    "users who lead to users": Shape(
        models="""
class Company(models.Model):
    code = models.CharField(max_length=3, unique=True)
    parent = models.ForeignKey("self", models.CASCADE, null=True)


class User(AbstractUser):
    boss = models.ForeignKey("self", models.SET_NULL, null=True, related_name="staff")
    firm = models.ForeignKey(Company, models.PROTECT, to_field="code", null=True)

    class Meta:
        unique_together = [("firm", "first_name")]
""",
        ada="""
firm = Company.objects.create(code="A", parent=Company.objects.create(code="P"))
boss = User.objects.create_user("bob")
ada = User.objects.create_user("ada", "ada@example.com", boss=boss, firm=firm)
User.objects.create_user("eve", boss=ada)
""",
        answers={
            "payload_fields": "boss=boss.username,staff=staff.first().username,"
            "firm=firm.code,parent=firm.parent.code"
        },
        claims={"payload": {"boss": "bob", "staff": "eve", "firm": "A", "parent": "P"}},
    ),
    "columns of other people's making": Shape(
        models="""
from django.db.models.functions import Lower
from django_countries.fields import CountryField
from phonenumber_field.modelfields import PhoneNumberField


class Person(models.Model):
    full_name = models.CharField(max_length=30)
    mail = models.EmailField(unique=True)
    country = CountryField()


class User(AbstractBaseUser):
    person = models.OneToOneField(Person, models.CASCADE, primary_key=True)
    phone = PhoneNumberField(unique=True)
    nick = models.CharField(max_length=30)
    low = models.GeneratedField(
        expression=Lower("nick"),
        output_field=models.CharField(max_length=30),
        db_persist=True,
    )
    USERNAME_FIELD = "phone"
    objects = BaseUserManager()

    def get_username(self):
        return str(self.phone)
""",
        ada="""
ada = Person.objects.create(full_name="Ada L", mail="ada@example.com", country="NL")
ada = User.objects.create(person=ada, phone="+12025550100", nick="A")
""",
        answers={
            "email_field": "person.mail",
            "name_field": "person.full_name",
            "payload_fields": "country=person.country.code,low",
        },
        claims={"name": "Ada L", "payload": {"country": "NL", "low": "a"}},
    ),
    "a switch that is off until somebody approves": Shape(
        models="""
from django.db.models.signals import pre_save

STATES = [("new", "Not yet verified"), ("in", "Verified"), ("out", "Unverified")]


class UserManager(BaseUserManager):
    def get_queryset(self):
        return super().get_queryset().filter(is_inactive=False, state="in")


class User(AbstractUser):
    username = None
    first_name = None
    last_name = None
    number = models.IntegerField(unique=True)
    name = models.CharField(max_length=80, blank=True)
    is_inactive = models.BooleanField(default=False)
    has_agreed = models.BooleanField()
    state = models.CharField(max_length=9, choices=STATES, default="new")
    discount = models.IntegerField()
    USERNAME_FIELD = "number"
    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(has_agreed=True), name="agreed"),
            models.CheckConstraint(
                condition=models.Q(discount__range=[0, 100]), name="discount"
            ),
        ]


@receiver(pre_save, sender=User)
def wait(instance, **kwargs):
    if instance._state.adding:
        instance.is_active = False
""",
        ada="""
ada = User(number=7, email="ada@example.com", discount=5, has_agreed=True, state="in")
ada.save()
ada.is_active = True
ada.save()
""",
        answers={"name_field": "name", "payload_fields": "discount,state"},
        claims={"name": "7", "payload": {"discount": 5, "state": "in"}},
    ),
    "small tables and a view that others fill": Shape(
        models="""
from django.db import connection
from django.db.models.signals import post_migrate
from taggit.managers import TaggableManager

VIEW = "SELECT id, id AS user_id, 'monthly' AS cycle FROM people_user"


class Plan(models.Model):
    code = models.CharField(
        max_length=4, unique=True, choices=[("free", "Free"), ("pro", "Pro")]
    )


class Country(models.Model):
    iso = models.CharField(
        max_length=2, unique=True, validators=[RegexValidator("^[A-Z]{2}$")]
    )


class User(AbstractUser):
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+")
    next_plan = models.ForeignKey(Plan, models.PROTECT, related_name="+")
    country = models.ForeignKey(Country, models.PROTECT)
    tags = TaggableManager()


class Profile(models.Model):
    user = models.OneToOneField(
        User, models.CASCADE, to_field="username", related_name="profile"
    )
    company_name = models.CharField(max_length=80)


class Billing(models.Model):
    user = models.OneToOneField(User, models.DO_NOTHING, related_name="billing")
    cycle = models.CharField(max_length=9)

    class Meta:
        managed = False
        db_table = "v_billing"


@receiver(post_migrate)
def make_view(**kwargs):
    if "people_user" in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE VIEW IF NOT EXISTS v_billing AS {VIEW}")
""",
        ada="""
plan = Plan.objects.create(code="pro")
ada = User.objects.create_user(
    "ada",
    "ada@example.com",
    plan=plan,
    next_plan=plan,
    country=Country.objects.create(iso="NL"),
)
ada.tags.add("founder")
Profile.objects.create(user=ada, company_name="Acme")
""",
        answers={
            "payload_fields": "profile.company_name,plan=plan.code,next=next_plan.code,"
            "country=country.iso,cycle=billing.cycle,tag=tags.first().name"
        },
        claims={
            "payload": {
                "company_name": "Acme",
                "plan": "pro",
                "next": "pro",
                "country": "NL",
                "cycle": "monthly",
                "tag": "founder",
            }
        },
        settings='INSTALLED_APPS.append("taggit")\n',
    ),
    "users of a directory, who sign in at its gate": Shape(
        models="""
class User(AbstractBaseUser):
    login = models.CharField(max_length=20, primary_key=True)
    email = models.EmailField()
    state = models.CharField(max_length=3, default="on")
    is_active = models.GeneratedField(
        expression=models.Q(state="on"),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    USERNAME_FIELD = "login"
    objects = BaseUserManager()
""",
        ada="""
ada = User.objects.create(login="ada", email="ada@example.com")


def enter_code(client):
    client.defaults["REMOTE_USER"] = "ada"
""",
        answers={"name_field": "login", **NONE},
        claims={"name": "ada", "payload": {}},
        settings="""
LOGIN_URL = None
MIDDLEWARE.append("django.contrib.auth.middleware.RemoteUserMiddleware")
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.RemoteUserBackend"]
""",
    ),
    "staff in a table of their own, counted by a manager": Shape(
        models="""
class Title(models.TextChoices):
    MS = "ms", "Ms"
    DR = "dr", "Dr"


class UserManager(BaseUserManager):
    def get_queryset(self):
        return super().get_queryset().annotate(team_count=models.Count("memberships"))


class User(AbstractUser):
    title = models.CharField(max_length=2, choices=Title.choices, default=Title.MS)
    objects = UserManager()

    def get_full_name(self):
        return f"{Title(self.title).label} {self.last_name}"

    def get_username(self):
        return f"people/{self.username}"


class Employee(User):
    staff_code = models.CharField(max_length=8)


class Membership(models.Model):
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    team = models.CharField(max_length=40)
    inviter = models.ForeignKey(User, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(inviter=models.F("user")), name="not_by_oneself"
            )
        ]
""",
        ada="""
eve = User.objects.create(username="eve")
ada = Employee.objects.create(
    username="ada", email="ada@example.com", last_name="L", staff_code="A7"
).user_ptr
Membership.objects.create(user=ada, inviter=eve, team="Books")
""",
        answers={
            "payload_fields": "team_count,code=employee.staff_code,"
            "team=memberships.first().team",
        },
        claims={
            "name": "Ms L",
            "payload": {"team_count": 1, "code": "A7", "team": "Books"},
        },
    ),
    "a broker that is down, a database that is away, terms to accept": Shape(
        models="""
class User(AbstractUser):
    terms = models.IntegerField(default=0)


class Profile(models.Model):
    user = models.OneToOneField(User, models.CASCADE, related_name="profile")
    company_name = models.CharField(max_length=80)


@receiver(post_save, sender=User)
def welcome(instance, created, **kwargs):
    if created:
        Profile.objects.create(user=instance)
        raise ConnectionError("the broker is down")


class Router:
    def allow_migrate(self, db, app_label, **hints):
        return db == "default"


def accepted_terms(get_response):
    from django.http import HttpResponse

    def respond(request):
        if request.user.is_authenticated and request.user.terms < 3:
            return HttpResponse("Accept our terms.")
        return get_response(request)

    return respond
""",
        ada="""
User.objects.bulk_create([User(username="ada", email="ada@example.com", terms=3)])
ada = User.objects.get()
Profile.objects.create(user=ada, company_name="Acme")
""",
        answers={},
        claims={"payload": {"company_name": "Acme"}},
        settings="""
DATABASES["legacy"] = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": BASE_DIR / "legacy.sqlite3",
    "TEST": {"NAME": BASE_DIR / "away" / "legacy.sqlite3"},
}
DATABASE_ROUTERS = ["people.models.Router"]
MIDDLEWARE.append("people.models.accepted_terms")
""",
    ),
    "a login by an email that is text, a profile that is never missing": Shape(
        models="""
from django.db.models.fields.related_descriptors import ReverseOneToOneDescriptor


class User(AbstractBaseUser):
    email = models.CharField(max_length=255, null=True, blank=True, unique=True)
    nick = models.CharField(max_length=20)
    USERNAME_FIELD = "email"
    objects = BaseUserManager()

    def get_session_auth_hash(self):
        return super().get_session_auth_hash() + self.email

    @property
    def display_name(self):
        return self.profile.display_name or self.nick


class MadeWhenRead(ReverseOneToOneDescriptor):
    def __get__(self, instance, cls=None):
        try:
            return super().__get__(instance, cls)
        except self.RelatedObjectDoesNotExist:
            return self.related.related_model.objects.create(user=instance)


class AutoOneToOneField(models.OneToOneField):
    related_accessor_class = MadeWhenRead


class Profile(models.Model):
    user = AutoOneToOneField(User, models.CASCADE, related_name="profile")
    display_name = models.CharField(max_length=80, blank=True)


class Settings(models.Model):
    user = models.OneToOneField(User, models.CASCADE, related_name="settings")
    contact = models.CharField(max_length=64, validators=[validate_email], unique=True)


@receiver(post_save, sender=User)
def make_settings(instance, created, **kwargs):
    if created:
        Settings.objects.create(user=instance, contact=f"{instance.pk}@x.example")
""",
        ada="""
ada = User.objects.create(email="ada@example.com", nick="ada")
ada.profile
Settings.objects.update(contact="books@example.com")
""",
        answers={
            "email_field": "settings.contact",
            "name_field": "display_name",
            "payload_fields": "title=profile.display_name,login=email",
        },
        claims={
            **{"email": "books@example.com", "name": "ada"},
            "payload": {"title": "", "login": "ada@example.com"},
        },
    ),
    "refusals of its own": Shape(
        models="""
from django.contrib.auth import user_logged_in
from django.db.models.signals import pre_delete

request = None


class Money:
    def __init__(self, cents):
        self.cents = cents


class MoneyField(models.Field):
    def get_internal_type(self):
        return "IntegerField"

    def to_python(self, value):
        return Money(value.cents)

    def get_prep_value(self, value):
        return getattr(value, "cents", value)

    def from_db_value(self, value, expression, connection):
        return Money(value)


class User(AbstractUser):
    def save(self, *args, **kwargs):
        raise PermissionError("the directory alone makes users")


class Profile(models.Model):
    user = models.OneToOneField(User, models.CASCADE, related_name="profile")
    company_name = models.CharField(max_length=80)
    balance = MoneyField()


@receiver(post_save, sender=Profile)
def audit(instance, **kwargs):
    request.user.audits.create(profile=instance)


@receiver(pre_delete, sender=Profile)
def keep(instance, **kwargs):
    raise PermissionError("a profile is never deleted")


@receiver(user_logged_in)
def greet(request, **kwargs):
    request.META["REMOTE_ADDR"]
""",
        ada="""
user_logged_in.receivers = []
User.objects.bulk_create([User(username="ada", email="ada@example.com")])
ada = User.objects.get()
Profile.objects.bulk_create(
    [Profile(user=ada, company_name="Acme", balance=Money(3))]
)
""",
        answers={},
        claims={"payload": {"company_name": "Acme"}},
        files={
            "conftest.py": """
import freezegun
import pytest
from django.utils import translation


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    from people.models import User

    with django_db_blocker.unblock():
        User.objects.bulk_create([User(username="ada", email="ada@example.com")])


@pytest.fixture(autouse=True)
def settings_of_every_test(settings):
    settings.TEMPLATES = []
    translation.activate("de")
    with freezegun.freeze_time("2020-02-03"):
        yield
"""
        },
    ),
}
