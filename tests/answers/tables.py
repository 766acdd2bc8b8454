"""For each question good answers and wrong ones, and what is said of these."""

from __future__ import annotations

from typing import Any

NO_NAME = (
    "is no field name; write a path such as email, profile.company_name or "
    "get_full_name()"
)
KEPT = "is a name that Django or Python keeps for itself; name a field or method of your own"
A_SLUG = (
    'write lower-case words joined by "-" or "_", at most 50 characters, as in '
    "jupid-integration"
)
AN_ID = (
    'a partner ID is 1 to 128 letters, digits, ".", "_" or "-", and starts with a letter '
    "or digit"
)
AN_AUDIENCE = (
    'an audience is 1 to 128 letters, digits, ".", "_", "-", ":" or "/", and starts with '
    "a letter or digit"
)
A_URL = "an app URL starts with https://, as in https://app.jupid.com"
A_HOST = "the host is letters, digits, dots and hyphens, as in https://app.jupid.com"
HTTPS = "use https; http is only for localhost, 127.0.0.1 and [::1]"
A_PORT = "a port is a number from 1 to 65535"
A_CLAIM = 'is no name: use ASCII letters, digits and "_", starting with a letter'
LONG_CLAIM = (
    "is longer than 40 characters; write a shorter one before an equals sign, as in "
    "plan=account.plan"
)
MISSING = "a field is missing beside a comma or an equals sign"
SAME_AS_ID = "this is the user ID already, and that must never change"
NO_EMAIL = "holds no email; name a field that does, such as email or profile.work_email"
NAMELESS = (
    "is no display name; name a field or method such as display_name or get_full_name()"
)
CHANGING = "can change; Jupid maps users by this value, so name one that never does, such as pk"
A_KEY = (
    "is the key of a row that two users may share; Jupid maps users by this value, so "
    "write pk"
)
MAYBE_A_KEY = (
    "may be the key of a row that two users share; Jupid maps users by this value, so "
    "write pk, or one that names the user alone, such as public_id"
)
SHARED = "can be the same for two users; Jupid maps users by this value, so write pk"
TOMORROW = (
    "picks a row, and may pick another tomorrow; Jupid maps users by this value, so name "
    "one of the user's own, such as pk"
)

LABEL = "a" * 63
HOST = f"{LABEL}.{LABEL}.{LABEL}.{'a' * 61}"  # 253 characters, the longest


def fields(count: int) -> str:
    return ",".join(f"field{number}" for number in range(count))


