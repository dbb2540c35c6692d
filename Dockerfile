# Eventwire with Airflow; one image for every service. Build with deploy/build_image.sh or `docker build .`
# Any image with Python 3.11 to 3.13 and its venv module will do as BASE.
ARG BASE=docker.io/library/python:3.12-slim-bookworm

FROM ${BASE} AS build
# Behind a proxy with an authority of its own: --build-arg PIP_CERT=... --build-arg SSL_CERT_FILE=... and mount the file.
ARG PIP_CERT
ARG SSL_CERT_FILE
WORKDIR /build
COPY deploy/uv.lock requirements.lock ./
RUN python3 -m venv /opt/eventwire \
 && /opt/eventwire/bin/python -m pip install -q --no-cache-dir --disable-pip-version-check --require-hashes -r uv.lock \
 && /opt/eventwire/bin/uv pip install -q --no-cache --python /opt/eventwire/bin/python --require-hashes -r requirements.lock \
 && /opt/eventwire/bin/uv pip uninstall -q --python /opt/eventwire/bin/python uv \
 && find /opt/eventwire -type d \( -name tests -o -name __pycache__ \) -path '*site-packages*' -prune -exec rm -rf {} +

FROM ${BASE}
LABEL org.opencontainers.image.title="eventwire" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 eventwire \
 && useradd --uid 10001 --gid eventwire --home-dir /home/eventwire --create-home --shell /usr/sbin/nologin eventwire \
 && install -d -o eventwire -g eventwire /data /app/var
COPY --from=build /opt/eventwire /opt/eventwire
WORKDIR /app
COPY pyproject.toml ./
COPY schemas schemas
COPY expectations expectations
COPY etl etl
COPY dags dags
COPY deploy deploy
RUN printf '%s\n' '#!/opt/eventwire/bin/python' 'from etl.cli import main' 'main()' > /opt/eventwire/bin/eventwire \
 && chmod 755 /opt/eventwire/bin/eventwire
ENV PATH=/opt/eventwire/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    AIRFLOW_HOME=/data/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/app/dags \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    EVENTWIRE_LAKE=/data/lake \
    EVENTWIRE_RELEASE=/data/release \
    EVENTWIRE_CACHE=/data/cache \
    EVENTWIRE_LOGS=/data/logs \
    EVENTWIRE_FAILURES=/data/failures.jsonl \
    GX_ANALYTICS_ENABLED=false
USER 10001:10001
VOLUME /data
# Knows whichever service runs in the container: see deploy/healthy.py.
HEALTHCHECK --interval=60s --timeout=30s --start-period=120s --retries=3 CMD ["python3", "-m", "deploy.healthy"]
CMD ["python3", "-m", "deploy.run_bundled"]
