"""What the answers mean, as plain data."""

from __future__ import annotations

import pytest

from jupid_answers import shape
from jupid_answers.together import problems, tidied

from ..helpers import DEFAULTS


def test_payload_is_its_claims_and_their_paths() -> None:
    answers = {**DEFAULTS, "payload_fields": "plan=a.first().plan,size=get_size()"}
    assert shape.payload(answers) == [
        ("plan", "a.first().plan"),
        ("size", "get_size()"),
    ]


def test_behind_relations_are_known() -> None:
    answers = {**DEFAULTS, "email_field": "profile.email", "payload_fields": "x,y.z"}
    assert shape.behind_relations(answers) == ["email", "payload.z"]


@pytest.mark.parametrize(
    ("paths", "models"),
    [
        ("profile.x", {"User", "Profile"}),
        ("profile.work_address.x", {"User", "Profile", "WorkAddress"}),
        ("a=group.x,b=groups.first().name", {"User", "Group"}),
        ("a=abstract_user.x,b=none.x", {"User", "AbstractUser2", "None2"}),
        ("a=true.x,b=false.x", {"User", "True2", "False2"}),
        ("a=i.x,b=o.x,c=L.x", {"User", "I2", "O2", "L"}),
        ("a=address.x,b=addresses.x", {"User", "Address", "Addresses"}),
        ("a=team.x,b=profile.team.x", {"User", "Team", "Profile", "Team2"}),
        ("a=fooBar.x,b=foo.foo_bar.x", {"User", "Foo", "FooBar", "FooBar2"}),
    ],
)
def test_each_relation_has_a_model_of_its_own_name(
    paths: str, models: set[str]
) -> None:
    made = shape.models({**DEFAULTS, "payload_fields": paths})
    names = [model.name for model in made]
    assert set(names) == models
    assert len(names) == len(models)


@pytest.mark.parametrize(
    ("paths", "model", "key"),
    [
        ("a=teams.first().members.first().team.first().x", "Member", "team2"),
        ("a=profile.items.first().profile_id.first().x", "Item", "profile2"),
        ("a=profile.item.profile.x", "Profile2", ""),
    ],
)
def test_the_way_back_is_called_like_no_relation_of_its_model(
    paths: str, model: str, key: str
) -> None:
    answers = {**DEFAULTS, "payload_fields": paths}
    assert problems(answers) == []
    [made] = [made for made in shape.models(answers) if made.name == model]
    assert [field.name for field in made.fields if field.related_name] == [key] * bool(
        key
    )


def test_as_many_relations_of_one_name_as_fit_each_have_a_model() -> None:
    paths = ",".join(f"c{number}=r{number}.x.x.f" for number in range(50))
    answers = DEFAULTS | {"payload_fields": paths}
    assert problems(answers) == []
    names = [model.name for model in shape.models(answers)]
    numbered = {f"X{number}" for number in range(2, 101)}
    assert {name for name in names if name.startswith("X")} == {"X", *numbered}
    assert len(names) == len(set(names))


# --- One of many ---


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("memberships", "membership"),
        ("companies", "company"),
        ("addresses", "address"),
        ("boxes", "box"),
        ("branches", "branch"),
        ("membership_set", "membership"),
        ("OrderItems", "OrderItem"),
        ("access", "access"),
        ("staff", "staff"),
        ("s", "s"),
        ("a_s", "a_s"),
        ("x2s", "x2"),
    ],
)
def test_one_of_many_has_a_name(plural: str, one: str) -> None:
    assert shape.one_of(plural) == one


def blocks(fields: str) -> list[tuple[str, list[str], list[str]]]:
    """The payload's blocks, each read as ``name = start.path``."""

    def lines(reads: list[shape.Read]) -> list[str]:
        return [f"{read.name} = {read.start}.{read.path}" for read in reads]

    answers = {**DEFAULTS, "payload_fields": fields}
    assert problems(answers) == []
    found = shape.payload_blocks(answers)
    return [(block.relation, lines(block.rows), lines(block.claims)) for block in found]


def test_claims_stand_by_their_relations_in_the_order_given() -> None:
    assert blocks("a=p.x,b,c=p.q.x,d=p.y,e") == [
        ("p", [], ["a = user.p.x", "d = user.p.y"]),
        ("", [], ["b = user.b", "e = user.e"]),
        ("p.q", [], ["c = user.p.q.x"]),
    ]