# What is typed, and what is rendered.
GOOD: dict[str, dict[str, str]] = {
    "project_slug": {
        "jupid-integration": "jupid-integration",
        "a": "a",
        "7": "7",
        "acme_jupid-2": "acme_jupid-2",
        "  acme ": "acme",
        "a" * 50: "a" * 50,
        "com10": "com10",
        "con-jupid": "con-jupid",
    },
    "partner_id": {
        "your-partner-id": "your-partner-id",
        "7": "7",
        "Acme.EU_1-x": "Acme.EU_1-x",
        "\tacme\n": "acme",
        "a" * 128: "a" * 128,
    },
    "audience": {
        "jupid-embed": "jupid-embed",
        "urn:jupid/embed.v1_2": "urn:jupid/embed.v1_2",
        "https://jupid.example/a": "https://jupid.example/a",
        "URN:Jupid/Embed": "URN:Jupid/Embed",
        " a ": "a",
        "a" * 128: "a" * 128,
    },
    "app_url": {
        "https://a.0xG": "https://a.0xg",
        "https://app.jupid.com": "https://app.jupid.com",
        " https://app.jupid.com/ ": "https://app.jupid.com",
        "HTTPS://App.Jupid.COM": "https://app.jupid.com",
        "https://app.jupid.com:443": "https://app.jupid.com",
        "https://app.jupid.com:443/": "https://app.jupid.com",
        "https://app.jupid.com:8443": "https://app.jupid.com:8443",
        "https://app.jupid.com:00080": "https://app.jupid.com:80",
        "https://app.jupid.com:65535": "https://app.jupid.com:65535",
        "https://a:1": "https://a:1",
        "https://a:65535": "https://a:65535",
        "http://localhost:80": "http://localhost",
        "http://LOCALHOST:8001/": "http://localhost:8001",
        "http://127.0.0.1:8001": "http://127.0.0.1:8001",
        "http://[::1]:8001": "http://[::1]:8001",
        "http://localhost:443": "http://localhost:443",
        "https://[::1]": "https://[::1]",
        "https://10.0.0.255": "https://10.0.0.255",
        "https://a1.2b.c-d": "https://a1.2b.c-d",
        f"https://{HOST}": f"https://{HOST}",
    },
    "user_id_field": {
        "pk": "pk",
        "id": "id",
        "public_id": "public_id",
        **{
            name: name
            for name in (
                *(
                    "get_uuid()",
                    "get_id()",
                    "distinct_id",
                    "fxa_id",
                    "emp_no",
                    "clerk_id",
                ),
            )
        },
        "account.public_id": "account.public_id",
        " account . public_id ": "account.public_id",
        "profile.user_id": "profile.user_id",
        **{
            name: name
            for name in (
                *(
                    "uid",
                    "uuid",
                    "guid",
                    "oid",
                    "key",
                    "reference",
                    "identifier",
                    "sub",
                ),
                *("external_id", "external_user_id", "External_ID", "get_user_id()"),
                *("member_id", "employee_id", "person_id", "sso_id", "legacy_id"),
                *("user_uuid", "publicUuid", "payroll_number", "external_ref"),
                *("account.external_id", "profile.uuid", "a.b.c.uuid", "member_number"),
                # Words that only begin or end like those which two users share.
                *("planner", "agenda", "statute", "roleplay_key", "isbn", "cannon_key"),
                *("format", "ion", "at", "candidate", "canonical", "hash", "userId"),
                *("contact_id", "subscriber_no", "objectGUID", "entra_id", "google_id"),
                *(
                    "github_id",
                    "candidate_id",
                    "student.number",
                    "memberid",
                    "employeeno",
                ),
                *(
                    "candidateid",
                    "keynumber",
                    "hidden_key",
                    "stable",
                    "accountable.uuid",
                ),
            )
        },
        "user_id": "user_id",
        "get_external_id()": "get_external_id()",
        "get_external_id( )": "get_external_id()",
        "account.reference ()": "account.reference()",
        "a" * 63: "a" * 63,
        "Account.PublicID": "Account.PublicID",
        "renamedKey": "renamedKey",
        "print": "print",
        "match": "match",
    },
    "email_field": {
        "email": "email",
        "profile.work_email": "profile.work_email",
        "a.b.c.d": "a.b.c.d",
        "get_email()": "get_email()",
        **{
            name: name
            for name in (
                *("secretary", "tokenized", "opinion", "spin", "pinned"),
                *(
                    "key",
                    "api_name",
                    "private_email",
                    "card",
                    "credit",
                    "session",
                    "code",
                ),
                *("company_email", "billing_email", "office_mail", "contact_id"),
                *("recovery_email", "shopping_cart", "hotplate", "securities", "motp"),
            )
        },
        "emails.first().address": "emails.first().address",
        " emails . last ( ) . address ": "emails.last().address",
        "a.first().b.last().c.first().d": "a.first().b.last().c.first().d",
        "a.b.first().c.get_email()": "a.b.first().c.get_email()",
        "first": "first",
        "i.o.L": "i.o.L",
        "last()": "last()",
        "first.last().email": "first.last().email",
        "profile.email()": "profile.email()",
        "company.email": "company.email",
        "profile.username": "profile.username",
        "contact_id": "contact_id",
    },
    "name_field": {
        "get_full_name()": "get_full_name()",
        "get_short_name()": "get_short_name()",
        "get_username()": "get_username()",
        "first_name": "first_name",
        "display_name()": "display_name()",
        "display_name": "display_name",
        "profile.get_title_display()": "profile.get_title_display()",
        "profile.get_full_name": "profile.get_full_name",
        "profile.email": "profile.email",
        "get_display": "get_display",
    },
    "payload_fields": {
        "none": "none",
        "Username()": "Username=Username()",
        "profile.Email": "Email=profile.Email",
        " None ": "none",
        "NONE": "none",
        "plan": "plan=plan",
        "Plan=plan,planB=plan": "Plan=plan,planB=plan",
        "plan=plan": "plan=plan",
        "profile.company_name": "company_name=profile.company_name",
        " a = profile . b , c = d() ": "a=profile.b,c=d()",
        "d()": "d=d()",
        "a=none": "a=none",
        "user_id=pk,key=profile.user_id": "user_id=pk,key=profile.user_id",
        "class=plan": "class=plan",
        "password=plan": "password=plan",
        f"{'c' * 40}={'f' * 63}": f"{'c' * 40}={'f' * 63}",
        "one=plan,two=plan": "one=plan,two=plan",
        fields(50): ",".join(f"field{n}=field{n}" for n in range(50)),
        "x=profile.company_id,y=profile.company.name": (
            "x=profile.company_id,y=profile.company.name"
        ),
        "role=groups.first().name,plan=group.name,last=groups.last().name": (
            "role=groups.first().name,plan=group.name,last=groups.last().name"
        ),
        "x=p.orgs.first().name,y=p.orgs_id,z=p.orgs.last().name": (
            "x=p.orgs.first().name,y=p.orgs_id,z=p.orgs.last().name"
        ),
        "x=profile.company.name,y=profile.company_id": (
            "x=profile.company.name,y=profile.company_id"
        ),
    },
}

