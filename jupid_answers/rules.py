"""One rule a question: it takes what was typed and returns it tidied, or raises Refused."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from .paths import (
    USER_FIELDS,
    USER_METHODS,
    Refused,
    parse_path,
    picks_row,
    quote,
    split_path,
    words_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from .paths import FieldPath

PAYLOAD_LIMIT = 50
CLAIM_LIMIT = 40  # so that it stands on one line of code, as deep as a path can go

WINDOWS_NAMES = frozenset(
    ["con", "prn", "aux", "nul"]
    + [f"{port}{number}" for port in ("com", "lpt") for number in range(10)]
)

# How people say that there is none; for the payload alone that is an answer.
NOTHING = frozenset("none null nil nothing".split())
# Those that name nobody, and those that hold no email.
NAMELESS = frozenset("pk id date_joined is_active is_staff is_superuser".split())
NO_EMAIL = USER_FIELDS - {"email"} | USER_METHODS

# What may change about a person; no durable ID is called so.
CHANGING = frozenset(
    "about address alias avatar bio comment description email emailaddress handle image "
    "initial label login mail mobile name nickname note phone photo picture slug surname "
    "tel telephone title url username website cell fax forename firstname lastname fullname "
    "displayname screenname pronoun salutation nick upn samaccountname uri homepage uname "
    "hostname gravatar headline tagline setting preference metadata eppn macaddress etag "
    "session now reputation karma xp credit quota usage progress percent streak opted "
    "subscribed skype twitter instagram msisdn jid xmpp extension dn cn imei host".split()
)
# What two people may have in common, as a value or as the row where a value stands.
COMMON = frozenset(
    # where they belong
    "agency branch business church class club college company cooperative corporation "
    "department dept division domain employer enterprise faculty family firm group "
    "household institution office org organisation organization realm schema school shop "
    "site subdomain team tenant university workspace boss manager owner parent partner "
    "sponsor supervisor inviter referrer vendor supplier merchant clinic hospital customer "
    "client project contract policy center centre network franchise dealership brand store "
    "unit ledger crew squad guild chapter usergroup reseller distributor affiliate broker "
    "shard bucket database cluster server queue batch course program programme league "
    "committee board council association society charity foundation practice house home "
    "property ward fleet ein tin gstin siret siren duns lei kvk abn crn "
    # what they are and may
    "status state stage phase role permission scope plan tier level grade rank type kind "
    "category tag segment cohort industry sector job occupation profession position "
    "subscription license licence seat active enabled disabled verified confirmed approved "
    "blocked locked banned deleted archived flag version usertype userrole provider "
    # where and when they live
    "country region county city town street zip zipcode postcode postal nationality "
    "language lang locale timezone tz currency location floor building room gender sex "
    "birthday birthdate birth dob born age date time datetime timestamp year month week "
    "day hour created creation updated modified changed joined signup expiry expiration "
    "seen visit activity "
    # what is counted, bought and set
    "count total sum amount balance budget price revenue quantity size score point rating "
    "num color colour theme source channel campaign promo coupon discount voucher ip "
    "device browser vat tax iban bank cost rate salary wage income weight priority order "
    "index revision method consent newsletter sku product environment platform race "
    "religion referral desk shift classroom lastip isstaff isadmin issuperuser".split()
)
# As the first word of several, and as the last: ``is_staff``, ``created_at``.
COMMON_STARTS = frozenset("is has can was allow allows wants".split())
COMMON_ENDS = frozenset("at on by to until since".split())
# Who has several users.
OTHERS = frozenset(
    "mentor tutor advisor adviser coach teacher doctor guardian spouse creator author lead "
    "head assistant agent rep representative counsellor counselor therapist lawyer "
    "accountant trainer instructor carer recruiter payer landlord mother father child "
    "sibling friend bot".split()
)
# What stands behind such a word in a name that is written as one: ``companycode``.
TAILS = tuple(
    "id pk uuid guid name code no num number addr address at count hash key level".split()
)
# What numbers rows, and whose it is where it names one person: ``public_id``.
KEYS = frozenset("id pk uuid guid number no code ref".split())
PERSONAL_IDS = frozenset(
    "user public external member employee person student patient staff personnel worker "
    "applicant candidate individual identity subject sub auth sso oidc saml ldap idp "
    "keycloak okta cognito firebase global unique universal internal legacy stable durable "
    "permanent immutable opaque own record reference ref jupid badge payroll "
    "matriculation enrollment enrolment serial contact learner pupil participant donor "
    "subscriber volunteer resident citizen attendee player rider driver physician nurse "
    "human object entra azure google apple github gitlab microsoft facebook linkedin slack "
    "discord telegram hash nano snowflake distinct fxa emp short clerk workos supabase "
    "authentik zitadel".split()
)


def project_slug(text: str) -> str:
    """A folder's name: ``jupid-integration``; not ``Jupid``, ``a b``, ``../x`` or ``con``."""
    if len(text) > 50 or not re.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)*", text):
        raise Refused(
            'write lower-case words joined by "-" or "_", at most 50 characters, '
            "as in jupid-integration"
        )
    if text in WINDOWS_NAMES:
        raise Refused("Windows reserves this name; choose another")
    return text


