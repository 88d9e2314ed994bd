"""Who may call the API: by its token, and by what the catalogue says of who bears it."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from local.auth import USERNAME
from local.cloud import Cloud
from local.tokens import TokenRequest
from tests.integration import contract
from tests.integration.frontend import Frontend, photo

OPEN = {"GET /health", "GET /openapi.json", "GET /assets/{id}/stream/{file}"}
REMEMBERED = 60.0  # seconds: `spool.aws.members`


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def read(token: str, index: int = 1) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.split(".")[index] + "=="))
    return decoded


def signed(header: Mapping[str, Any], claims: Mapping[str, Any], key: rsa.RSAPrivateKey) -> str:
    text = f"{part(header)}.{part(claims)}"
    signature = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


@pytest.fixture(scope="module")
def pools_key(cloud: Cloud, frontend: Frontend) -> rsa.RSAPrivateKey:
    """What nobody has on AWS: the key that signs the pool's access tokens."""
    assert frontend.token  # the first has the key made
    keys = cloud.log_path.parent / "services" / "cognito-pool-keys"
    pem = (keys / f"{cloud.auth['userPoolId']}-access.pem").read_bytes()
    key = load_pem_private_key(pem, password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


@pytest.fixture(scope="module")
def nobodys(cloud: Cloud) -> Iterator[TokenRequest]:
    """How to sign in at our pool by a client that the API doesn't know."""
    cognito, pool = cloud.client("cognito-idp"), cloud.auth["userPoolId"]
    flows = ["ALLOW_USER_PASSWORD_AUTH"]
    client_id = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="another", ExplicitAuthFlows=flows
    )["UserPoolClient"]["ClientId"]
    yield TokenRequest.for_user(
        cloud.emulator_url, client_id, cloud.auth["username"], cloud.auth["password"]
    )
    cognito.delete_user_pool_client(UserPoolId=pool, ClientId=client_id)


@pytest.fixture(scope="module")
def strangers(cloud: Cloud) -> Iterator[TokenRequest]:
    """How to sign in at another pool."""
    cognito = cloud.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="another")["UserPool"]["Id"]
    name, password = "me", cloud.auth["password"]
    client_id = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="another", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool, Username=name, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=name, Password=password, Permanent=True
    )
    yield TokenRequest.for_user(cloud.emulator_url, client_id, name, password)
    cognito.delete_user_pool(UserPoolId=pool)


def asked(frontend: Frontend, authorization: str | None) -> httpx.Response:
    """`GET /assets` with that header, and no other."""
    headers = {} if authorization is None else {"authorization": authorization}
    return frontend.http.get(f"{frontend.api}/assets", headers=headers)


def refused_at_the_door(answer: httpx.Response) -> bool:
    """By API Gateway, before any function of ours."""
    return (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer garbage", "Basic YTpi", "Bearer a.b.c"]
)
def test_nobody_is_let_in_without_a_token(frontend: Frontend, header: str | None) -> None:
    assert refused_at_the_door(asked(frontend, header))


def test_what_says_that_it_needs_no_signature_is_refused(frontend: Frontend) -> None:
    header, claims, signature = frontend.token.split(".")
    unsigned = part({**read(frontend.token, 0), "alg": "none"})

    for token in (
        f"{unsigned}.{claims}.",
        f"{unsigned}.{claims}.{signature}",
        f"{header}.{claims}.",
    ):
        assert refused_at_the_door(asked(frontend, f"Bearer {token}"))


def test_a_forged_token_is_refused(frontend: Frontend) -> None:
    """Its claims changed, or signed by another key under the name of ours."""
    header, _, signature = frontend.token.split(".")
    claims = {**read(frontend.token), "sub": str(uuid.uuid4())}
    own = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    for token in (
        f"{header}.{part(claims)}.{signature}",
        signed(read(frontend.token, 0), read(frontend.token), own),
    ):
        assert refused_at_the_door(asked(frontend, f"Bearer {token}"))


@pytest.mark.parametrize(
    "spoil",
    [
        {"exp": 1_600_000_000},
        {"exp": None},
        {"exp": "never"},
        {"nbf": 4_000_000_000},
        {"client_id": "another"},
        {"aud": "another"},
        {"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_another00"},
    ],
    ids=["expired", "endless", "ends at no time", "too early", "client", "audience", "issuer"],
)
def test_a_token_that_is_not_good_for_this_api_now_is_refused(
    frontend: Frontend, pools_key: rsa.RSAPrivateKey, spoil: Mapping[str, Any]
) -> None:
    """However well it is signed."""
    header, claims = read(frontend.token, 0), read(frontend.token)
    spoilt = {name: value for name, value in {**claims, **spoil}.items() if value is not None}

    assert asked(frontend, f"Bearer {signed(header, claims, pools_key)}").status_code == 200
    answer = asked(frontend, f"Bearer {signed(header, spoilt, pools_key)}")
    assert refused_at_the_door(answer)


def test_a_token_of_another_client_or_pool_is_refused(
    frontend: Frontend, nobodys: TokenRequest, strangers: TokenRequest
) -> None:
    for token in (nobodys.send(), strangers.send()):
        assert refused_at_the_door(asked(frontend, f"Bearer {token}"))