# What is typed, and why it is refused.
BAD: dict[str, dict[Any, str]] = {
    "project_slug": {
        "": A_SLUG,
        "Jupid": A_SLUG,
        "a b": A_SLUG,
        "a" * 51: A_SLUG,
        "-a": A_SLUG,
        "a-": A_SLUG,
        "a--b": A_SLUG,
        ".": A_SLUG,
        "..": A_SLUG,
        "../x": A_SLUG,
        "/x": A_SLUG,
        "a/b": A_SLUG,
        "a\\b": A_SLUG,
        "caf\N{LATIN SMALL LETTER E WITH ACUTE}": A_SLUG,
        "a\nb": A_SLUG,
        "\N{ARABIC-INDIC DIGIT ONE}": A_SLUG,
        "con": "Windows reserves this name; choose another",
        "lpt9": "Windows reserves this name; choose another",
    },
    "partner_id": {
        "": AN_ID,
        "acme inc": AN_ID,
        "-acme": AN_ID,
        ".acme": AN_ID,
        "acme:eu": AN_ID,
        "a" * 129: AN_ID,
        'a"b': AN_ID,
        "a\N{ZERO WIDTH SPACE}": AN_ID,
        7: "write text, in quotes where the file's format asks for them",
        None: "write text, in quotes where the file's format asks for them",
        True: "write text, in quotes where the file's format asks for them",
        ("a", "b"): "write text, in quotes where the file's format asks for them",
    },
    "audience": {
        "": AN_AUDIENCE,
        "jupid embed": AN_AUDIENCE,
        "/jupid": AN_AUDIENCE,
        "a" * 129: AN_AUDIENCE,
        "a'b": AN_AUDIENCE,
    },
    "app_url": {
        "": A_URL,
        "app.jupid.com": A_URL,
        "ftp://app.jupid.com": A_URL,
        "https:app.jupid.com": A_URL,
        "javascript://app.jupid.com": A_URL,
        "https://app.jupid.com/x": (
            'write the origin alone, without "/x", as in https://app.jupid.com'
        ),
        "https://app.jupid.com?a": (
            'write the origin alone, without "?a", as in https://app.jupid.com'
        ),
        "https://app.jupid.com/#a": (
            'write the origin alone, without "/#a", as in https://app.jupid.com'
        ),
        "https://app.jupid.com\\@evil.example": (
            'write the origin alone, without "\\@evil.example", as in '
            "https://app.jupid.com"
        ),
        "https://app.jupid.com//": (
            'write the origin alone, without "//", as in https://app.jupid.com'
        ),
        "https://me@app.jupid.com": "write no user name or password before the host",
        "https://me:pw@app.jupid.com": "write no user name or password before the host",
        "https://": A_HOST,
        "https://a b.example": A_HOST,
        "https://-a.example": A_HOST,
        "https://a..example": A_HOST,
        "https://a.example.": A_HOST,
        "https://a_b.example": A_HOST,
        "https://256.1.1.1": A_HOST,
        "https://1.2.3": A_HOST,
        "https://0x7f000001": A_HOST,
        "https://a.0X": A_HOST,
        "https://[::2]": A_HOST,
        f"https://{'a' * 64}.example": A_HOST,
        f"https://{HOST}a": A_HOST,
        "https://app.jupid.com:": A_HOST,
        "https://app.jupid.com:x": A_HOST,
        "https://app.jupid.com:123456": A_HOST,
        "https://caf\N{LATIN SMALL LETTER E WITH ACUTE}.example": A_HOST,
        "https://app.jupid.com:0": A_PORT,
        "https://app.jupid.com:65536": A_PORT,
        "http://app.jupid.com": HTTPS,
        "http://127.0.0.2": HTTPS,
        "http://localhost.example": HTTPS,
    },
    "user_id_field": {
        "": f'"" in "" {NO_NAME}',
        "email": (
            '"email" can change; Jupid maps users by this value, so name one that never '
            "does, such as pk"
        ),
        "username": (
            '"username" can change; Jupid maps users by this value, so name one that '
            "never does, such as pk"
        ),
        "profile.Work_Email": (
            '"Work_Email" can change; Jupid maps users by this value, so name one that '
            "never does, such as pk"
        ),
        "get_full_name()": (
            '"get_full_name" can change; Jupid maps users by this value, so name one that '
            "never does, such as pk"
        ),
        **{
            name: (
                f'"{name}" can change; Jupid maps users by this value, so name one that '
                "never does, such as pk"
            )
            for name in (
                *("get_full_name", "workEmail", "displayName", "loginName", "UserName"),
                *("phoneNumber", "emails", "old_usernames", "homeAddresses", "EMAIL"),
                *("email2", "HTMLName"),
            )
        },
        "teams.first().public_id": f'"teams.first().public_id" {TOMORROW}',
        "teams.last().pk": f'"teams.last().pk" {TOMORROW}',
        **{
            name: f'"{name}" {SHARED}'
            for name in (
                *("is_staff", "date_joined", "is_active", "isVerified", "has_plan"),
                *("can_pay_since", "was_invited", "status", "role", "plan", "company"),
                *(
                    "country",
                    "language",
                    "timezone",
                    "birthday",
                    "age",
                    "state",
                    "team",
                ),
                *("created_at", "createdAt", "signed_on", "created_by", "valid_until"),
                *("birth_date", "seat_count", "num_visits", "team_id", "companyId"),
                *("company_id", "company_public_id", "tenant_user_id", "roles"),
                *("companies", "statuses", "Company", "PLAN", "get_tier_display"),
                *("registered_at", "invited_by", "paid_since", "signup", "companyid"),
                *(
                    "tenantid",
                    "customer_id",
                    "client_id",
                    "contract_number",
                    "cost_center",
                ),
                *("hourly_rate", "reseller", "auth_method", "newsletter", "sort_order"),
                *("shard", "import_batch", "salary", "priority", "gdpr_consent"),
                # Written as one word.
                *("isactive", "isstaff", "createdat", "lastseen", "dateofbirth"),
                *("companycode", "orgunit", "deptcode", "countrycode", "statuscode"),
                *("tenantkey", "userlevel", "ipaddr", "lastip", "clientno", "orgid"),
                *("usertype", "memberships_status", "planNo", "jobcode"),
                *("mentor", "Doctor", "reports_to", "belongs_to", "desk", "sku"),
                *("mentor_user_id", "course_external_id", "author", "lead", "siret"),
            )
        },
        "login_count": (
            '"login_count" can change; Jupid maps users by this value, so name one that '
            "never does, such as pk"
        ),
        "get_colour_display()": f'"get_colour_display" {SHARED}',
        "get_x_display()": f'"get_x_display" {SHARED}',
        "get_company_id()": f'"get_company_id" {SHARED}',
        "profile.company.pk": f'"company" {SHARED}',
        "profile.company.public_id": f'"company" {SHARED}',
        "company.uuid": f'"company" {SHARED}',
        "mentor.uuid": f'"mentor" {SHARED}',
        "assigned_to.uuid": f'"assigned_to" {SHARED}',
        "invitedBy.public_id": f'"invitedBy" {SHARED}',
        "manager.external_id": f'"manager" {SHARED}',
        "account.plan.uuid": f'"plan" {SHARED}',
        "profile.status": f'"status" {SHARED}',
        "account.pk": f'"account.pk" {A_KEY}',
        "account.id": f'"account.id" {A_KEY}',
        "a.b.c.id": f'"a.b.c.id" {A_KEY}',
        **{
            name: f'"{name.split(".")[-1].removesuffix("()")}" {MAYBE_A_KEY}'
            for name in (
                *(
                    "account_id",
                    "profile_id",
                    "subject_tree_id",
                    "tree_id",
                    "accountId",
                ),
                *("account_number", "accountNo", "book_code", "account_uuid", "db_pk"),
                *("profile.account_id", "crm_id", "Account_ID", "get_account_id()"),
                *("public_account_id", "account_public_id", "account_key", "account"),
                *("billing_account", "profile.accountKey"),
            )
        },
        **{
            name: f'"{name}" {CHANGING}'
            for name in ("slug", "alias", "title", "avatar_url", "aliases", "nickName")
            + ("fullname", "cell", "emailid", "nick", "upn", "sAMAccountName")
            + ("useremail", "usermail", "emailaddr", "emailhash", "phonenumber")
            + ("familyname", "twitterhandle", "lastlogin", "logincount", "orgname")
            + ("settings", "preferences", "karma", "uname", "eppn", "macaddress")
            + ("skype", "msisdn", "ldap_dn")
        },
        "pk()": '"pk" is a field; write "pk"',
        "account.id()": '"id" is a field; write "account.id"',
        "user.pk": 'a path starts at the user already; write "pk"',
        "user": 'a path starts at the user already; write "pk"',
        "profile.user.public_id": (
            'a path starts at the user already; write "public_id"'
        ),
        "profile.user": 'a path starts at the user already; write "pk"',
    },
    "email_field": {
        "profile.": f'"" in "profile." {NO_NAME}',
        ".email": f'"" in ".email" {NO_NAME}',
        "profile..email": f'"" in "profile..email" {NO_NAME}',
        "profile email": f'"profile email" in "profile email" {NO_NAME}',
        "_state": f'"_state" in "_state" {NO_NAME}',
        "class": f'"class" in "class" {NO_NAME}',
        "None": f'"None" in "None" {NO_NAME}',
        "1st": f'"1st" in "1st" {NO_NAME}',
        "work-email": f'"work-email" in "work-email" {NO_NAME}',
        "profile().email": f'"profile()" in "profile().email" {NO_NAME}',
        "get_email(1)": f'"get_email(1)" in "get_email(1)" {NO_NAME}',
        "()": f'"" in "()" {NO_NAME}',
        "e\N{COMBINING ACUTE ACCENT}mail": (
            f'"e\N{COMBINING ACUTE ACCENT}mail" in "e\N{COMBINING ACUTE ACCENT}mail" '
            f"{NO_NAME}"
        ),
        "a.b.c.d.e": '"a.b.c.d.e" has 5 names; at most 4',
        "a.first().b.c.d.last().e": '"a.first().b.c.d.last().e" has 5 names; at most 4',
        "emails.first.address": (
            '"first" in "emails.first.address" picks one of many rows; write '
            '"emails.first().address"'
        ),
        "emails.Last()": (
            '"Last()" in "emails.Last()" picks one of many rows; write '
            '"emails.last().name"'
        ),
        "emails.first": (
            '"first" in "emails.first" picks one of many rows; write '
            '"emails.first().name"'
        ),
        "emails.first().last().address": (
            '"last()" in "emails.first().last().address" stands behind a row; write '
            "first() or last() once behind each relation"
        ),
        "emails.first()": (
            '"emails.first()" ends at a row; name a field of it, as in '
            '"emails.first().name"'
        ),
        "first().email": f'"first()" in "first().email" {NO_NAME}',
        "emails.first(1).address": f'"first(1)" in "emails.first(1).address" {NO_NAME}',
        "a.first().user.email": 'a path starts at the user already; write "email"',
        "a" * 64: f'"{"a" * 57}..." is longer than 63 characters',
        "work__email": (
            '"work__email" is no field name in Django: no "__", and no "_" at the end'
        ),
        "email_": '"email_" is no field name in Django: no "__", and no "_" at the end',
        "l": '"l" is easily read as a digit; name another field',
        "profile.O": '"O" is easily read as a digit; name another field',
        "I.email": '"I" is easily read as a digit; name another field',
        "password": '"password" must not go into a token',
        "profile.OldPassword": '"OldPassword" must not go into a token',
        "password_hints.email": '"password_hints" must not go into a token',
        **{
            f"{name}.email" if name == "auth_token" else name: (
                f'"{name}" must not go into a token'
            )
            for name in (
                *("token", "auth_token", "authToken", "TOKEN", "tokens2", "secret"),
                *(
                    "client_secret",
                    "otp_secret",
                    "api_key",
                    "apikey",
                    "apiKeys",
                    "APIKey",
                ),
                *(
                    "otp",
                    "recovery_codes",
                    "recoveryCode",
                    "passwd",
                    "pwd",
                    "ssn",
                    "pin",
                ),
                *(
                    "PIN",
                    "pin2",
                    "cvv",
                    "cvc",
                    "private_key",
                    "session_key",
                    "sessionid",
                ),
                *("credit_card", "my_card_number", "passphrase", "backup_codes", "jwt"),
                *("social_security_number", "security_answer", "magic_link", "totp"),
                *("pass_word", "accesstoken", "one_time_code", "csrftoken", "authCode"),
                *("userpasswords", "passwHash", "Passwort", "totpdevice", "staticTOTP"),
                *("pw_hash", "salt", "bearer", "hmac_key", "mfa_seed", "seed_words"),
                *(
                    "scratch_codes",
                    "reset_key",
                    "card_no",
                    "national_id",
                    "passport_no",
                ),
                *("drivers_license", "maiden_name", "fingerprints", "session_hash"),
                *("passport", "IBAN", "bank_account_number", "sort_code", "cookies"),
                *(
                    "passWd",
                    "kennWort",
                    "usertoken",
                    "mysecret",
                    "usersecrets",
                    "creds",
                    "two_factor_code",
                ),
                *("email_code", "wallet_seed", "xsrf", "webhook_key", "tls_key"),
                *(
                    "database_url",
                    "saml_response",
                    "reset_link",
                    "basic_auth",
                    "bcrypt",
                ),
                *("voiceprint", "motdepasse", "ni_number", "card_expiry", "keyfile"),
                *("mot_de_passe", "smtp_pass", "stripe_key", "githubPat", "otpcode"),
                *("magic_url", "extra_data", "authenticator", "invite_links"),
            )
        },
        "none": "every token holds this; name a field or method of your own",
        "null": "every token holds this; name a field or method of your own",
        "NONE": "every token holds this; name a field or method of your own",
        "Nothing": "every token holds this; name a field or method of your own",
        **{
            name: f'"{name}" {NO_EMAIL}'
            for name in (
                "email_verified",
                "emailConfirmed",
                "email_count",
                "created_at",
            )
        },
        "is_verified": f'"is_verified" {NO_EMAIL}',
        "profile.hasEmail": f'"hasEmail" {NO_EMAIL}',
        "profile.user_id.name": f'"user_id" in "profile.user_id.name" {KEPT}',
        "profile.otp_secret": '"otp_secret" must not go into a token',
        "get_api_key()": '"get_api_key" must not go into a token',
        "save": f'"save" in "save" {KEPT}',
        "objects": f'"objects" in "objects" {KEPT}',
        "profile.DELETE": f'"DELETE" in "profile.DELETE" {KEPT}',
        "profile.pk.email": f'"pk" in "profile.pk.email" {KEPT}',
        "profile.id.email": f'"id" in "profile.id.email" {KEPT}',
        "groups": f'"groups" in "groups" {KEPT}',
        "username.email": f'"username" in "username.email" {KEPT}',
        "get_full_name.email": f'"get_full_name" in "get_full_name.email" {KEPT}',
        "profile.User": f'"User" in "profile.User" {KEPT}',
        "profile.USER_ID": f'"USER_ID" in "profile.USER_ID" {KEPT}',
        "email()": '"email" is a field; write "email"',
        "User.email": f'"User" in "User.email" {KEPT}',
        "user.email": 'a path starts at the user already; write "email"',
        "username": f'"username" {NO_EMAIL}',
        "get_username()": f'"get_username" {NO_EMAIL}',
        "pk": f'"pk" {NO_EMAIL}',
        "profile.pk": f'"pk" {NO_EMAIL}',
        "a.b.id": f'"id" {NO_EMAIL}',
        "profile.user_id": f'"user_id" {NO_EMAIL}',
        "profile.company_id": f'"company_id" {NO_EMAIL}',
    },
    "name_field": {
        "get_full_name": '"get_full_name" is a method; write "get_full_name()"',
        "get_username": '"get_username" is a method; write "get_username()"',
        "profile.get_plan_display": (
            '"get_plan_display" is a method; write "profile.get_plan_display()"'
        ),
        "first_name()": '"first_name" is a field; write "first_name"',
        "profile.user_id()": '"user_id" is a field; write "profile.user_id"',
        "user.profile.get_title()": (
            'a path starts at the user already; write "profile.get_title()"'
        ),
        "pk": f'"pk" {NAMELESS}',
        "is_active": f'"is_active" {NAMELESS}',
        "date_joined": f'"date_joined" {NAMELESS}',
        "nothing": "every token holds this; name a field or method of your own",
        "profile.is_active": f'"is_active" {NAMELESS}',
        "profile.id": f'"id" {NAMELESS}',
        "profile.company_id": f'"company_id" {NAMELESS}',
    },
    "payload_fields": {
        "": 'write claim=path pairs joined by commas, or "none"',
        "null": 'write claim=path pairs joined by commas, or "none"',
        "Nothing": 'write claim=path pairs joined by commas, or "none"',
        "a=profile.user_id.first().name": (
            f'"user_id" in "profile.user_id.first().name" {KEPT}'
        ),
        "a,": MISSING,
        ",a": MISSING,
        "a=": MISSING,
        "=": MISSING,
        fields(51): "51 fields are too many; at most 50",
        "a=b,a=c": 'the claim "a" is given twice',
        "company_name,a.company_name": 'the claim "company_name" is given twice',
        "=a": f'the claim "" {A_CLAIM}',
        "1a=b": f'the claim "1a" {A_CLAIM}',
        "_a=b": f'the claim "_a" {A_CLAIM}',
        "a b=c": f'the claim "a b" {A_CLAIM}',
        "a=b=c": f'the claim "a=b" {A_CLAIM}',
        f"{'c' * 41}=a": f'the claim "{"c" * 41}" {LONG_CLAIM}',
        f"profile.{'c' * 41}": f'the claim "{"c" * 41}" {LONG_CLAIM}',
        '"a"=b': f'the claim ""a"" {A_CLAIM}',
        "a=class": f'"class" in "class" {NO_NAME}',
        "a=password": '"password" must not go into a token',
        "a=plan,b=plan.name": (
            '"plan" is used as a value in "plan" and as a relation in "plan.name"'
        ),
        "a=x.first().plan,b=x.plan": (
            '"x" has many rows in "x.first().plan" and one in "x.plan"; write first() or '
            "last() in both, or in neither"
        ),
        "b=p.x.plan,a=p.x.last().y.first().z": (
            '"x" has many rows in "p.x.last().y.first().z" and one in "p.x.plan"; write '
            "first() or last() in both, or in neither"
        ),
        "role=memberships.all().first().role": (
            '"memberships.all().first().role" is of many rows; write '
            '"memberships.first().role"'
        ),
        "a.teams.all().name": (
            '"a.teams.all().name" is of many rows; write "a.teams.first().name"'
        ),
        "teams.all()[0].name": (
            '"teams.all()[0].name" is of many rows; write "teams.first().name"'
        ),
        "teams[0].name": '"teams[0].name" is of many rows; write "teams.first().name"',
        "teams.all().last().name": (
            '"teams.all().last().name" is of many rows; write "teams.last().name"'
        ),
        "a=teams,b=teams.first().name": (
            '"teams" is used as a value in "teams" and as a relation in '
            '"teams.first().name"'
        ),
        **{
            path: "of Django's groups a token holds a name; write "
            '"groups.first().name"'
            for path in (
                *("groups.first().pk", "groups.last().name()"),
                *("groups.first().profile.plan", "a=groups.last().codename"),
            )
        },
        "a=x.first().Plan,b=x.last().plan": (
            '"plan" and "Plan" differ in capitals alone'
        ),
        "b=plan.name,a=plan": (
            '"plan" is used as a value in "plan" and as a relation in "plan.name"'
        ),
        "a=x.plan(),b=x.plan.name": (
            '"plan" is used as a value in "x.plan()" and as a relation in "x.plan.name"'
        ),
        "a=email.domain": f'"email" in "email.domain" {KEPT}',
        "a=plan,b=plan()": '"plan()" and "plan" are both used',
        "x=Id": '"Id" and Django\'s "id" differ in capitals alone; write "id"',
        "u=Username": (
            '"Username" and Django\'s "username" differ in capitals alone; write '
            '"username"'
        ),
        "g=date_Joined": (
            '"date_Joined" and Django\'s "date_joined" differ in capitals alone; write '
            '"date_joined"'
        ),
        "e=profile.ID": (
            '"ID" and Django\'s "id" differ in capitals alone; write "profile.id"'
        ),
        "Email": '"Email" and Django\'s "email" differ in capitals alone; write "email"',
        "a=plan,b=Plan": '"Plan" and "plan" differ in capitals alone',
        "a=profile.plan,b=Profile.name": (
            '"Profile" and "profile" differ in capitals alone'
        ),
        "a=x.org.name,b=x.org_id()": (
            '"org_id" in "x.org_id()" is what Django calls the key of "org"'
        ),
        "a=x.org_id.name,b=x.org.name": (
            '"org_id" in "x.org_id.name" is what Django calls the key of "org"'
        ),
        "a=x.org.name,b=x.Org_id": (
            '"Org_id" in "x.Org_id" is what Django calls the key of "org"'
        ),
    },
}
