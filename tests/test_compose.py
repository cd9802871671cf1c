import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings

pytestmark = pytest.mark.once

ROOT = Path(settings.BASE_DIR)
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
OURS = ("app", "worker", "scheduler")
ENV_EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
DOCUMENTED = set(re.findall(r"^([A-Z_]+)=", ENV_EXAMPLE, flags=re.MULTILINE))


def names_read_by_the_settings() -> set[str]:
    """Variables that the settings name, among those whose names need no computing."""
    sources = (
        ROOT.joinpath("backoffice", name).read_text(encoding="utf-8")
        for name in ("settings.py", "environment.py")
    )
    call = re.compile(r"\b(?:text|boolean|integer|words|amount)\(\s*\"([A-Z_]+)\"")
    return {name for source in sources for name in call.findall(source)}


def test_the_services_are_the_app_its_helpers_and_their_servers():
    assert set(SERVICES) == {"app", "worker", "scheduler", "db", "redis"}


def test_every_variable_that_the_settings_read_is_documented():
    assert names_read_by_the_settings() <= DOCUMENTED


@pytest.mark.parametrize("service", OURS)
def test_every_variable_of_a_service_is_documented(service):
    assert set(SERVICES[service]["environment"]) <= DOCUMENTED


def test_every_documented_variable_reaches_the_containers():
    # A container has one database and one volume, named by other means.
    not_in_containers = {"DATABASE_URL", "VAR_DIR"}

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
