"""A path from the user to a value, such as ``profile.company_name``."""

from __future__ import annotations

import keyword
import re
import sys
from typing import NamedTuple

PATH_LIMIT = 4
NAME_LIMIT = 63  # PostgreSQL's longest identifier, in bytes

# What picks one row of a to-many relation, and how that is misspelled.
PICKS = {
    spelled: f"{pick}()"
    for pick in ("first", "last")
    for spelled in (pick, f"{pick}()")
}
MANY_ROWS = r"\.all\(\)(\.(?:first|last)\(\))?(?:\[0\])?|\[0\]"

# What a user model built on Django's AbstractUser has already.
USER_FIELDS = frozenset(
    "pk id username email first_name last_name date_joined is_active is_staff "
    "is_superuser".split()
)
USER_METHODS = frozenset("get_full_name get_short_name get_username".split())

# Attributes of django.db.models.Model, and the names that the example's models need.
MODEL_NAMES = frozenset(
    "adelete arefresh_from_db asave check clean clean_fields date_error_message delete "
    "from_db full_clean get_constraints get_deferred_fields prepare_database_save "
    "refresh_from_db save save_base serializable_value unique_error_message "
    "validate_constraints validate_unique objects meta doesnotexist notupdated "
    "multipleobjectsreturned models self str uuid4".split()
)
# Attributes of AbstractUser that are no value for a token.
USER_NAMES = frozenset(
    "aget_all_permissions aget_group_permissions aget_user_permissions ahas_module_perms "
    "ahas_perm ahas_perms backend email_field email_user get_all_permissions "
    "get_email_field_name get_group_permissions get_next_by_date_joined "
    "get_previous_by_date_joined get_session_auth_fallback_hash get_session_auth_hash "
    "get_user_permissions groups has_module_perms has_perm has_perms is_anonymous "
    "is_authenticated last_login natural_key normalize_username required_fields "
    "user_permissions username_field username_validator".split()
)
# The one relation that AbstractUser brings along, and what a token may hold of it.
GROUPS = ("groups",)
GROUP_NAMES = ("groups.first().name", "groups.last().name")
# What lets somebody in, or is nobody's business: words, alone or two side by side.
CREDENTIALS = frozenset(
    "password passphrase passcode passkey pwd pw pwhash passhash userpwd senha contrasena "
    "wachtwoord salt secret clientsecret apisecret token "
    "authtoken accesstoken refreshtoken bearer bearertoken idtoken apitoken csrf csrftoken "
    "jwt nonce hmac psk sessionhash sessioncookie authcookie "
    "credential otp hotp onetime pin puk cvv cvc csc ssn mnemonic apikey authkey accesskey "
    "secretkey privatekey privkey sessionkey sessionid signingkey encryptionkey masterkey "
    "sshkey pgpkey gpgkey appkey clientkey consumerkey hmackey enckey wifikey mfakey mfacode "
    "mfaseed factorkey devicekey authenticatorkey resetkey unlockkey unlockcode invitecode "
    "invitationkey oauthcode authorizationcode scratchcode emergencycode keystore keytab "
    "licensekey licencekey activationkey authcode recoverykey recoverycode recoveryphrase "
    "backupcode resetcode accesscode logincode smscode securitycode verificationcode "
    "confirmationcode activationcode securityanswer securityquestion seedphrase seedword "
    "magiclink loginlink creditcard debitcard cardnumber cardno cardnum ccnumber ccnum "
    "pannumber socialsecurity socialinsurance nationalid nationalinsurance nino passportno "
    "passportnumber driverlicense driverlicence driverslicense driverslicence cpf curp bsn "
    "pesel aadhaar aadhar maidenname biometric fingerprint passport itin personnummer "
    "steuerid codicefiscale iban bankaccount routingnumber sortcode cookie authorization "
    "pem keypair kek dek pfx jks pgp keyfile sharedkey webhookkey servicekey "
    "rsakey aeskey tlskey sslkey gcpkey cred creds dsn connectionstring databaseurl xsrf "
    "phpsessid samlresponse basicauth authheader resetlink signinlink signedurl factorcode "
    "tfacode verifycode confirmcode emailcode codeverifier recoveryword walletseed bcrypt "
    "argon nthash faceembedding voiceprint retina cardpan cardexpiry nhsnumber ninumber "
    "sinnumber dlnumber motdepasse heslo haslo geheim losenord stripekey openaikey "
    "anthropickey awskey googlekey deploykey fernetkey cryptokey cipherkey kmskey vaultkey "
    "walletkey rootkey djangokey encryptedkey loginkey verificationkey confirmationkey "
    "feedkey smtppass ftppass dbpass imappass mailpass wifipass userpass rootpass adminpass "
    "pswd sshprivate rsaprivate gpgprivate pgpprivate githubpat otpcode otpauth emailotp "
    "smsotp twofacode provisioninguri codehash lmhash sessiondata dburl connstr magicurl "
    "reseturl activationlink activationurl confirmlink confirmurl verificationlink "
    "verificationurl invitelink inviteurl icalurl bankacct routingno drivinglicence "
    "drivinglicense cardcode cvn tfn natid idcard nric dni nie bip xprv keyphrase "
    "authenticator emailconfirmation extradata webhook pingkey badgekey rsskey icalkey "
    "streamkey unsubscribekey resethash verifyhash validationhash unsubscribehash icalhash "
    "authdata oauthdata joincode nin".split()
)
# How the example's related rows refer to their user.
USER_LINK = frozenset(["user", "user_id"])