def partner_id(text: str) -> str:
    """An ID from Jupid: ``acme``, ``acme.eu-1``; not ``acme inc`` or ``-acme``."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", text):
        raise Refused(
            'a partner ID is 1 to 128 letters, digits, ".", "_" or "-", '
            "and starts with a letter or digit"
        )
    return text


def audience(text: str) -> str:
    """The ``aud`` claim: ``jupid-embed``, ``urn:jupid/embed``; not ``jupid embed``."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}", text):
        raise Refused(
            'an audience is 1 to 128 letters, digits, ".", "_", "-", ":" or "/", '
            "and starts with a letter or digit"
        )
    return text


def app_url(text: str) -> str:
    """An origin: ``https://app.jupid.com``; not ``app.jupid.com`` or ``https://a.b/c``.

    A closing slash, capitals and the scheme's own port are tidied away.
    """
    scheme, separator, rest = text.partition("://")
    scheme = scheme.lower()
    if not separator or scheme not in ("https", "http"):
        raise Refused("an app URL starts with https://, as in https://app.jupid.com")
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    extra = rest[len(authority) :]
    if extra not in ("", "/"):
        raise Refused(
            f"write the origin alone, without {quote(extra)}, as in https://app.jupid.com"
        )
    if "@" in authority:
        raise Refused("write no user name or password before the host")
    match = re.fullmatch(r"(\[::1\]|[A-Za-z0-9.-]+)(?::([0-9]{1,5}))?", authority)
    if not match or not is_host(match[1]):
        raise Refused(
            "the host is letters, digits, dots and hyphens, as in https://app.jupid.com"
        )
    host = match[1].lower()
    if scheme == "http" and host not in ("localhost", "127.0.0.1", "[::1]"):
        raise Refused("use https; http is only for localhost, 127.0.0.1 and [::1]")
    port = int(match[2] or 0)
    if match[2] and not 1 <= port <= 65535:
        raise Refused("a port is a number from 1 to 65535")
    if port in (0, {"https": 443, "http": 80}[scheme]):
        return f"{scheme}://{host}"
    return f"{scheme}://{host}:{port}"


def is_host(host: str) -> bool:
    """Whether a browser would take ``host``: a DNS name, an IPv4 address or ``[::1]``."""
    if host == "[::1]":
        return True
    if re.fullmatch(r"(?i)[0-9]+|0x[0-9a-f]*", host.rpartition(".")[2]):
        try:
            ipaddress.IPv4Address(host)
        except ValueError:
            return False
        return True
    label = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    return len(host) <= 253 and bool(re.fullmatch(rf"{label}(\.{label})*", host))


def given(path: FieldPath) -> FieldPath:
    """Return the path to what every token holds, where it is one."""
    if str(path).lower() in NOTHING:
        raise Refused("every token holds this; name a field or method of your own")
    return path


def user_id_field(text: str) -> str:
    """A path to what never changes, and what no other user has: ``pk``, ``public_id``.

    Not ``email`` or ``username``, nor ``status``, ``company_id`` or ``profile.company.pk``:
    two people who share a value would be one user for Jupid.
    """
    path = given(split_path(text))
    mapped = "Jupid maps users by this value, so"
    if any(map(picks_row, path.steps)):
        raise Refused(
            f"{quote(str(path))} picks a row, and may pick another tomorrow; {mapped} name "
            "one of the user's own, such as pk"
        )
    if has_word(path.name, CHANGING) or ends_in(path.name, CHANGING):
        raise Refused(
            f"{quote(path.name)} can change; {mapped} name one that never does, such as pk"
        )
    for name in path.names:
        if has_word(name, COMMON) or is_common(name):
            raise Refused(
                f"{quote(name)} can be the same for two users; {mapped} write pk"
            )
    path = parse_path(text)
    if path.relation and path.name in ("pk", "id"):
        raise Refused(
            f"{quote(str(path))} is the key of a row that two users may share; {mapped} "
            "write pk"
        )
    if is_another_s(path.name):
        raise Refused(
            f"{quote(path.name)} may be the key of a row that two users share; {mapped} "
            "write pk, or one that names the user alone, such as public_id"
        )
    return str(path)


