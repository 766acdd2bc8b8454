"""Host projects of other shapes than the example's: models, users and settings."""

from __future__ import annotations

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
    "email in place of a username": Shape(
        models="""
class UserManager(BaseUserManager):
    def create_user(self, email, password):
        user = self.model(email=self.normalize_email(email))
        user.set_password(password)
        user.save()
        return user


class User(AbstractUser):
    username = None
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
    homepage = models.URLField()
""",
        ada="""
ada = User.objects.create_user(
    "ada", "ada@example.com", birthday="1985-12-10", tax_number="123456789"
)
Profile.objects.create(
    user=ada, approved_by=ada, company_name="Acme", balance="0.5", opened_at=now()
)
""",
        answers={},
        claims={"payload": {"company_name": "Acme"}},
    ),
}
