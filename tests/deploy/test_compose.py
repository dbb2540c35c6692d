"""The compose file: valid by the Compose specification, nothing secret in it, every profile whole."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from etl.settings import ROOT

FILE = ROOT / "docker-compose.yml"
TEXT = FILE.read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, Any] = COMPOSE["services"]
VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)([^}]*)\}")
SECRET = re.compile(r"PASSWORD|SECRET|KEY")


def variables(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def of_profile(name: str) -> dict[str, Any]:
    return {key: service for key, service in SERVICES.items() if name in service["profiles"]}


def test_it_follows_the_compose_specification() -> None:
    schema = json.loads(Path(__file__).with_name("compose_spec.json").read_text(encoding="utf-8"))
    # The schema of 2021 knows neither extension fields nor the name at the top level.
    known = {k: v for k, v in COMPOSE.items() if k != "name" and not k.startswith("x-")}
    jsonschema.Draft201909Validator(schema).validate(known)


def test_no_secret_has_a_value_or_a_default() -> None:
    for name, rest in VARIABLE.findall(TEXT):
        if SECRET.search(name):
            assert rest.startswith(":?"), f"{name} must be required"
    for key, value in re.findall(r"^\s+([A-Z0-9_]+): (.+)$", TEXT, re.MULTILINE):
        if SECRET.search(key):
            assert value.startswith("${"), f"{key} is written out"


def test_the_example_names_every_secret_and_fills_in_none() -> None:
    required = {name for name, rest in VARIABLE.findall(TEXT) if rest.startswith(":?")}
    example = variables(ROOT / ".env.example")
    assert required <= set(example)
    assert not any(example.values())


def test_only_the_laptop_has_values_for_secrets_and_it_stays_on_the_loopback() -> None:
    required = {name for name, rest in VARIABLE.findall(TEXT) if rest.startswith(":?")}
    laptop = variables(ROOT / "deploy" / "laptop.env")
    assert required <= {name for name, value in laptop.items() if value}
    assert laptop["EVENTWIRE_BIND"] == "127.0.0.1"
    assert "EVENTWIRE_BIND:-127.0.0.1" in TEXT
    assert "EVENTWIRE_ALL_ADMINS:-False" in TEXT


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_restarted_watched_and_unprivileged(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] in ("unless-stopped", "on-failure")
    assert service["profiles"]
    assert not service.get("privileged")
    if "build" in service:
        assert service["user"] == "10001:10001"
        assert service["cap_drop"] == ["ALL"]
        # The image brings its own check.
        assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()
    else:
        assert service["healthcheck"]["test"]
    for volume in service.get("volumes", []):
        assert volume.split(":")[0] in COMPOSE["volumes"]


@pytest.mark.parametrize("profile", ["laptop", "local", "celery"])
def test_every_profile_is_whole(profile: str) -> None:
    services = of_profile(profile)
    commands = [" ".join(map(str, s.get("command", []))) for s in services.values()]
    for part in ("db migrate", "pools import", "api-server", "airflow scheduler", "dag-processor"):
        assert sum(part in command for command in commands) == 1, part
    for name, service in services.items():
        wanted = service.get("depends_on", {})
        assert set(wanted) <= set(services), name


def test_the_celery_profile_runs_tasks_on_workers() -> None:
    services = of_profile("celery")
    for name in ("scheduler-celery", "worker"):
        environment = services[name]["environment"]
        assert environment["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"
        assert environment["AIRFLOW__CELERY__BROKER_URL"].startswith("redis://")
    assert of_profile("local")["scheduler"]["environment"]["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert "redis" not in of_profile("local")


def test_the_image_runs_as_nobody_special_from_the_lock() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^USER 10001:10001$", text, re.MULTILINE)
    assert text.count("--require-hashes") == 2
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert ignored[0] == "*"
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    for path in (p for names in copied for p in names.split()):
        assert (ROOT / path).exists(), path
        assert f"!{path.split('/')[0]}" in ignored, path


def test_the_image_has_every_command_that_a_service_runs() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for name, service in SERVICES.items():
        if "build" in service:
            command = service["command"][0]
            assert command in ("airflow", "bash", "python3") or f"> /opt/eventwire/bin/{command}" in text, name
