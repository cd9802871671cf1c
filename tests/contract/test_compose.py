import ast
import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from backoffice import jobs
from backoffice.models import Heartbeat
from backoffice.runtime import consumer
from backoffice.server import serving

pytestmark = pytest.mark.once

ROOT = Path(settings.BASE_DIR)
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
OURS = ("app", "worker", "scheduler")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
ENV_EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
DOCUMENTED = set(re.findall(r"^([A-Z_]+)=", ENV_EXAMPLE, flags=re.MULTILINE))


def names_read_by_the_settings() -> set[str]:
    """Variables that the settings name, among those whose names need no computing."""
    sources = (ROOT / "backoffice" / name for name in ("settings.py", "environment.py"))
    return set().union(*(names_read_in(source.read_text(encoding="utf-8")) for source in sources))


def names_read_in(source: str) -> set[str]:
    """Of whatever kind, such as `env.matching("SHOP_COLOR", …)`: a call of a name in capitals."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and node.args)
    firsts = (call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant))
    return {name for name in firsts if isinstance(name, str) and re.fullmatch("[A-Z][A-Z_]+", name)}


def test_the_services_are_the_app_its_helpers_and_their_servers():
    assert set(SERVICES) == {"app", "worker", "scheduler", "db", "redis"}


def test_every_variable_that_the_settings_read_is_documented():
    assert names_read_by_the_settings() - DOCUMENTED == set()


@pytest.mark.parametrize(
    "name",
    [
        *("SHOP_NAME", "DEBUG", "API_RATE_PER_MINUTE", "TRUSTED_PROXIES", "SHOP_SHIPPING_FEE"),
        *("DATABASE_URL", "SHOP_COLOR", "SHOP_CURRENCY", "SHOP_ORDER_PREFIX", "SHOP_MAX_OPEN_ORDERS"),
    ],
)
def test_one_of_any_kind_that_is_not_documented_is_noticed(name):
    assert names_read_by_the_settings() - (DOCUMENTED - {name}) == {name}


def test_a_variable_of_a_kind_that_is_yet_to_come_is_seen():
    source = 'A = env.moment("SHOP_OPENS_AT", default=None)\nB = text("SHOP_B") or tuple(words("SHOP_C"))'

    assert names_read_in(source) == {"SHOP_OPENS_AT", "SHOP_B", "SHOP_C"}


@pytest.mark.parametrize("service", OURS)
def test_every_variable_of_a_service_is_documented(service):
    assert set(SERVICES[service]["environment"]) <= DOCUMENTED


def test_every_documented_variable_reaches_the_containers():
    # A container has one database and one volume, named by other means; Redis's password is in its URL.
    not_in_containers = {"DATABASE_URL", "VAR_DIR", "REDIS_PASSWORD"}

    assert set(SERVICES["app"]["environment"]) == DOCUMENTED - not_in_containers


def test_it_comes_up_without_a_dotenv_file():
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")

    assert re.findall(r"\$\{\w+(?!\w*:-)[^}]*\}", text) == []
    assert "env_file" not in text


def test_web_worker_and_scheduler_are_one_image_with_the_same_environment():
    assert {SERVICES[name]["image"] for name in OURS} == {"backoffice"}
    assert SERVICES["worker"]["environment"] == SERVICES["app"]["environment"]
    assert SERVICES["scheduler"]["environment"] == SERVICES["app"]["environment"]


def test_nothing_is_published_beyond_this_machine():
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]

    assert ports == ["127.0.0.1:8000:8000"]


def test_one_service_alone_enqueues_the_periodic_tasks():
    assert SERVICES["worker"]["command"] == ["shopctl", "worker", "--no-periodic"]
    assert SERVICES["scheduler"]["command"] == ["shopctl", "scheduler"]
    assert "--no-worker" in SERVICES["app"]["command"]


def test_worker_and_scheduler_wait_for_the_migrated_app_and_it_for_its_servers():
    healthy = {"condition": "service_healthy"}

    assert SERVICES["app"]["depends_on"] == {"db": healthy, "redis": healthy}
    for name in ("worker", "scheduler"):
        assert SERVICES[name]["depends_on"] == {"app": healthy, "db": healthy, "redis": healthy}
    assert all("test" in SERVICES[name]["healthcheck"] for name in ("db", "redis"))


def test_every_key_of_a_service_is_one_of_composes():
    known = {
        *("build", "cap_add", "cap_drop", "command", "cpus", "depends_on", "entrypoint", "environment"),
        *("healthcheck", "image", "init", "logging", "mem_limit", "pids_limit", "ports", "read_only"),
        *("restart", "security_opt", "shm_size", "stop_grace_period", "tmpfs", "volumes"),
    }

    assert {key for service in SERVICES.values() for key in service} <= known


def seconds(text: str) -> float:
    found = re.fullmatch(r"(\d+)([sm])", text)
    assert found
    return int(found[1]) * (60 if found[2] == "m" else 1)


@pytest.mark.parametrize("service", OURS)
def test_a_service_may_end_what_it_is_at(service):
    longest = max(serving.DRAIN_SECONDS, consumer.DRAIN_SECONDS)

    assert seconds(SERVICES[service]["stop_grace_period"]) >= longest + 10


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_may_more_than_it_needs_nor_take_the_whole_machine(service):
    described = SERVICES[service]

    assert described["cap_drop"] == ["ALL"]
    assert set(described.get("cap_add", [])) <= {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}
    assert described["security_opt"] == ["no-new-privileges:true"]
    assert described["mem_limit"]
    assert described["cpus"] > 0
    assert set(described["logging"]["options"]) == {"max-size", "max-file"}
    assert "stop_grace_period" in described


@pytest.mark.parametrize("service", OURS)
def test_the_shops_own_services_write_nowhere_but_to_their_volume_and_memory(service):
    assert SERVICES[service]["read_only"] is True
    assert SERVICES[service]["volumes"] == ["var:/app/var"]
    assert [path.partition(":")[0] for path in SERVICES[service]["tmpfs"]] == ["/tmp"]
    assert "cap_add" not in SERVICES[service]


def test_redis_wants_a_password_and_drops_nothing_that_is_queued():
    [command] = SERVICES["redis"]["command"][2:]

    assert '--requirepass "$$REDISCLI_AUTH"' in command
    assert "--maxmemory-policy noeviction" in command
    assert "--appendonly yes" in command
    password = SERVICES["redis"]["environment"]["REDISCLI_AUTH"]
    assert SERVICES["app"]["environment"]["REDIS_URL"] == f"redis://:{password}@redis:6379/0"


def test_worker_and_scheduler_are_healthy_while_tasks_run():
    script = re.search(r"<<'EOS' /venv/bin/is-beating\n#!.*?\n(.*?)\nEOS", DOCKERFILE, re.DOTALL)
    assert script
    compile(script[1], "is-beating", "exec")
    assert f"name = '{jobs.HEARTBEAT}'" in script[1]
    assert Heartbeat._meta.db_table in script[1]
    for name in ("worker", "scheduler"):
        assert SERVICES[name]["healthcheck"]["test"] == ["CMD", "is-beating"]
        assert set(re.findall(r'"(SQL_\w+)"', script[1])) <= set(SERVICES[name]["environment"])


def test_the_image_has_pg_dump_as_new_as_the_server():
    [server] = re.findall(r"postgres:(\d+)", SERVICES["db"]["image"])

    assert f"postgresql-client-{server}" in DOCKERFILE