def has_word(name: str, words: frozenset[str]) -> bool:
    """Whether a word of ``name`` is one of ``words``, its plural, or ``companycode``."""
    heads: set[str] = set()
    for word in words_of(name):
        heads |= {word.removesuffix(tail) for tail in ("", "s", "es", *TAILS)}
        heads.add(re.sub("ies$", "y", word))
    return not words.isdisjoint(heads)


def ends_in(name: str, words: frozenset[str]) -> bool:
    """Whether a word of ``name`` ends in one of ``words``, as ``workemail`` does.

    ``candidate`` and ``account`` end in other words by chance.
    """
    return any(
        word.endswith(one)
        for word in words_of(name)
        for one in words
        if len(one) > 3 and word not in PERSONAL_IDS and word != "account"
    )


def is_common(name: str) -> bool:
    """Whether ``name`` is called like a switch, a moment, a choice or another person."""
    first, *rest = words_of(name)
    is_choice = re.fullmatch(r"get_\w+_display", name) is not None
    is_moment = bool(rest) and (first in COMMON_STARTS or rest[-1] in COMMON_ENDS)
    is_shared = has_word(name, OTHERS) or ends_in(name, COMMON)
    return is_choice or is_moment or is_shared


def is_another_s(name: str) -> bool:
    """Whether a key is not called as one person's: ``account_id``, ``accountNumber``."""
    *whose, last = words = words_of(name.removeprefix("get_"))
    is_key = bool(whose) and last in KEYS and whose[-1] not in PERSONAL_IDS
    # An account has several users: ``account_key``.
    return is_key or any(word.startswith("account") for word in words)


def email_field(text: str) -> str:
    """A path to an email: ``email``, ``profile.work_email``; not ``username`` or ``pk``."""
    path = given(parse_path(text))
    first, *_, last = [*words_of(path.name)] * 2
    is_flag = first in COMMON_STARTS or last in COMMON | COMMON_ENDS
    if is_flag or is_any_key(path) or (path.name in NO_EMAIL and not path.relation):
        raise Refused(
            f"{quote(path.name)} holds no email; name a field that does, such as email or "
            "profile.work_email"
        )
    return str(path)


def name_field(text: str) -> str:
    """A path to a name: ``get_full_name()``, ``display_name``; not ``pk``, ``is_staff``."""
    path = given(parse_path(text))
    is_flag = words_of(path.name)[0] in COMMON_STARTS
    if is_flag or is_any_key(path) or (path.name in NAMELESS and not path.relation):
        raise Refused(
            f"{quote(path.name)} is no display name; name a field or method such as "
            "display_name or get_full_name()"
        )
    return str(path)


def is_any_key(path: FieldPath) -> bool:
    """Whether ``path`` is a key behind a relation, or is called as one."""
    return bool(path.relation) and (
        path.name in ("pk", "id") or path.name.endswith("_id")
    )


def payload_fields(text: str) -> str:
    """``claim=path`` pairs: ``company_name=profile.company_name, plan``; or ``none``."""
    pairs = parse_payload(text)
    return ",".join(f"{claim}={path}" for claim, path in pairs.items()) or "none"


def parse_payload(text: str) -> dict[str, FieldPath]:
    """Return the payload's claims and where each is found, in the order given."""
    if text.lower() == "none":
        return {}
    if not text or text.lower() in NOTHING:
        raise Refused('write claim=path pairs joined by commas, or "none"')
    items = text.split(",")
    if len(items) > PAYLOAD_LIMIT:
        raise Refused(f"{len(items)} fields are too many; at most {PAYLOAD_LIMIT}")
    pairs: dict[str, FieldPath] = {}
    for item in items:
        claim, separator, source = (part.strip() for part in item.rpartition("="))
        if not source:
            raise Refused("a field is missing beside a comma or an equals sign")
        path = parse_path(source)
        claim = claim if separator else path.name
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", claim):
            raise Refused(
                f"the claim {quote(claim)} is no name: use ASCII letters, digits and "
                '"_", starting with a letter'
            )
        if len(claim) > CLAIM_LIMIT:
            raise Refused(
                f"the claim {quote(claim)} is longer than {CLAIM_LIMIT} characters; "
                "write a shorter one before an equals sign, as in plan=account.plan"
            )
        if claim in pairs:
            raise Refused(f"the claim {quote(claim)} is given twice")
        pairs[claim] = path
    return pairs


RULES: dict[str, Callable[[str], str]] = {
    "project_slug": project_slug,
    "partner_id": partner_id,
    "audience": audience,
    "app_url": app_url,
    "user_id_field": user_id_field,
    "email_field": email_field,
    "name_field": name_field,
    "payload_fields": payload_fields,
}