class Refused(ValueError):
    """A wrong answer; the text says what is wrong and what is right."""


class FieldPath(NamedTuple):
    """A path from the user to a value, such as ``memberships.first().plan.get_label()``.

    A step is a name, and behind a to-many relation the call that picks one of its rows:
    ``memberships.first()``, ``plan``, ``get_label``.
    """

    steps: tuple[str, ...]
    method: bool

    def __str__(self) -> str:
        return ".".join(self.steps) + "()" * self.method

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name_of(step) for step in self.steps)

    @property
    def relation(self) -> tuple[str, ...]:
        return self.names[:-1]

    @property
    def name(self) -> str:
        return self.steps[-1]


def name_of(step: str) -> str:
    """Return the step's name, without the call that picks a row."""
    return step.partition(".")[0]


def picks_row(step: str) -> bool:
    """Whether the step is a to-many relation, of which it takes one row."""
    return "." in step


def quote(value: object) -> str:
    """Return ``value`` between quotes, on one line, cut, and fit for any terminal."""
    text = value if isinstance(value, str) else repr(value)
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    shown = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in text[:61]
    )
    shown = shown.encode(encoding, "backslashreplace").decode(encoding)
    if len(shown) > 60:
        shown = shown[:57] + "..."
    return f'"{shown}"'


def parse_path(text: str) -> FieldPath:
    """Parse a path of up to four names that starts at the user.

    ``pk``, ``profile.company_name``, ``profile.get_plan_display()`` and
    ``teams.first().name`` are good; ``user.email``, ``profile.``, ``_state``, ``class``,
    ``get_full_name`` and ``teams.first.name`` are not.
    """
    path = split_path(text)
    names, method = path.names, path.method
    if path.relation[:1] == GROUPS and picks_row(path.steps[0]):
        if str(path) not in GROUP_NAMES:
            raise Refused(
                f"of Django's groups a token holds a name; write {quote(GROUP_NAMES[0])}"
            )
        return path
    if "user" in names:
        rest = path.steps[len(names) - names[::-1].index("user") :]
        better = str(path._replace(steps=rest)) if rest else "pk"
        raise Refused(f"a path starts at the user already; write {quote(better)}")
    for place, name in enumerate(names):
        is_value = place == len(names) - 1
        kept = MODEL_NAMES if is_value else MODEL_NAMES | {"pk", "id"}
        if place == 0:
            kept |= USER_NAMES if is_value else USER_NAMES | USER_FIELDS | USER_METHODS
        is_key = name == "user_id" and (is_value or place != 1)
        if name.lower() in kept or (name.lower() in USER_LINK and not is_key):
            raise Refused(
                f"{quote(name)} in {quote(text)} is a name that Django or Python keeps "
                "for itself; name a field or method of your own"
            )
    is_display = re.fullmatch(r"get_\w+_display", path.name)
    if not method and (is_display or (path.name in USER_METHODS and not path.relation)):
        raise Refused(f"{quote(path.name)} is a method; write {quote(f'{path}()')}")
    fields = {"pk", "id"} if path.relation else USER_FIELDS
    if len(path.relation) == 1:
        fields = fields | {"user_id"}  # the key of the relation's way back
    if method and path.name in fields:
        fixed = path._replace(method=False)
        raise Refused(f"{quote(path.name)} is a field; write {quote(str(fixed))}")
    spelled = path.name.lower()
    if not method and spelled in fields and path.name != spelled:
        fixed = path._replace(steps=(*path.steps[:-1], spelled))
        raise Refused(
            f"{quote(path.name)} and Django's {quote(spelled)} differ in capitals alone; "
            f"write {quote(str(fixed))}"
        )
    return path