def test_an_id_token_does_not_open_the_api(cloud: Cloud, frontend: Frontend) -> None:
    """It passes the door, which looks at its audience only, and says who somebody is."""
    request = TokenRequest(**{**cloud.auth["token"], "field": "AuthenticationResult.IdToken"})

    answer = frontend.request("GET", "/assets", headers={"authorization": request.send()})

    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED")


def test_every_route_but_the_open_ones_wants_a_token(frontend: Frontend) -> None:
    routes = {
        f"{method.upper()} {path}"
        for path, item in contract.document()["paths"].items()
        for method in item
        if method.upper() in contract.METHODS
    }
    assert routes >= OPEN
    for route in routes:
        method, _, path = route.partition(" ")
        url = frontend.api + path.replace("{", "").replace("}", "")
        answer = frontend.http.request(method, url)
        assert (answer.status_code == 401) is (route not in OPEN), route


@pytest.fixture(scope="module")
def viewer(cloud: Cloud) -> Iterator[Frontend]:
    with Frontend.member(cloud, org="default", role="viewer") as viewer:
        yield viewer


@pytest.fixture(scope="module")
def asset(frontend: Frontend) -> dict[str, Any]:
    return frontend.ready(photo(96, 64))


def test_a_viewer_reads(viewer: Frontend, asset: dict[str, Any]) -> None:
    assert viewer.asset(asset["id"]) == asset


WISH = {"filename": "a.jpg", "contentType": "image/jpeg", "projectId": "tests"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/uploads/presign", WISH),
        ("PATCH", "/assets/{id}", {"private": True}),
        ("DELETE", "/assets/{id}", None),
    ],
)
def test_a_viewer_changes_nothing(
    viewer: Frontend, asset: dict[str, Any], method: str, path: str, body: Any
) -> None:
    answer = viewer.request(method, path.format(id=asset["id"]), json=body)

    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
    assert viewer.asset(asset["id"]) == asset


def test_who_belongs_to_no_organisation_may_do_nothing(cloud: Cloud) -> None:
    with Frontend.member(cloud, org=None) as nobody:
        answer = nobody.request("GET", "/assets")

    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
    assert "invite" in answer.json()["detail"]


def test_a_machine_uploads_in_its_own_name(cloud: Cloud, frontend: Frontend) -> None:
    machine = cloud.auth["machine"]
    answer = httpx.post(
        machine["tokenUrl"],
        data={"grant_type": "client_credentials", "scope": machine["scope"]},
        auth=(machine["clientId"], machine["clientSecret"]),
    )
    headers = {"authorization": f"Bearer {answer.json()['access_token']}"}

    ticket = frontend.request("POST", "/uploads/presign", json=WISH, headers=headers).json()

    assert ticket["key"].startswith("originals/default/tests/")


def test_a_machine_without_its_secret_gets_no_token(cloud: Cloud) -> None:
    machine = cloud.auth["machine"]
    answer = httpx.post(
        machine["tokenUrl"],
        data={"grant_type": "client_credentials", "scope": machine["scope"]},
        auth=(machine["clientId"], "guessed"),
    )

    assert answer.status_code == 400


@pytest.fixture
def leaver(cloud: Cloud) -> Iterator[Frontend]:
    with Frontend.member(cloud, org="default", role="editor") as leaver:
        yield leaver


def test_who_is_removed_is_out_within_a_minute(cloud: Cloud, leaver: Frontend) -> None:
    assert leaver.request("GET", "/assets").status_code == 200
    cloud.client("dynamodb").delete_item(
        TableName=cloud.outputs["TableName"],
        Key={"pk": {"S": f"MEMBER#{read(leaver.token)['sub']}"}, "sk": {"S": "MEMBER"}},
    )

    waited = leaver.eventually(
        lambda: leaver.request("GET", "/assets").status_code == 403,
        "shut out",
        patience=REMEMBERED + 10,
    )

    assert waited <= REMEMBERED + 5


def test_the_development_user_is_the_same_after_a_restart(cloud: Cloud, frontend: Frontend) -> None:
    again = cloud.directory.furnish(cloud.log_path.parent)

    assert again == cloud.auth
    request = TokenRequest(**again["token"])
    assert read(request.send())["sub"] == read(frontend.token)["sub"]


def test_nobody_signs_up_without_an_invitation(cloud: Cloud) -> None:
    cognito = cloud.client("cognito-idp")
    with pytest.raises(cognito.exceptions.NotAuthorizedException, match="SignUp is not permitted"):
        cognito.sign_up(
            ClientId=cloud.auth["clientId"],
            Username="anyone@example.com",
            Password=cloud.auth["password"],
        )


def test_a_wrong_password_tells_no_more_than_an_unknown_name(cloud: Cloud) -> None:
    client_id, told = cloud.auth["clientId"], []
    for name in (USERNAME, "nobody@example.com"):
        request = TokenRequest.for_user(cloud.emulator_url, client_id, name, "wrong-aA1")
        answer = httpx.post(request.url, headers=request.headers, content=request.body)
        told.append((answer.status_code, answer.json()["__type"], answer.json()["message"]))

    assert told[0] == told[1]
    assert told[0][0] == 400


def test_errors_of_one_caller_are_not_kept_for_another(frontend: Frontend) -> None:
    """CloudFront keeps errors for a second, by the token too."""
    headers = (None, frontend.authorization["authorization"], "Bearer garbage")

    assert [asked(frontend, header).status_code for header in headers * 2] == [401, 200, 401] * 2
