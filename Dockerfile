# syntax=docker/dockerfile:1
# Three stages: one builds the console's screens, one installs into a virtual environment, and the last holds nothing but
# that and Python.

FROM node:22-bookworm-slim AS web
WORKDIR /src/console/web
COPY console/web/package.json console/web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY docs/reference/console-api.json /src/docs/reference/
COPY console/web ./
RUN npm run build

FROM python:3.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /src
RUN python -m venv /opt/tunnel
# The locked requirements make a layer of their own: it is built anew only when they change.
COPY requirements/base.txt requirements/
RUN /opt/tunnel/bin/pip install --require-hashes --requirement requirements/base.txt
COPY pyproject.toml README.md LICENSE ./
COPY bots bots
COPY channels channels
COPY console console
COPY --from=web /src/console/web/dist console/web/dist
COPY records records
COPY state state
COPY tunnel tunnel
RUN /opt/tunnel/bin/pip install --no-deps --no-build-isolation . \
    && /opt/tunnel/bin/python -m compileall -q /opt/tunnel/lib

FROM python:3.12-slim-bookworm
# A Redis for those who run this one container alone; a deployment names TUNNEL_REDIS_URL instead.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends redis-server \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/tunnel --create-home tunnel
COPY --from=build /opt/tunnel /opt/tunnel
COPY --chown=root:root content /srv/tunnel/content
ENV PATH=/opt/tunnel/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    TUNNEL_HOST=0.0.0.0 \
    TUNNEL_PORT=8080 \
    TUNNEL_CONTENT=/srv/tunnel/content \
    TUNNEL_DATA=/var/lib/tunnel
WORKDIR /srv/tunnel
USER 10001
VOLUME /var/lib/tunnel
EXPOSE 8080
# Roles without the web server have no port to ask: compose.yaml turns the check off for them.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['TUNNEL_PORT']}/readyz\", timeout=4)"]
# The program stops in order within 10 s.
STOPSIGNAL SIGTERM
ENTRYPOINT ["tunnel"]
CMD ["run"]