def split_path(text: str) -> FieldPath:
    """Split a path into names that a field could have; what they mean is not looked at."""
    picked = re.sub(MANY_ROWS, lambda found: found[1] or ".first()", text)
    if picked != text:
        raise Refused(f"{quote(text)} is of many rows; write {quote(picked)}")
    pieces = [re.sub(r"\s*\(\s*\)$", "()", part.strip()) for part in text.split(".")]
    fixed = [pieces[0], *(PICKS.get(piece.lower(), piece) for piece in pieces[1:])]
    for piece, right in zip(pieces, fixed, strict=True):
        if piece != right:
            spelled = ".".join(fixed) + ".name" * (fixed[-1] in PICKS.values())
            raise Refused(
                f"{quote(piece)} in {quote(text)} picks one of many rows; write "
                f"{quote(spelled)}"
            )
    steps = [pieces[0]]
    for piece in pieces[1:]:
        if piece not in PICKS.values():
            steps.append(piece)
        elif picks_row(steps[-1]):
            raise Refused(
                f"{quote(piece)} in {quote(text)} stands behind a row; write first() or "
                "last() once behind each relation"
            )
        else:
            steps[-1] += f".{piece}"
    if picks_row(steps[-1]):
        raise Refused(
            f"{quote(text)} ends at a row; name a field of it, as in "
            f"{quote('.'.join([*pieces, 'name']))}"
        )
    method = steps[-1].endswith("()")
    path = FieldPath((*steps[:-1], steps[-1].removesuffix("()")), method)
    if len(path.names) > PATH_LIMIT:
        raise Refused(
            f"{quote(text)} has {len(path.names)} names; at most {PATH_LIMIT}"
        )
    for name in path.names:
        check_name(name, text)
    return path


def check_name(name: str, path: str) -> None:
    """Raise Refused unless ``name`` can be a Django field's name."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) or keyword.iskeyword(name):
        raise Refused(
            f"{quote(name)} in {quote(path)} is no field name; write a path such as "
            "email, profile.company_name or get_full_name()"
        )
    if len(name) > NAME_LIMIT:
        raise Refused(f"{quote(name)} is longer than {NAME_LIMIT} characters")
    if "__" in name or name.endswith("_"):
        raise Refused(
            f'{quote(name)} is no field name in Django: no "__", and no "_" at the end'
        )
    if name in ("l", "I", "O"):
        raise Refused(f"{quote(name)} is easily read as a digit; name another field")
    if names_credential(name):
        raise Refused(f"{quote(name)} must not go into a token")


def names_credential(name: str) -> bool:
    """Whether a name is, or holds, that of a secret: ``authToken``, ``api_keys``, ``otp``.

    ``secretary``, ``tokenized`` and ``opinion`` are other words.
    """
    words = words_of(name)
    pairs = [one + two for one, two in zip(words, words[1:], strict=False)]
    found = {*words, *pairs, "".join(words)}
    found |= {word.removesuffix("s") for word in found}
    is_part = re.search("passw|kennwort|totp", name, re.IGNORECASE) is not None
    is_end = any(re.search("(secret|token)s?$", word) for word in words)
    return is_part or is_end or not found.isdisjoint(CREDENTIALS)


def words_of(name: str) -> list[str]:
    """Split a name at its underscores, digits and capitals: ``workEmail2``, ``HTMLName``."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
    return [word.lower() for word in words]
