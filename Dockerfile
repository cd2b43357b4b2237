# syntax=docker/dockerfile:1
# Built with `docker compose build`; the model is trained at build time. Bases are pinned by version, not by digest:
# docs/operations.md says how to pin them further.
FROM python:3.11.14-slim-bookworm AS build
WORKDIR /app
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1 HOME=/tmp
RUN pip install --no-cache-dir uv==0.13.9
COPY pyproject.toml uv.lock README.md ./
# every package by the hash in uv.lock; this layer stays while only our own files change
RUN uv sync --frozen --no-dev --no-install-project --compile-bytecode
COPY actions actions
COPY bot bot
RUN uv sync --frozen --no-dev --compile-bytecode
COPY config.yml domain.yml endpoints.yml ./
COPY data data
RUN .venv/bin/jawab train && rm -rf .cache

FROM python:3.11.14-slim-bookworm
RUN apt-get update \
    && apt-get install --yes --no-install-recommends age postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin jawab \
    && install --directory --owner=jawab --group=jawab --mode=0700 /srv/var /srv/backups
WORKDIR /app
# the code belongs to root: the bot may read it and write nothing but /srv and /tmp
COPY --from=build /app /app
COPY deploy/backup.sh deploy/backup.sh
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 OMP_NUM_THREADS=1 HOME=/tmp \
    JAWAB_HOST=0.0.0.0 JAWAB_DATA=/srv/data JAWAB_VAR=/srv/var
USER 10001:10001
EXPOSE 5005
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=90s --retries=4 \
    CMD ["/app/.venv/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:5005/readyz', timeout=4)"]
CMD ["/app/.venv/bin/jawab", "run", "--port", "5005"]