def test_a_row_that_one_claim_needs_has_no_name() -> None:
    assert blocks("a=p.teams.first().x,b=p.teams.last().y()") == [
        ("p.teams.first()", [], ["a = user.p.teams.first().x"]),
        ("p.teams.last()", [], ["b = user.p.teams.last().y()"]),
    ]


def test_a_row_that_two_claims_need_is_read_first() -> None:
    found = blocks(
        "a=p.teams.first().x,b=p.teams.first().tags.last().y,c=tags.last().z"
    )
    assert found == [
        (
            "p.teams.first()",
            ["first_team = user.p.teams.first()"],
            ["a = first_team.x"],
        ),
        ("p.teams.first().tags.last()", [], ["b = first_team.tags.last().y"]),
        ("tags.last()", [], ["c = user.tags.last().z"]),
    ]


def test_rows_of_one_name_have_names_of_their_own() -> None:
    paths = ["teams.first()", "p.Teams.first()", "p.Teams.first().teams.first()"]
    fields = ",".join(f"{c}{n}={p}.{c}" for n, p in enumerate(paths) for c in "xy")
    assert [rows for _, rows, _ in blocks(fields)] == [
        ["first_team = user.teams.first()"],
        ["first_Team2 = user.p.Teams.first()"],
        ["first_team3 = first_Team2.teams.first()"],
    ]


def models(**answers: str) -> dict[str, list[tuple[str, str, str, str]]]:
    given = DEFAULTS | {"payload_fields": "none"} | answers
    assert problems(given) == []
    return {
        model.name: [
            (field.name, field.kind, field.model, field.related_name)
            for field in [*model.fields, *model.methods]
        ]
        for model in shape.models({name: tidied(name, given[name]) for name in given})
    }


def test_a_row_of_many_refers_to_the_row_before() -> None:
    found = models(
        payload_fields="a=members.first().x,b=members.last().x,c=p.tags.first().y,"
        "d=p.tags.first().user_id,e=members.last().user_id,f=p.tags.first().p_id"
    )
    assert found == {
        "User": [],
        "Member": [("user", "many", "User", "members"), ("x", "text", "", "")],
        "P": [("user", "one", "User", "p")],
        "Tag": [
            ("p2", "many", "P", "tags"),
            ("y", "text", "", ""),
            ("user_id", "text", "", ""),
            ("p_id", "text", "", ""),
        ],
    }


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ("a=p.tags.first().x", "p"),
        ("a=p.tags.first().p", "p2"),
        ("a=p.tags.first().P.x", "p2"),
        ("a=p.tags.first().p2,b=p.tags.first().p", "p3"),
        ("a=froms.first().tags.first().x", "from2"),
        ("a=saves.first().tags.first().x", "save2"),
        (f"a={'p' * 63}.tags.first().x", "p" * 60),
    ],
)
def test_the_key_to_the_row_before_has_a_free_name(fields: str, key: str) -> None:
    assert models(payload_fields=fields)["Tag"][0][:2] == (key, "many")


def test_what_the_user_id_stands_on_is_one_users_own() -> None:
    found = models(
        user_id_field="a.b.c.key",
        payload_fields="x=a.b.d.x,y=a.b.x,z=a.c.x",
    )
    assert found["A"] == [
        ("user", "one", "User", "a"),
        ("b", "own", "B", ""),
        ("c", "to", "C", ""),
    ]
    assert found["B"][:2] == [("c", "own", "C2", ""), ("d", "to", "D", "")]


def test_the_first_question_that_names_a_field_says_what_it_holds() -> None:
    found = models(
        user_id_field="ref",
        email_field="p.mail",
        name_field="p.label()",
        payload_fields="a=ref,b=p.mail,c=p.label(),d=other,e=p.other_id,f=p.q_id,g=p.q.x,"
        "h=p.pk,i=p.id",
    )
    assert found["User"] == [("ref", "id", "", ""), ("other", "text", "", "")]
    assert found["P"] == [
        ("user", "one", "User", "p"),
        ("q", "to", "Q", ""),
        ("mail", "email", "", ""),
        ("other_id", "text", "", ""),
        ("label", "name", "", ""),
    ]
